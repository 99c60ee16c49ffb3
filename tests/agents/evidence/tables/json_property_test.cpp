#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "agents/evidence/tables/json_tables_of.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using member = std::pair<std::string, std::string>;  // key and value as JSON
using record = std::vector<member>;

std::string any_value() {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return "null";
    case 1:
      return *rc::gen::element<std::string>("true", "false");
    case 2:
      return "\"w" + *rc::gen::element<std::string>("", "x", "\\n", "\\u00e9", "a b") + "\"";
    case 3:
      return "[" + proto::shortest(*rc::gen::inRange(0, 99)) + ",2]";
    default:
      return proto::shortest(*rc::gen::inRange(-99'999, 99'999) / 64.0);
  }
}

std::vector<record> any_records() {
  std::vector<record> all(static_cast<std::size_t>(*rc::gen::inRange(2, 12)));
  for (record& r : all) {
    r.emplace_back("id", "1");
    for (const char* key : {"a", "b", "c/d", "e~", "f"}) {
      if (*rc::gen::inRange(0, 4) != 0) r.emplace_back(key, any_value());
    }
  }
  return all;
}

std::string write_record(const record& r) {
  std::string text = "{";
  for (const auto& [key, value] : r) {
    if (text.size() > 1) text += ',';
    text += '"' + key + "\":" + value;
  }
  return text + '}';
}

std::string write_all(const std::vector<record>& all, const char* open, const char* between,
                      const char* close) {
  std::string text = open;
  for (const record& r : all) {
    if (&r != &all.front()) text += between;
    text += write_record(r);
  }
  return text + close;
}

/// All tables, columns by name: what must not depend on how the records were written.
std::vector<std::string> contents(std::string_view text) {
  std::vector<std::string> lines;
  for (const table& t : tables_of_json(text).tables) {
    for (const column& c : t.columns) {
      std::string line = c.name + ':';
      for (std::size_t row = 0; row < t.rows; ++row) {
        line += ' ' + t.place(row, c) + '=' + (c.missing(row) ? "-" : c.text(row)) +
                (c.numeric() ? "/" + proto::shortest(c.number(row)) : "");
      }
      lines.push_back(std::move(line));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

TEST_CASE("An array, JSON Lines and documents in a row of the same records are the same tables") {
  CHECK(rc::check([] {
    const auto all = any_records();
    const auto array = contents(write_all(all, "[", ",", "]"));
    RC_ASSERT(contents(write_all(all, "", "\n", "\n")) == array);
    RC_ASSERT(contents(write_all(all, "", "", "")) == array);
    RC_ASSERT(contents(write_all(all, " [\n", " ,\r\n", "\n ]\n")) == array);
  }));
}

TEST_CASE("The order of the keys in a record does not change its columns") {
  CHECK(rc::check([] {
    auto all = any_records();
    const auto before = contents(write_all(all, "[", ",", "]"));
    for (record& r : all) {
      for (std::size_t i = r.size(); i > 1; --i) {
        std::swap(r[i - 1], r[*rc::gen::inRange<std::size_t>(0, i)]);
      }
    }
    RC_ASSERT(contents(write_all(all, "[", ",", "]")) == before);
  }));
}

}  // namespace
}  // namespace chimera::evidence
