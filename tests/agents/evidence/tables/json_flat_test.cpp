// Records of plain numbers have a reader of their own from the second piece of a text on. A blank
// before a comma is nothing that it reads: so the same records can be read either way.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"
#include "agents/evidence/tables/same_tables.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t usual_records = 2'500;  // more than one piece of the reader

/// Long lines, so that few of them do.
std::string usual_text(std::size_t first, std::string_view blank) {
  std::string text;
  for (std::size_t i = first; i < first + usual_records; ++i) {
    text += fmt::format("{{\"run\":{}{},{:150}\"time_s\":{}.{}{}}}\n", i, blank, "", i % 7, i * 31,
                        blank);
  }
  return text;
}

/// Usual records, then `other` (a blank stands for '~', where the careful way is to be taken), then
/// usual records again.
std::string text_with(std::string_view other, bool careful) {
  static const std::string before[] = {usual_text(0, ""), usual_text(0, " ")};
  static const std::string behind[] = {usual_text(usual_records, ""),
                                       usual_text(usual_records, " ")};
  std::string text = before[careful ? 1 : 0];
  for (const char c : other) {
    if (c == '~') {
      text += careful ? " " : "";
    } else {
      text += c;
    }
  }
  return text + '\n' + behind[careful ? 1 : 0];
}

void check_both_ways(std::string_view record) {
  INFO(record);
  check_same(read_json(text_with(record, false), {}), read_json(text_with(record, true), {}));
}

}  // namespace

TEST_CASE("A plain number has the same value whichever way it is read") {
  for (const std::string_view number : {"0",
                                        "-0",
                                        "7",
                                        "-12",
                                        "0.5",
                                        "-0.25",
                                        "1e5",
                                        "1E-7",
                                        "2.5e+300",
                                        "4.9e-324",
                                        "1e-400",
                                        "0.1",
                                        "0.30000000000000004",
                                        "102.77679452860026",
                                        "9007199254740993",
                                        "123456789012345678",
                                        "1234567890.1234567890",
                                        "12345678901234567890123",
                                        "0.000000000000000000000000123",
                                        "1797693134862315708145274237317043567980705675258449965989"
                                        "174768031572607800285387605895586"
                                        "3276687817154045895351438246423432132688946418276846754670"
                                        "353751698604991057655128207624549"}) {
    check_both_ways(fmt::format("{{\"run\":{}~,\"time_s\":{}~}}", number, number));
  }
}

TEST_CASE("What is no number of JSON is refused at the same place or read the same way") {
  for (const std::string_view token :
       {"01",  "-01",      "-",         "+1",    "1.",   ".5",    "-.5",   "1.e5",
        "1e",  "1e+",      "0x10",      "1_000", "1,5",  "1 2",   "1e999", "-1e999",
        "NaN", "Infinity", "-Infinity", "null",  "true", "\"7\"", "[1]",   "{\"a\":1}",
        "{}",  "",         "1}",        "1.2.3", "--1",  "1-1",   "nul"}) {
    check_both_ways(fmt::format("{{\"run\":1~,\"time_s\":{}~}}", token));
    check_both_ways(fmt::format("{{\"run\":{}~,\"time_s\":1~}}", token));
  }
}

TEST_CASE("A record that is not as the others is read as it stands") {
  for (const std::string_view record : {"{\"time_s\":1~,\"run\":2~}",
                                        "{\"run\":1~}",
                                        "{}",
                                        "{\"run\":1~,\"time_s\":2~,\"x\":3~}",
                                        "{\"run\":1~,\"run\":2~}",
                                        "{\"run\":1~,\"time_s\":2~,\"run\":3~}",
                                        "[1,2]",
                                        "5",
                                        "\"run\"",
                                        "{\"ru\\u006e\":1~,\"time_s\":2~}",
                                        "{\"run\" :1~,\"time_s\": 2~}",
                                        "{\"runs\":1~,\"t\":2~}",
                                        "{\"run\":1~,\"time_s\":2~}{\"run\":3~,\"time_s\":4~}",
                                        "{\"run\":1~,\n\"time_s\":2~}",
                                        "",
                                        "{\"run\":1~,\"time_s\":2~},",
                                        "{\"run\":1~,\"time_s\":2~}x",
                                        "{\"run\":1~,\"time_s\":2~",
                                        "\"run\":1~,\"time_s\":2~}",
                                        "{\"run\"1~,\"time_s\":2~}",
                                        "{\"run\":1~,\"time_s\":2~,}",
                                        "{\"run\":1~,\"time_s\":\"\xff\"}",
                                        "{\"run:1~,\"time_s\":2~}"}) {
    check_both_ways(record);
  }
}

TEST_CASE("Records of two kinds in turn are read as they stand") {
  std::string mixed;
  for (int i = 0; i < 40; ++i) {
    mixed += text_with(i % 2 == 0 ? "{\"run\":null,\"time_s\":1}" : "{\"model\":\"m\"}", false);
  }
  const auto read = read_json(mixed, {});
  REQUIRE(read);
  REQUIRE(read->tables.size() == 1);
  const table& t = read->tables.front();
  CHECK(t.rows == 40 * (2 * usual_records + 1));
  CHECK(t.columns.size() == 3);
  CHECK(t.columns.front().missing(usual_records));
  CHECK(t.columns.front().number(usual_records + 1) == usual_records);
  CHECK(t.columns.back().text(3 * usual_records + 1) == "m");
}

TEST_CASE("A limit holds for flat records") {
  table_limits limits;
  limits.rows = usual_records;
  const auto read = read_json(text_with("{}", false), limits);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == "json.too-many-rows");
  CHECK(read.error().line == usual_records + 1);
}

}  // namespace chimera::evidence
