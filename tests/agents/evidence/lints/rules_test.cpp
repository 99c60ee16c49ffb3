// Every rule finds its defect, leaves what looks alike alone, and speaks without numbers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>

#include "agents/claims/number_scanner.hpp"
#include "agents/evidence/lints/cases.hpp"

using namespace chimera;
using namespace chimera::tests;

namespace {

std::vector<lint_case> all_cases() {
  std::vector<lint_case> cases = file_and_table_cases();
  for (lint_case& c : row_and_value_cases()) cases.push_back(std::move(c));
  return cases;
}

void check_words(const std::string& words) {
  INFO(words);
  for (const claims::scanned_number& n : claims::scan_numbers(words))
    CHECK(n.reason == claims::non_claim::name);
}

}  // namespace

TEST_CASE("each rule finds its defect and not what looks like it") {
  for (const lint_case& c : all_cases()) {
    INFO(c.rule << "; look-alike: " << c.what);
    const auto lints = lints_of(c.defect);
    const proto::lint* found = find_rule(lints, c.rule);
    CHECK(found != nullptr);
    if (found != nullptr) {
      CHECK(found->count >= 1);
      CHECK(found->files >= 1);
      CHECK_FALSE(found->places.empty());
    }
    const auto others = lints_of(c.look_alike);
    const proto::lint* alarm = find_rule(others, c.rule);
    INFO("false alarm: " << (alarm == nullptr ? "" : alarm->places.front().shows));
    CHECK(alarm == nullptr);
  }
}

TEST_CASE("titles and consequences of rules hold no numbers, which a report would strike") {
  for (const lint_case& c : all_cases())
    for (const proto::lint& l : lints_of(c.defect)) {
      check_words(l.title);
      check_words(l.prevents);
      check_words(l.counted);
    }
}

TEST_CASE("lints come errors first, then warnings, then infos, by name within a level") {
  const auto lints = lints_of(
      {{{"a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,0,0,timed out\nc,90,92,\nd,1.2,91,\n"}}});
  REQUIRE(lints.size() >= 3);
  CHECK(std::ranges::is_sorted(lints, [](const proto::lint& x, const proto::lint& y) {
    return x.level != y.level ? x.level < y.level : x.rule < y.rule;
  }));
}

TEST_CASE("a tree without files has no lints") { CHECK(lints_of({}).empty()); }

TEST_CASE("every rule that has a case is documented, and every documented rule has a case") {
  std::set<std::string> tested;
  for (const lint_case& c : all_cases()) tested.insert(c.rule);
  std::set<std::string> documented;
  std::ifstream page(CHIMERA_SOURCE_DIR "/docs/lints.md");
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) documented.insert(line.substr(3, line.find('`', 3) - 3));
  CHECK(tested == documented);
}
