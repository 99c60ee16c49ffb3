// What the steps could not be shown, and what was done to their answers: lines of the limits.
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "agents/report/compose.hpp"

namespace chimera::report {
namespace {

struct sentence {
  std::string_view rule;
  std::string_view words;  ///< {0} the step, {1} what was kept, {2} what there was
};

// Of notes that give numbers; `{1}` and `{2}` are used only by those that have them.
constexpr std::array sentences = std::to_array<sentence>({
    {"facts-brief",
     "Step {0}: the context has no room for more; the model was told the values of facts, not what "
     "they are computed from, on how many rows, nor their warnings"},
    {"words-max",
     "Step {0}: its answer was longer than its persona allows; {1} of {2} words were kept"},
    {"length",
     "Step {0}: the model came to the end of its tokens before its answer ended; {1} of {2} words "
     "make whole sentences and were kept"},
    {"all-struck",
     "Step {0}: nothing of its answer is proven by a fact; all sentences, {2}, are struck"},
    {"report-json", "Step {0}: its answer was not the JSON asked for, and is read as Markdown"},
    {"repair-empty",
     "Step {0}: asked to repair its answer, the model wrote nothing; the answer "
     "before stands, its unproven sentences struck"},
    {"repair-context",
     "Step {0}: no prompt to repair its answer has room in the context; its "
     "unproven sentences are struck"},
    {"revision-context",
     "Step {0}: the draft has no room in a prompt to revise it; it stands as "
     "it was, in spite of objections"},
});

}  // namespace

void composer::left_out(std::string& out, const step_notes& s) {
  if (s.findings_out + s.slots_out + s.parts_out + s.identifiers_out == 0) return;
  const auto count = [&](std::string_view what, std::uint64_t value, std::string_view phrase) {
    return number(fmt::format("/calls/{}/omitted/{}", s.call, what), static_cast<double>(value), "",
                  "count", fmt::format("{} of step {}", phrase, s.step));
  };
  std::string what;
  const auto add = [&](std::string_view of, std::uint64_t left, std::uint64_t all,
                       std::string_view words) {
    if (left == 0) return;
    what += fmt::format("{}{} of {} {}", what.empty() ? "" : ", ",
                        count(of, left, fmt::format("{} left out", words)),
                        count(fmt::format("{}_of", of), all, words), words);
  };
  add("findings", s.findings_out, s.findings_of, "findings");
  add("slots", s.slots_out, s.slots_of, "details of the heaviest finding");
  add("parts", s.parts_out, s.parts_of, "parts of the texts of steps before");
  add("identifiers", s.identifiers_out, s.identifiers_of, "identifiers");
  out += fmt::format(
      "- Step {}: {} did not fit into a context (num_ctx) of {} tokens and were not shown to the "
      "model.",
      name(s.step, "run"), what, count("context_tokens", s.context_tokens, "tokens of context"));
  std::string kinds;
  for (const std::string& kind : s.kinds)
    kinds += (kinds.empty() ? "" : ", ") + name(kind, "finding", false);
  if (!kinds.empty()) out += fmt::format(" Findings left out: {}.", kinds);
  out += '\n';
}

void composer::answers(std::string& out, const step_notes& s) {
  for (const step_notes::note& n : s.notes) {
    const auto count = [&](std::string_view which, std::uint64_t value) {
      return number(fmt::format("/calls/{}/notes/{}/{}", s.call, n.rule, which),
                    static_cast<double>(value), "", "count",
                    fmt::format("{} {} of step {}", n.rule, which, s.step));
    };
    if (n.rule == "report-parts")
      out += fmt::format("- Step {}: parts of the report are missing in its answer: {}.\n",
                         name(s.step, "run"), n.message);
    for (const sentence& known : sentences) {
      if (known.rule != n.rule) continue;
      const bool counted = n.made > 0;
      out += fmt::format("- {}.\n", fmt::format(fmt::runtime(known.words), name(s.step, "run"),
                                                counted ? count("kept", n.kept) : "none",
                                                counted ? count("made", n.made) : "none"));
    }
  }
}

}  // namespace chimera::report
