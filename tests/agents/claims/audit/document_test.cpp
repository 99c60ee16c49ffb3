// How a Markdown document is taken apart.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/claims/audit/document.hpp"

using namespace chimera::claims::auditing;

namespace {

std::vector<std::string> cells(const document& d, const std::vector<text_span>& spans) {
  std::vector<std::string> out;
  for (const text_span s : spans) out.emplace_back(d.of(s));
  return out;
}

const document_block* first_table(const document& d) {
  for (const document_block& b : d.blocks)
    if (b.kind == block_kind::table) return &b;
  return nullptr;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Cells keep their place in the text", "[audit]") {
  const std::string text =
      "intro\n\n| a | b \\| c |\n| --- | :-: |\n| 1 | `x|y` |\n| | 2 |\n\nend\n";
  const document d = read_document(text);
  const document_block* t = first_table(d);
  REQUIRE(t != nullptr);
  CHECK(cells(d, t->table.header) == texts{"a", "b \\| c"});
  REQUIRE(t->table.rows.size() == 2);
  CHECK(cells(d, t->table.rows[0]) == texts{"1", "`x|y`"});
  CHECK(cells(d, t->table.rows[1]) == texts{"", "2"});
  CHECK(t->table.rows[0][0].start == text.find("1 |"));
  CHECK(d.line_of(t->table.rows[1][1].start) == 6);
  REQUIRE(t->lead < d.blocks.size());
  CHECK(d.of(d.blocks[t->lead].span) == "intro");
}

TEST_CASE("A header glued to the text before it is still a header", "[audit]") {
  const document d = read_document(
      "# Report - Model: x\n- DType: f32 | Backend | Mean |\n| --- | --- |\n| eager | 1 |\n");
  const document_block* t = first_table(d);
  REQUIRE(t != nullptr);
  CHECK(cells(d, t->table.header) == texts{"Backend", "Mean"});
  CHECK(d.of(d.blocks[t->lead].span) == "- DType: f32");
}

TEST_CASE("Headings and text glued behind a row end the table", "[audit]") {
  const document d = read_document(
      "| a | b |\n|---|---|\n| 1 | 2 | ## Next part\n| c | d |\n|---|---|\n| 3 | 4 ### Last\n");
  std::vector<std::string> headings;
  std::size_t tables = 0;
  for (const document_block& b : d.blocks) {
    if (b.kind == block_kind::heading) headings.emplace_back(d.of(b.span));
    tables += b.kind == block_kind::table ? 1U : 0U;
  }
  CHECK(headings == texts{"Next part", "Last"});
  CHECK(tables == 2);
}

TEST_CASE("Blocks know the headings above them", "[audit]") {
  const document d = read_document("# A\n## B\ntext\n## C\n### D\nmore\n");
  const auto above = [&d](std::string_view shown) {
    std::vector<std::string> out;
    for (const document_block& b : d.blocks)
      if (d.of(b.span) == shown)
        for (const std::size_t h : b.above) out.emplace_back(d.of(d.blocks[h].span));
    return out;
  };
  CHECK(above("text") == texts{"A", "B"});
  CHECK(above("more") == texts{"A", "C", "D"});
}

TEST_CASE("Code is no text", "[audit]") {
  const document d = read_document("```\n# no heading\n| a |\n|---|\n```\ntext\n");
  CHECK(first_table(d) == nullptr);
  CHECK(d.blocks.size() == 4);
  CHECK(d.blocks[0].kind == block_kind::code);
  CHECK(d.blocks[3].kind == block_kind::text);
}
