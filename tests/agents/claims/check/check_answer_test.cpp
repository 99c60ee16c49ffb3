// What becomes of a model's text: references in place of true numbers, issues, strikes.
#include "agents/claims/check/check_answer.hpp"

#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "agents/claims/check/dates.hpp"
#include "agents/claims/check/quantisations.hpp"
#include "agents/claims/check/spoken_text.hpp"

using namespace chimera;

namespace {

claims::checked_answer checked(const std::string& text) {
  return claims::check_answer(text, tests::quantisation_book(), {});
}

// The text with what each reference prints in brackets.
std::string printed(const claims::checked_answer& answer) {
  std::string out;
  for (const claims::piece& p : claims::parse_references(answer.markdown)) {
    if (p.what != claims::piece::type::reference || p.ref.kind != claims::reference_kind::fact)
      out += answer.markdown.substr(p.start, p.end - p.start);
    else
      out += "[" + tests::quantisation_book().find(p.ref.ids[0])->shown.text + "]";
  }
  return out;
}

}  // namespace

TEST_CASE("a number that is one fact becomes a reference, with its unit and its bound") {
  const auto [text, result] = GENERATE(table<std::string, std::string>({
      {"The median throughput of q4_0 was 76.88 tok/s.",
       "The median throughput of q4_0 was [76.88 tok/s]."},
      {"The median TTFT of q8_0 was 0.0969 seconds, as planned.",
       "The median TTFT of q8_0 was [96.90 ms], as planned."},
      {"q4_0 has a median throughput of over 76 tok/s.",
       "q4_0 has a median throughput of [76.88 tok/s]."},
      {"q4_0 has a median throughput of about 77 tok/s.",
       "q4_0 has a median throughput of about [76.88 tok/s]."},
      {"The tree holds two CSV files.", "The tree holds [2] CSV files."},
      {"**Median TTFT** (q8_0): 96.9 ms", "**Median TTFT** (q8_0): [96.90 ms]"},
  }));
  const claims::checked_answer answer = checked(text);
  CHECK(printed(answer) == result);
  CHECK(answer.replaced.size() == 1);
  CHECK(answer.issues.empty());
}

TEST_CASE("what is no fact is an issue of its sentence and stays as it is") {
  const std::string good = "The runs are in quant.csv. ";
  const std::string bad = GENERATE(
      as<std::string>{}, "The median throughput of q4_0 was 75 tok/s.", "It took 15.58 seconds.",
      "q4_0 is 65 % faster than q8_0 in median throughput.", "It began on 2024-01-01.");
  const claims::checked_answer answer = checked(good + bad);
  CHECK(answer.markdown == good + bad);
  REQUIRE_FALSE(answer.issues.empty());
  for (const claims::text_issue& issue : answer.issues) {
    CHECK(issue.start == good.size());
    CHECK(issue.end == good.size() + bad.size());
  }
  CHECK(claims::with_strikes(answer) == good + "{{strike}}" + bad);
}

TEST_CASE("a strike mark stands behind what makes a line a list item, a heading or a row") {
  const auto [text, struck] = GENERATE(table<std::string, std::string>({
      {"- It took 15.58 s.\n- Fine.\n", "- {{strike}}It took 15.58 s.\n- Fine.\n"},
      {"> It took 15.58 s.\n", "> {{strike}}It took 15.58 s.\n"},
      {"## 15.58 s of TTFT\n", "## {{strike}}15.58 s of TTFT\n"},
      {"| a | 15.58 s |\n", "| {{strike}}a | 15.58 s |\n"},
      {"Fine. It took 15.58 s. Fine, too.", "Fine. {{strike}}It took 15.58 s. Fine, too."},
  }));
  CHECK(claims::with_strikes(checked(text)) == struck);
}

TEST_CASE("the repair prompt names at most forty issues and says how many more there are") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "It took 15.58 s. ";
  const std::string prompt = claims::repair_prompt("TASK\n", checked(text));
  CHECK_THAT(prompt, Catch::StartsWith("TASK\n"));
  CHECK_THAT(prompt, Catch::Contains("and 10 more of the same kinds"));
}

TEST_CASE("names are read where they are referred to, and places map back to the source") {
  const claims::name_lookup names = [](std::string_view id) -> const std::string* {
    static const std::string name = "q4_0";
    return id == "tag-x" ? &name : nullptr;
  };
  const std::string text = "With {{m:tag-x}} it is {{f:a-x}}; {{m:tag-y}} is unknown.";
  const claims::spoken_text spoken(text, names);
  CHECK(spoken.text() == "With q4_0 it is {{f:a-x}}; {{m:tag-y}} is unknown.");
  CHECK(spoken.broken().size() == 1);
  REQUIRE(spoken.references().size() == 2);
  CHECK(spoken.source_of(spoken.references()[1].start) == text.find("{{f:"));
  const auto answer = claims::check_answer("The median throughput of {{m:tag-x}} is 76.88 tok/s.",
                                           tests::quantisation_book(), names);
  CHECK(printed(answer) == "The median throughput of {{m:tag-x}} is [76.88 tok/s].");
}

TEST_CASE("dates are read as prose writes them") {
  const auto [text, number, date] = GENERATE(table<std::string, std::string, std::string>({
      {"on 2025-11-14 we", "11", "2025-11-14"},
      {"on 2025/11/14 we", "14", "2025-11-14"},
      {"at 2025-11-14T08:30 we", "08", "2025-11-14T08:30"},
      {"November 14, 2025", "14", "2025-11-14"},
      {"14 Nov 2025", "2025", "2025-11-14"},
      {"in November 2025", "2025", "2025-11"},
      {"on 14 November we", "14", "--11-14"},
      {"14 marks of 2025", "14", ""},
  }));
  const std::size_t at = text.find(number);
  CAPTURE(text);
  CHECK(claims::date_at(text, at, at + number.size()) == date);
}

TEST_CASE("a date is the same as far as it is told") {
  CHECK(claims::same_date("2025-11-14", "2025-11-14T08:30:00"));
  CHECK(claims::same_date("--11-14", "2025-11-14T08:30:00"));
  CHECK(claims::same_date("2025-11", "2025-11-14"));
  CHECK_FALSE(claims::same_date("2025-11-15", "2025-11-14T08:30:00"));
  CHECK_FALSE(claims::same_date("2025", "2025-11-14"));
  CHECK_FALSE(claims::same_date("", "2025-11-14"));
}
