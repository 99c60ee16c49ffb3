#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "agents/report/render.hpp"
#include "catalog_with.hpp"

using namespace chimera;
using report::catalog_with;
using report::render_markdown;
using report::rendered;

TEST_CASE("a fact is printed with its display, and its claim names the very bytes") {
  const rendered r =
      render_markdown("First line.\nIt took {{f:a-fact}} at best.\n", catalog_with());
  CHECK(r.markdown == "First line.\nIt took 87.7 ms at best.\n");
  CHECK(r.problems.empty());
  REQUIRE(r.claims.size() == 1);
  const proto::claim& c = r.claims[0];
  CHECK(c.line == 2);
  CHECK(c.start == 8);
  CHECK(c.end == 15);
  CHECK(c.text == "87.7 ms");
  CHECK(c.judgement == proto::verdict::verified);
  CHECK(c.facts == std::vector<std::string>{"a-fact"});
  CHECK(c.rule == "printed-from-fact");
  CHECK_FALSE(c.struck);
}

TEST_CASE("a refused fact prints its refusal, never its value") {
  const rendered r = render_markdown("The tail is {{f:re-fused}}.", catalog_with());
  CHECK(r.markdown == "The tail is not reported (n = 36 < 102).");
  REQUIRE(r.claims.size() == 1);
  CHECK(r.claims[0].judgement == proto::verdict::verified);
}

TEST_CASE("a fact in use brings the facts that it is derived from") {
  const rendered r = render_markdown("{{f:of-two}}", catalog_with());
  CHECK(r.facts_used == std::vector<std::string>{"of-two", "a-fact"});
}

TEST_CASE("each kind of reference prints what the catalog holds for it") {
  const auto [source, text] = GENERATE(table<std::string, std::string>({
      {"{{m:file}}", "`runs/a1.csv`"},
      {"{{best:group}}", "`runs/a1.csv` with 87.7 ms"},
      {"{{cmp:a-fact,of-two}}", "1.5 times as high"},
      {"{{fig:fig}}", "![Runs \\[in\\] order](figures/run-order.svg)"},
      {"{{table:tab}}",
       "**Runs**\n\n| Name | Time |\n| --- | ---: |\n| `runs/a1.csv` | 87.7 ms |\n"
       "| all | ~~f:gone~~ |\n"},
  }));
  CAPTURE(source);
  CHECK(render_markdown(source, catalog_with()).markdown == text);
}

TEST_CASE("a reference that cannot be resolved is struck so that the strike holds, and reported") {
  const auto [source, what] = GENERATE(table<std::string, std::string>({
      {"{{f:gone}}", "unknown fact"},
      {"{{m:gone}}", "unknown name"},
      {"{{best:gone}}", "unknown group"},
      {"{{cmp:of-two,a-fact}}", "no such comparison"},
      {"{{f:a1}}", "bad id 'a1'"},
      {"{{x:a}}", "unknown kind 'x'"},
      {"{{}}", "no kind"},
      {"{{f:a-fact", "unclosed"},
      {"{{f:{{f:a-fact}}", "nested reference"},
  }));
  CAPTURE(source);
  const rendered r = render_markdown("See " + source, catalog_with());
  REQUIRE(r.problems.size() == 1);
  CHECK(r.problems[0].what == what);
  CHECK(r.problems[0].near == source);
  CHECK(r.markdown.starts_with("See ~~"));
  CHECK(r.markdown.ends_with("~~"));
  CHECK(r.markdown.find('{') == std::string::npos);
  // GFM strikes only what has no space at its edges.
  CHECK(r.markdown[6] != ' ');
  CHECK(r.markdown[r.markdown.size() - 3] != ' ');
  for (const proto::claim& c : r.claims) CHECK(c.struck);
}

TEST_CASE("a bare number strikes its sentence and no other") {
  const auto [source, text] = GENERATE(table<std::string, std::string>({
      {"Good. It took 15.58 s. Fine.", "Good. ~~It took 15.58 s.~~ Fine."},
      {"- It was twice as fast", "- ~~It was twice as fast~~"},
      {"* 5 runs", "* ~~5 runs~~"},
      {"> 5 runs", "> ~~5 runs~~"},
      {"| a | 42 |", "| a | ~~42~~ |"},
      {"At {{f:a-fact}} and 5 s!", "~~At 87.7 ms and 5 s!~~"},
      {"~5 s it was.", "~~\\~5 s it was.~~"},
      {"At ~5 s.", "~~At \\~5 s.~~"},
      {"A ~~b~~ 5.", "~~A \\~\\~b\\~\\~ 5.~~"},
      {"5 and 6. 7 too.", "~~5 and 6.~~ ~~7 too.~~"},
      {"{{m:pipe}} took 5 s.", "~~`x|y` took 5 s.~~"},
      {"{{m:dots}} took 5 s.", "~~`x. y` took 5 s.~~"},
      {"```\ncode\n```\nprose 42", "```\ncode\n```\n~~prose 42~~"},
      {"> ~~~\n> code\n> ~~~\n\nprose 42", "> ~~~\n> code\n> ~~~\n\n~~prose 42~~"},
      {"prose 42\n```\ncode\n```\n", "~~prose 42~~\n```\ncode\n```\n"},
  }));
  CAPTURE(source);
  const rendered r = render_markdown(source, catalog_with({{"pipe", "x|y"}, {"dots", "x. y"}}));
  CHECK(r.markdown == text);
  REQUIRE_FALSE(r.problems.empty());
  CHECK(r.problems[0].what.starts_with("bare number '"));
  for (const proto::claim& c : r.claims) CHECK(c.struck);
}

TEST_CASE("a number that claims nothing stays, with its reason") {
  const rendered r = render_markdown("1. `code 5` of gemma3\n", catalog_with());
  CHECK(r.markdown == "1. `code 5` of gemma3\n");
  REQUIRE(r.claims.size() == 3);
  CHECK(r.claims[0].rule == "ordinal");
  CHECK(r.claims[1].rule == "code");
  CHECK(r.claims[2].rule == "name");
  for (const proto::claim& c : r.claims) CHECK(c.judgement == proto::verdict::non_claim);
}

TEST_CASE("a name with digits is a literal of its file") {
  const rendered r = render_markdown("{{m:file}}", catalog_with());
  REQUIRE(r.claims.size() == 1);
  CHECK(r.claims[0].judgement == proto::verdict::verified_literal);
  CHECK(r.claims[0].literal == "runs/a1.csv path");
}

TEST_CASE("what a name holds is printed as a name, not read again") {
  const rendered r = render_markdown("{{m:n}} and {{m:p}}",
                                     catalog_with({{"n", "{{f:a-fact}}"}}, {{"p", "{{m:n}}"}}));
  CHECK(r.markdown == "`{{f:a-fact}}` and \\{\\{m:n\\}\\}");
  CHECK(r.facts_used.empty());
}

TEST_CASE("texts that name each other end, at a depth that is reported") {
  const rendered r = render_markdown("{{best:loop}}", catalog_with());
  REQUIRE(r.problems.size() == 1);
  CHECK(r.problems[0].what == "nested too deeply");
}
