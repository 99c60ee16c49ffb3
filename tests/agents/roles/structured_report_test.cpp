// Reports as JSON: read strictly, and trusted no more than other texts.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agents/roles/report_parts.hpp"
#include "agents/roles/structured_report.hpp"

namespace chimera::roles {
namespace {

TEST_CASE("a structured report is Markdown whose items name what proves them") {
  const auto report = read_structured_report(R"({
    "verdict": "All is well.",
    "findings": [{"text": "It is slow.", "facts": ["a", "{{f:b}}"]},
                 {"text": "Names {{f:a}} itself", "facts": ["a"]},
                 {"text": "# Proves\nnothing", "facts": []}],
    "recommendations": [{"text": "Run it again", "finding": 1, "facts": []},
                        {"text": "Stop", "finding": 9, "facts": []}]})");
  REQUIRE(report.has_value());
  CHECK(*report ==
        "### Verdict\n\nAll is well.\n\n### Key findings\n\n"
        "- It is slow ({{f:a}}, {{f:b}}).\n- Names {{f:a}} itself\n- Proves nothing\n\n"
        "### Recommendations\n\n- Run it again ({{f:a}}, {{f:b}})\n- Stop\n");
  CHECK(has_report_parts(*report));
  std::vector<std::string> lines;
  for (const claims::text_issue& issue : items_without_facts(*report))
    lines.push_back(report->substr(issue.start, issue.end - issue.start));
  CHECK(lines == std::vector<std::string>{"- Proves nothing", "- Stop"});
}

TEST_CASE("what is no such object is refused") {
  const std::string text = GENERATE(
      as<std::string>{}, "", "### Verdict", "[]", "{}", R"({"verdict": "x"})",
      R"({"verdict": "x", "findings": [], "recommendations": [])",
      R"({"verdict": 1, "findings": [], "recommendations": []})",
      R"({"verdict": "x", "findings": [{"text": "y"}], "recommendations": []})",
      R"({"verdict": "x", "findings": ["y"], "recommendations": []})",
      R"({"verdict": "x", "findings": [], "recommendations": [], "more": 1})",
      R"({"verdict": "x", "findings": [], "recommendations": [{"text": "a", "finding": "b",)"
      R"( "facts": []}]})");
  CAPTURE(text);
  const auto report = read_structured_report(text);
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().code == "report.json");
  CHECK_FALSE(report.error().detail.empty());
}

TEST_CASE("the schema holds identifiers to those that were told, if they are few") {
  const auto ids_of = [](const std::vector<std::string>& facts) {
    const auto schema = nlohmann::json::parse(report_schema(facts));
    return schema["properties"]["findings"]["items"]["properties"]["facts"]["items"];
  };
  CHECK(ids_of({"a", "b"})["enum"] == nlohmann::json({"a", "b"}));
  CHECK_FALSE(ids_of({}).contains("enum"));
  CHECK_FALSE(ids_of(std::vector<std::string>(enumerated_max + 1, "a")).contains("enum"));
}

}  // namespace
}  // namespace chimera::roles
