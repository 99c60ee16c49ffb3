// One source with every kind of reference, every mistake and hostile names, as Markdown and HTML.
// CHIMERA_UPDATE_GOLDEN=1 writes the files anew; read their difference before committing it.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "agents/report/render.hpp"
#include "proto/claim.hpp"
#include "sample_catalog.hpp"

using namespace chimera;
using namespace chimera::report;

namespace {

const std::string folder = CHIMERA_TEST_DATA "/render/";

std::string read(const std::string& name) {
  std::ifstream in(folder + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The style sheet may change without a word of the page changing.
std::string without_style(std::string html) {
  const std::size_t from = html.find("<style>") + 7;
  return html.erase(from, html.find("</style>") - from);
}

void same_as_golden(const std::string& name, const std::string& text) {
  if (const char* update = std::getenv("CHIMERA_UPDATE_GOLDEN");
      update != nullptr && std::string(update) == "1") {
    std::ofstream(folder + name, std::ios::binary) << text;
    return;
  }
  CHECK(text == read(name));
}

}  // namespace

TEST_CASE("a source with every reference and every mistake renders as the golden files say") {
  const std::string source = read("source.md");
  REQUIRE_FALSE(source.empty());
  const rendered r = render_markdown(source, sample_catalog());
  same_as_golden("report.md", r.markdown);
  std::string claims;
  for (const proto::claim& c : r.claims) {
    proto::append_json(claims, c);
    claims += '\n';
  }
  same_as_golden("claims.jsonl", claims);
  same_as_golden("report.html",
                 without_style(render_html(source, sample_catalog(), {"Golden <title>", "en"})));
}

TEST_CASE("in the golden page nothing of a hostile name is alive") {
  const std::string html = render_html(read("source.md"), sample_catalog(), {"Golden", "en"});
  for (const std::string alive : {"<script", "href=\"javascript", "src=\"http", "{{f:nothing"}) {
    CAPTURE(alive);
    CHECK(html.find(alive) == std::string::npos);
  }
  CHECK(html.find("ignore previous instructions") != std::string::npos);
}
