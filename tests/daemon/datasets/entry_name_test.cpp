#include "daemon/datasets/entry_name.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using namespace chimera::datasets;

std::string nested(std::size_t folders) {
  std::string out;
  for (std::size_t i = 0; i < folders; ++i) out += "d/";
  return out + "f";
}

TEST_CASE("a relative name is kept, with single slashes", "[names]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"a.csv", "a.csv"},
      {"./a.csv", "a.csv"},
      {"runs//b/./a", "runs/b/a"},
      {"runs/", "runs"},
      {"./", ""},
      {".", ""},
      {"..a/b..", "..a/b.."},
      {"...", "..."},
      {"ünï/日本.csv", "ünï/日本.csv"},
      {"10:30:00.csv", "10:30:00.csv"},
      {" a b ", " a b "},
      {nested(32), nested(32)},
      {std::string(255, 'n'), std::string(255, 'n')},
  };
  for (const auto& [raw, clean] : table) {
    INFO(raw);
    const auto made = clean_name(raw, {});
    REQUIRE(made.has_value());
    CHECK(*made == clean);
  }
}

TEST_CASE("a name that leads elsewhere or reads differently is refused and named", "[names]") {
  const std::string long_path = nested(600);
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "dataset.bad-name"},
      {"/etc/passwd", "dataset.bad-name"},
      {"//a", "dataset.bad-name"},
      {"../a", "dataset.bad-name"},
      {"a/../../b", "dataset.bad-name"},
      {"a/..", "dataset.bad-name"},
      {"..", "dataset.bad-name"},
      {"a\\b", "dataset.bad-name"},
      {"..\\a", "dataset.bad-name"},
      {"C:/a", "dataset.bad-name"},
      {"c:a", "dataset.bad-name"},
      {"a\nb", "dataset.bad-name"},
      {"a\x1b[31m", "dataset.bad-name"},
      {std::string("a\0b", 3), "dataset.bad-name"},
      {"caf\xe9.csv", "dataset.bad-name"},
      {"a/\xc0\xae\xc0\xae/b", "dataset.bad-name"},
      {std::string(256, 'n'), "dataset.bad-name"},
      {long_path, "dataset.bad-name"},
      {nested(33), "dataset.too-deep"},
  };
  for (const auto& [raw, code] : table) {
    INFO(raw);
    const auto made = clean_name(raw, {});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == code);
    CHECK(made.error().file == shown(raw));
  }
}

TEST_CASE("a shown name has no control characters and is not long", "[names]") {
  CHECK(shown("a\x1b[31m\n") == "a?[31m?");
  CHECK(shown(std::string(500, 'n')) == std::string(200, 'n') + "...");
}

}  // namespace
