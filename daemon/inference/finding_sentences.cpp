// One function per kind of finding.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "daemon/inference/narrator_phrases.hpp"

namespace chimera::inference {
namespace {

using report::finding;

std::string of(const finding& f, std::string_view slot) { return std::string(f.slot(slot)); }
bool has(const finding& f, std::string_view slot) { return !f.slot(slot).empty(); }

std::string rows_failed(const finding& f) {
  std::string text =
      fmt::format("{} of {} {} failed", of(f, "failed"), of(f, "rows"), of(f, "what"));
  if (has(f, "wholly"))
    text += fmt::format("; in {} of {} files no row succeeded", of(f, "wholly"), of(f, "files"));
  return text;
}

std::string rows_failed_long(const finding& f) {
  std::string text =
      fmt::format("{} of {} {} failed, in {} of {} files.", of(f, "failed"), of(f, "rows"),
                  of(f, "what"), of(f, "failed-files"), of(f, "files"));
  if (has(f, "wholly"))
    text += fmt::format(" In {} of these files no row succeeded.", of(f, "wholly"));
  if (has(f, "error")) text += fmt::format(" The most frequent message: {}.", of(f, "error"));
  return text +
         " Failed rows are no measurements and are left out of every figure, whatever their "
         "fields hold.";
}

std::string cold_starts(const finding& f) {
  std::string text = has(f, "rows") ? fmt::format("{} of {} sweep rows are cold starts",
                                                  of(f, "cold"), of(f, "rows"))
                                    : fmt::format("{} rows are cold starts", of(f, "cold"));
  text += fmt::format(", so differences in mean {} are {} ({}: mean {}, warm median {})",
                      of(f, "metric"), has(f, "blocks") ? "model loading" : "start-up",
                      of(f, "file"), of(f, "mean-all"), of(f, "median-warm"));
  return text;
}

std::string cold_starts_long(const finding& f) {
  std::string text = cold_starts(f) + '.';
  if (has(f, "all-first"))
    text +=
        fmt::format(" Each of them is the first row after a change of {}: the model was reloaded.",
                    of(f, "blocks"));
  else if (has(f, "first"))
    text += fmt::format(" Of these, {} are the first row after a change of {}.", of(f, "first"),
                        of(f, "blocks"));
  if (has(f, "confound"))
    text += fmt::format(
        " In {} all cold rows have {} = {}, which came first in each block: a mean over all rows "
        "says nothing about the effect of {} on {}.",
        of(f, "file"), of(f, "confound"), of(f, "level"), of(f, "confound"), of(f, "metric"));
  return text;
}

std::string sweep_noise(const finding& f) {
  return fmt::format(
      "{} ranks {} configurations by a single sample each; they spread by {}, so {} at {} is not "
      "shown to "
      "be best",
      of(f, "file"), of(f, "configurations"), of(f, "cv"), of(f, "best"), of(f, "best-value"));
}

std::string sweep_noise_long(const finding& f) {
  return fmt::format(
      "In {} each of {} configurations was run a single time. Its {} goes from {} to {}, a "
      "coefficient of variation of {}; {} leads, but a ranking of single samples ranks the noise "
      "with the effect.",
      of(f, "file"), of(f, "configurations"), of(f, "metric"), of(f, "worst-value"),
      of(f, "best-value"), of(f, "cv"), of(f, "best"));
}

std::string evidence_of(const finding& f) {
  std::string text = fmt::format("median {} against {}, ratio {}", of(f, "median-a"),
                                 of(f, "median-b"), of(f, "ratio"));
  if (has(f, "ci-low")) text += fmt::format(" ({} to {})", of(f, "ci-low"), of(f, "ci-high"));
  return text +
         fmt::format(", Holm-adjusted p {}, n = {} + {}", of(f, "p"), of(f, "n-a"), of(f, "n-b"));
}

std::string rows_meant(const finding& f) { return has(f, "warm") ? " over warm rows" : ""; }

std::string faster(const finding& f) {
  const std::string dimension = of(f, "dimension");
  const char* relation = dimension == "rate"   ? "is faster than"
                         : dimension == "time" ? "takes less time than"
                                               : "is better than";
  return fmt::format("{} {} {} in {}{}: {}", of(f, "a"), relation, of(f, "b"), of(f, "metric"),
                     rows_meant(f), evidence_of(f));
}

std::string same(const finding& f) {
  return fmt::format("{} of {} and {}{} is not distinguishable: {}", of(f, "metric"), of(f, "a"),
                     of(f, "b"), rows_meant(f), evidence_of(f));
}

std::string equivalent(const finding& f) {
  return fmt::format("{} of {} and {}{} is equivalent: {}", of(f, "metric"), of(f, "a"), of(f, "b"),
                     rows_meant(f), evidence_of(f));
}

std::string untestable(const finding& f) {
  return fmt::format(
      "{} of {} and {}{} cannot be compared by a test, n = {} + {}: median {} against {}",
      of(f, "metric"), of(f, "a"), of(f, "b"), rows_meant(f), of(f, "n-a"), of(f, "n-b"),
      of(f, "median-a"), of(f, "median-b"));
}

std::string with_confound(const finding& f, std::string text) {
  text += '.';
  if (has(f, "confound"))
    text += fmt::format(" {} differs between the groups too, so no cause can be named.",
                        of(f, "confound"));
  return text;
}

std::string parameters(const finding& f) {
  std::string text = fmt::format(
      "Of {} comparisons between values of a parameter, {} are significant after Holm's "
      "correction.",
      of(f, "tested"), of(f, "different"));
  if (has(f, "a"))
    text += fmt::format(" The largest: {} = {} against {} in {}, {}.", of(f, "factor"), of(f, "a"),
                        of(f, "b"), of(f, "file"), evidence_of(f));
  return text;
}

std::string members_failed(const finding& f) {
  std::string text =
      fmt::format("{} of {} entries{} failed, most often {}", of(f, "failed"), of(f, "members"),
                  has(f, "path") ? " of " + of(f, "path") : "", of(f, "member"));
  if (has(f, "error")) text += fmt::format(": {}", of(f, "error"));
  return text;
}

std::string member_best(const finding& f) {
  std::string text = fmt::format("{}: {} has the best stated {}, {}", of(f, "file"), of(f, "best"),
                                 of(f, "metric"), of(f, "value"));
  if (has(f, "ratio"))
    text += fmt::format("; {} stands at {}, {} times that", of(f, "first"), of(f, "first-value"),
                        of(f, "ratio"));
  return text;
}

std::string identity(const finding& f) {
  return fmt::format("{} ({} {}): {} in {}", of(f, "title"), of(f, "count"), of(f, "counted"),
                     of(f, "shows"), of(f, "file"));
}

std::string defect(const finding& f) {
  const std::string total = has(f, "of") ? " of " + of(f, "of") : "";
  std::string text =
      fmt::format("{}: {}{} {}", of(f, "title"), of(f, "count"), total, of(f, "counted"));
  if (has(f, "shows")) text += fmt::format(", for example {} in {}", of(f, "shows"), of(f, "file"));
  return text;
}

std::string defect_long(const finding& f) {
  std::string text = defect(f) + '.';
  if (has(f, "prevents")) text += fmt::format(" What it prevents: {}.", of(f, "prevents"));
  return text;
}

// "line 53 says `102.31`, throughput of X is 101.8 tok/s (`file, line 9`)".
std::string wrong_example(const finding& f) {
  if (!has(f, "says")) return {};
  std::string text = fmt::format("{} says {}", of(f, "line"), of(f, "says"));
  if (has(f, "key") && has(f, "mistaken"))
    text += fmt::format(" as {}, but {}", of(f, "key"), of(f, "truth"));
  else if (has(f, "key"))
    text += fmt::format(" where {} is {}", of(f, "key"), of(f, "truth"));
  if (has(f, "where")) text += fmt::format(" ({})", of(f, "where"));
  return text;
}

std::string document_contradicts(const finding& f) {
  std::string text =
      fmt::format("{} contradicts the data in {} of {} numbers that it can be held to",
                  of(f, "document"), of(f, "contradicted"), of(f, "checked"));
  if (const std::string example = wrong_example(f); !example.empty()) text += ": " + example;
  if (has(f, "remark")) text += "; " + of(f, "remark");
  if (has(f, "remark-too")) text += "; " + of(f, "remark-too");
  return text;
}

std::string document_misleads(const finding& f) {
  return fmt::format("{}: {}", of(f, "document"), of(f, "remark"));
}

std::string documents_contradict(const finding& f) {
  return fmt::format(
      "{} of {} documents contradict the data that they report on, {} in {} of {} numbers",
      of(f, "documents"), of(f, "of"), of(f, "document"), of(f, "contradicted"), of(f, "checked"));
}

std::string documents_agree(const finding& f) {
  return fmt::format(
      "what {} documents state agrees with the data where it can be held to them; {} numbers of "
      "the "
      "documents name nothing in the data",
      of(f, "of"), of(f, "open"));
}

std::string by_slots(const finding& f) {
  std::string text = f.kind;
  for (const auto& [slot, value] : f.slots) text += fmt::format(", {} {}", slot, value);
  return text;
}

}  // namespace

std::string clause_of(const finding& f) {
  using teller = std::string (*)(const finding&);
  constexpr std::array<std::pair<std::string_view, teller>, 18> tellers = {{
      {"rows-failed", rows_failed},
      {"cold-starts", cold_starts},
      {"sweep-noise", sweep_noise},
      {"faster", faster},
      {"same", same},
      {"equivalent", equivalent},
      {"untestable", untestable},
      {"members-failed", members_failed},
      {"member-best", member_best},
      {"member-first-best", member_best},
      {"identity", identity},
      {"negative-improvement", defect},
      {"defect", defect},
      {"parameters", parameters},
      {"document-contradicts", document_contradicts},
      {"document-misleads", document_misleads},
      {"documents-contradict", documents_contradict},
      {"documents-agree", documents_agree},
  }};
  for (const auto& [kind, tell] : tellers)
    if (kind == f.kind) return tell(f);
  return by_slots(f);
}

std::string sentences_of(const finding& f) {
  if (f.kind == "rows-failed") return rows_failed_long(f);
  if (f.kind == "cold-starts") return cold_starts_long(f);
  if (f.kind == "sweep-noise") return sweep_noise_long(f);
  if (f.kind == "parameters") return parameters(f);
  if (f.kind == "faster" || f.kind == "same") return with_confound(f, clause_of(f));
  if (f.kind == "defect" || f.kind == "negative-improvement") return defect_long(f);
  if (f.kind == "identity" && has(f, "prevents"))
    return identity(f) + ". What it prevents: " + of(f, "prevents") + '.';
  return clause_of(f) + '.';
}

std::string advice_of(const finding& f) {
  if (f.kind == "rerun-failed") {
    std::string text = fmt::format("Repeat the {} runs in which no row succeeded", of(f, "wholly"));
    return text + (has(f, "error") ? fmt::format("; the most frequent message: {}.", of(f, "error"))
                                   : ".");
  }
  if (f.kind == "record-warm-up") {
    const std::string when = has(f, "blocks") ? "each change of " + of(f, "blocks") : "each start";
    return fmt::format(
        "Send an unrecorded request after {}, or mark the row as warm-up: {} recorded rows are "
        "cold starts.",
        when, of(f, "cold"));
  }
  if (f.kind == "repeat-configurations")
    return fmt::format(
        "Repeat each configuration of a sweep: a test needs at least {} runs a side, an interval "
        "of the median {}.",
        of(f, "test-n"), of(f, "interval-n"));
  if (f.kind == "prefer")
    return fmt::format(
        "Where {} decides, prefer {} to {}: {}. What it costs in quality is not in these files.",
        of(f, "metric"), of(f, "a"), of(f, "b"), evidence_of(f));
  if (f.kind == "correct-document")
    return fmt::format(
        "Correct or withdraw {}: {} of {} numbers that can be held to the data are "
        "wrong, for example {}.",
        of(f, "document"), of(f, "contradicted"), of(f, "checked"), wrong_example(f));
  if (f.kind == "measure-alone")
    return fmt::format(
        "Measure against a run alone before calling it a gain: {} in {} follows from its "
        "neighbours.",
        of(f, "shows"), of(f, "file"));
  return {};
}

}  // namespace chimera::inference
