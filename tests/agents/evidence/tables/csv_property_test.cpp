#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "agents/evidence/tables/csv_avx2.hpp"
#include "agents/evidence/tables/csv_scan.hpp"
#include "agents/evidence/tables/only_table.hpp"

namespace chimera::evidence {
namespace {

/// How the generator writes a table.
struct writing {
  char delimiter = ',';
  std::string line_end = "\n";
  bool decimal_comma = false;
  bool quote_all = false;
  bool last_line_end = true;
};

struct cell_value {
  bool missing = false;
  double number = 0;
  std::string text;
};

using rows_of_cells = std::vector<std::vector<cell_value>>;  // column 0: numbers, 1: texts, 2: both

writing any_writing() {
  writing w;
  w.delimiter = *rc::gen::element(',', ';', '\t', '|');
  w.line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
  w.decimal_comma = *rc::gen::arbitrary<bool>();
  w.quote_all = *rc::gen::arbitrary<bool>();
  w.last_line_end = *rc::gen::arbitrary<bool>();
  return w;
}

/// A number with one to six decimals, but never three, which could be a group of digits too.
double any_number() {
  const int decimals = *rc::gen::element(1, 2, 4, 5, 6);
  const auto digits = *rc::gen::inRange<std::int64_t>(-99'999'999, 99'999'999);
  return static_cast<double>(digits) / std::pow(10.0, decimals);
}

std::string any_text() {
  const std::string letters = "abcxyz\"'{}: \xC3\xA9,;|\n";
  const auto picks = *rc::gen::container<std::vector<int>>(
      rc::gen::inRange<int>(0, static_cast<int>(letters.size())));
  std::string text = "w";  // a text by its first letter, and no blanks at its ends
  for (const int pick : picks) text += letters[static_cast<std::size_t>(pick)];
  return text + "w";
}

rows_of_cells any_rows() {
  rows_of_cells rows(static_cast<std::size_t>(*rc::gen::inRange(2, 30)));
  for (auto& row : rows) {
    row.resize(3);
    row[0].number = any_number();
    row[1].text = any_text();
    row[2].missing = *rc::gen::inRange(0, 4) == 0;
    row[2].number = any_number();
  }
  rows.front()[0].number = 0.25;  // evidence for the decimal sign
  return rows;
}

std::string write_number(double number, const writing& w) {
  std::string text = fmt::format("{:.6f}", number);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  // Three decimals would be ambiguous: write a fourth.
  if (text.size() > 4 && text[text.size() - 4] == '.') text += '0';
  if (w.decimal_comma) text.replace(text.find('.'), 1, ",");
  return text;
}

std::string write_cell(const std::string& text, const writing& w, bool quoted) {
  const bool special = text.find_first_of("\"\r\n,;|\t") != std::string::npos;
  if (!quoted && !(special && (text.find_first_of("\"\r\n") != std::string::npos ||
                               text.find(w.delimiter) != std::string::npos))) {
    return text;
  }
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string{"\"\""} : std::string{c};
  return out + '"';
}

std::string write_table(const rows_of_cells& rows, const writing& w) {
  const auto line = [&](const std::string& a, const std::string& b, const std::string& c) {
    return write_cell(a, w, w.quote_all) + w.delimiter + write_cell(b, w, true) + w.delimiter +
           write_cell(c, w, w.quote_all);
  };
  std::string text = line("first", "second", "third");
  for (const auto& row : rows) {
    text += w.line_end;
    text += line(write_number(row[0].number, w), row[1].text,
                 row[2].missing ? "" : write_number(row[2].number, w));
  }
  if (w.last_line_end) text += w.line_end;
  return text;
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-12 * std::abs(a); }

TEST_CASE("A table written in any dialect reads back the same") {
  CHECK(rc::check([] {
    const writing w = any_writing();
    const rows_of_cells rows = any_rows();
    const std::string text = write_table(rows, w);
    const auto read = read_csv(text, {});
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->tables.size() == 1U);
    const table& t = read->tables.front();
    RC_ASSERT(t.delimiter == w.delimiter);
    RC_ASSERT(t.decimal_comma == w.decimal_comma);
    RC_ASSERT(t.rows == rows.size());
    RC_ASSERT(t.columns.size() == 3U);
    RC_ASSERT(t.ragged_rows == 0U);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      RC_ASSERT(same(t.columns[0].number(r), rows[r][0].number));
      RC_ASSERT(t.columns[1].text(r) == rows[r][1].text);
      RC_ASSERT(t.columns[2].missing(r) == rows[r][2].missing);
      if (!rows[r][2].missing) RC_ASSERT(same(t.columns[2].number(r), rows[r][2].number));
    }
  }));
}

std::vector<std::size_t> walk(const std::string& text, csv_marks marks) {
  std::vector<std::size_t> positions;
  csv_walker walker(text, marks, 0, text.size());
  while (!walker.done()) {
    const std::size_t position = walker.next();
    if (position < text.size()) positions.push_back(position);
  }
  return positions;
}

TEST_CASE("Both scans find the same separators wherever the quotes are well placed") {
  if (!avx2_here()) {
    WARN("skipped: this processor has no AVX2");
    return;
  }
  std::size_t regular = 0;
  CHECK(rc::check([&] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "a", "1.5", ",", "\n", "\"", "\"\"", "\"x\"", "\"a,b\"", "\"a\nb\"", "\"\"\"\"", "\r\n",
        " ", "0123456789012345678901234567890123456789"));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    const csv_marks marks;
    const csv_totals totals = count_records_avx2(text, 0, text.size(), marks, text.size());
    if (!totals.regular || totals.open) return;
    ++regular;
    std::vector<std::size_t> found;
    std::vector<std::uint32_t> out(128);
    csv_scan scan{.text = text.data(), .at = 0, .end = text.size(), .marks = marks};
    for (;;) {
      const std::size_t base = scan.at;
      const std::size_t number = find_separators_avx2(scan, out);
      if (number == 0) break;
      for (std::size_t i = 0; i < number; ++i) found.push_back(base + out[i]);
    }
    RC_ASSERT(found == walk(text, marks));
    const csv_totals walked = count_with_walker(text, 0, marks, text.size());
    RC_ASSERT(totals.records == walked.records);
    RC_ASSERT(totals.line_ends == walked.line_ends);
    RC_ASSERT(totals.quoted_line_ends == walked.quoted_line_ends);
    RC_ASSERT(walked.unclosed_quotes == 0U);
  }));
  CHECK(regular > 0);
}

TEST_CASE("Plain decimals are rounded as strtod rounds them, whatever their length") {
  CHECK(rc::check([] {
    const auto digits =
        *rc::gen::container<std::string>(rc::gen::inRange('0', static_cast<char>('9' + 1)));
    const auto point = *rc::gen::inRange<std::size_t>(0, digits.size() + 2);
    const bool minus = *rc::gen::arbitrary<bool>();
    std::string number = digits.substr(0, 30);
    if (point <= number.size()) number.insert(point, ".");
    if (number.find_first_of("0123456789") == std::string::npos) number += '7';
    if (minus) number.insert(0, "-");
    const table t = only_table("a,b\n" + number + "," + number + "\n1," + number + "\n");
    const double expected = std::strtod(number.c_str(), nullptr);
    for (std::size_t row = 0; row < 2; ++row) RC_ASSERT(t.columns.at(1).number(row) == expected);
    RC_ASSERT(t.columns.at(0).number(0) == expected);
  }));
}

TEST_CASE("The result does not depend on the number of threads") {
  std::string text = "id,name,value,late\n";
  for (int row = 0; text.size() < (5U << 20U); ++row) {
    text += fmt::format("{},{},{:.3f},{}\n", row, row % 7 == 0 ? "\"a,\nb\"" : "plain", row * 0.37,
                        row < 150'000 ? "1" : fmt::format("t{}", row % 5));
    if (row % 1'000 == 999) text += '\n';
    if (row % 5'000 == 0) text += "1,2\n";
  }
  const table one = only_table(text, 1);
  for (const std::size_t threads : {2UZ, 3UZ, 5UZ}) {
    INFO(threads << " threads");
    const table many = only_table(text, threads);
    REQUIRE(many.rows == one.rows);
    CHECK(many.ragged_rows == one.ragged_rows);
    CHECK(many.row_lines == one.row_lines);
    REQUIRE(many.columns.size() == one.columns.size());
    for (std::size_t c = 0; c < one.columns.size(); ++c) {
      CHECK(many.columns[c].codes == one.columns[c].codes);
      CHECK(many.columns[c].dictionary == one.columns[c].dictionary);
      REQUIRE(many.columns[c].values.size() == one.columns[c].values.size());
      std::size_t different = 0;
      for (std::size_t row = 0; row < one.columns[c].values.size(); ++row) {
        different += std::bit_cast<std::uint64_t>(many.columns[c].values[row]) !=
                             std::bit_cast<std::uint64_t>(one.columns[c].values[row])
                         ? 1U
                         : 0U;
      }
      CHECK(different == 0);
    }
  }
}

}  // namespace
}  // namespace chimera::evidence
