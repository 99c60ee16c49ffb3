// The text of a large file goes back to the system while its table grows; the tables are those of
// the text as a whole.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"
#include "agents/evidence/tables/same_tables.hpp"
#include "agents/evidence/tables/spendable_text.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t rows = 300'000;

/// Eight columns: values of more than unspent_bytes.
std::string large_csv(std::string_view late_cell, std::string_view late_line) {
  std::string text = "a,b,c,d,e,f,g,h\n";
  for (std::size_t row = 0; row < rows; ++row) {
    if (row == rows - 10) text += late_line;
    text += "1,2,3,4,5,6,7,";
    text += row == rows - 5 ? late_cell : "8";
    text += '\n';
  }
  return text;
}

/// Few rows on many bytes.
std::string large_json(std::string_view last) {
  std::string text;
  const std::string blanks(1'000, ' ');
  while (text.size() < unspent_bytes + (12U << 20U)) text += "{\"a\":1," + blanks + "\"b\":2.5}\n";
  text += last;
  return text;
}

struct counted_loads {
  std::string text;
  int count = 0;
  std::optional<std::string> operator()() {
    ++count;
    return text;
  }
};

}  // namespace

TEST_CASE("A CSV is spent while it is read") {
  const std::string text = large_csv("9", "");
  for (const std::size_t threads : {1UZ, 2UZ}) {
    INFO(threads << " threads");
    counted_loads loads{text};
    spendable_text spent(text, std::ref(loads));
    check_same(read_csv(spent, {}, threads), read_csv(text, {}));
    CHECK(spent.spent());
    CHECK((spent.view() != text));
    CHECK(loads.count == 0);
  }
}

TEST_CASE("A text late in a column, or a blank line, makes the reader load a spent CSV again") {
  for (const auto& [cell, line] : {std::pair{"none", ""}, std::pair{"9", "\n"}}) {
    const std::string text = large_csv(cell, line);
    const auto whole = read_csv(text, {});
    for (const std::size_t threads : {1UZ, 2UZ}) {
      INFO(threads << " threads, cell " << cell);
      counted_loads loads{text};
      spendable_text spent(text, std::ref(loads));
      check_same(read_csv(spent, {}, threads), whole);
      CHECK(loads.count == 1);
    }
  }
}

TEST_CASE("A spent CSV that cannot be loaded again is refused") {
  const std::string text = large_csv("none", "");
  const auto gone = [] { return std::optional<std::string>(); };
  const auto shorter = [&] { return std::optional(text.substr(1)); };
  for (const spendable_text::reload& again :
       {spendable_text::reload(), spendable_text::reload(gone), spendable_text::reload(shorter)}) {
    spendable_text spent(text, again);
    const auto read = read_csv(spent, {}, 1);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "csv.changed");
  }
}

TEST_CASE("JSON Lines are spent while they are read, and a fault still has its place") {
  for (const std::string_view last : {"", "{\"a\":1,\"b\":3}", "{\"a\":1,\"b\":x}", "{\"a\":1,",
                                      "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}", "{\"a\":1}}"}) {
    INFO("last line " << last);
    const std::string text = large_json(last);
    spendable_text spent(text);
    check_same(read_json(spent, {}), read_json(text, {}));
    CHECK(spent.spent());
  }
}

TEST_CASE("A small text is not spent") {
  spendable_text csv("a,b\n1,2\n");
  CHECK(read_csv(csv, {}, 1));
  spendable_text json("{\"a\":1}\n{\"a\":2}\n");
  CHECK(read_json(json, {}));
  CHECK_FALSE(csv.spent());
  CHECK_FALSE(json.spent());
  CHECK(csv.restore());
  CHECK(csv.view() == "a,b\n1,2\n");
}

}  // namespace chimera::evidence
