#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "agents/claims/number_scanner.hpp"
#include "agents/report/printer.hpp"
#include "agents/report/render.hpp"
#include "catalog_with.hpp"

using namespace chimera;
using report::catalog_with;
using report::render_markdown;

namespace {

report::catalog hostile_catalog() {
  return catalog_with({{"tick", "a`1|2"}, {"dot", "v1. 2"}}, {{"plain", "~3|4. 5"}});
}

rc::Gen<std::string> sources() {
  const auto parts = rc::gen::element<std::string>(
      "{{f:a-fact}}", "{{f:re-fused}}", "{{m:tick}}", "{{m:dot}}", "{{m:plain}}", "{{f:gone}}",
      "{{f:x1}}", "{{", "}}", "{{best:group}}", "{{best:loop}}", "{{cmp:a-fact,of-two}}",
      "\n{{table:tab}}\n", "{{fig:fig}}", "5", "15.58 s", "twice", "`", "``", "```\n", "\n", "\n\n",
      ". ", "! ", " ", "|", "~", "~~", "~~~\n", "**", "- ", "1. ", "> ", "# ", "    ", "<b", ">",
      "[", "](", ")", "\\", " words ", "p95", "\n|a|b|\n|-|-|\n", "\xE2\x80\x8B");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(parts),
                      [](const std::vector<std::string>& all) {
                        std::string source;
                        for (const std::string& part : all) source += part;
                        return source;
                      });
}

std::vector<std::size_t> line_starts(const std::string& text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts.push_back(i + 1);
  return starts;
}

// Every number has a claim whose text stands where it says, and none is unsupported but struck.
void check_claims(const report::rendered& r) {
  const auto starts = line_starts(r.markdown);
  std::size_t next = 0;
  for (const claims::scanned_number& n : claims::scan_numbers(r.markdown)) {
    const auto holds = [&](const proto::claim& c) {
      const std::size_t from = starts.at(c.line - 1);
      return from + c.start <= n.token.start && n.token.start < from + c.end;
    };
    while (next < r.claims.size() && !holds(r.claims[next])) ++next;
    RC_ASSERT(next < r.claims.size());
    const proto::claim& c = r.claims[next];
    RC_ASSERT(c.text == r.markdown.substr(starts[c.line - 1] + c.start, c.end - c.start));
    RC_ASSERT(c.struck || c.judgement != proto::verdict::unsupported);
  }
}

}  // namespace

TEST_CASE("every number of the rendered text has a claim, and none is unsupported unless struck") {
  const report::catalog names = hostile_catalog();
  CHECK(rc::check("claimed", [&] { check_claims(render_markdown(*sources(), names)); }));
}

TEST_CASE("printed spans are in order and do not overlap") {
  const report::catalog names = hostile_catalog();
  CHECK(rc::check("spans", [&] {
    const report::printed p = report::print_source(*sources(), names);
    std::size_t at = 0;
    for (const report::printed_span& s : p.spans) {
      RC_ASSERT(s.start >= at);
      RC_ASSERT(s.end >= s.start);
      at = s.end;
    }
    RC_ASSERT(at <= p.text.size());
  }));
}

TEST_CASE("a source renders to the same bytes each time, and no script comes out") {
  const report::catalog names = hostile_catalog();
  CHECK(rc::check("same", [&] {
    const std::string source = *sources();
    const std::string html = report::render_html(source, names, {"t", "en"});
    RC_ASSERT(html == report::render_html(source, names, {"t", "en"}));
    RC_ASSERT(html.find("<script") == std::string::npos);
    RC_ASSERT(html.find("<b>") == std::string::npos);
  }));
}

TEST_CASE("a long sentence of bare numbers is struck once") {
  std::string source;
  for (int i = 0; i < 50000; ++i) source += "5 and ";
  const report::rendered r = render_markdown(source, catalog_with());
  CHECK(r.problems.size() == 50000);
  REQUIRE(r.claims.size() == 1);
  CHECK(r.claims[0].struck);
}
