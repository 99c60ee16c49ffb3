// The whole report as source text: the sections in the order that a reader needs them, the agents'
// words in their places, everything that is counted as references to facts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/outline.hpp"
#include "agents/report/render.hpp"
#include "proto/claim.hpp"
#include "proto/fact.hpp"

namespace chimera::report {

/// One call of the backend, for the metrics section. Durations in nanoseconds; a 0 and an empty
/// text are what the backend did not report.
struct call_metrics {
  std::string step;
  std::string persona;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::int64_t ttft_ns = 0, total_ns = 0, load_ns = 0, prompt_eval_ns = 0, eval_ns = 0;
  std::string finish_reason;
  std::string model;         ///< that answered
  std::string model_digest;  ///< of its weights
  std::string server;        ///< with its version
  std::map<std::string, std::string> options_asked;
  std::map<std::string, std::string> options_in_effect;
};

/// What a call of a step was not shown, or what was done to its answer, as far as a reader must
/// know. Counts are of what was left out, and of all there was.
struct step_notes {
  std::string step;
  std::size_t call = 0;              ///< index in run_info::calls
  std::uint64_t context_tokens = 0;  ///< that the prompt had to fit; 0 = no bound
  std::uint64_t findings_out = 0, findings_of = 0;
  std::uint64_t slots_out = 0, slots_of = 0;  ///< details of the heaviest finding
  std::uint64_t parts_out = 0, parts_of = 0;  ///< paragraphs and list items of the steps before
  std::uint64_t identifiers_out = 0, identifiers_of = 0;
  std::vector<std::string> kinds;  ///< of the findings left out
  struct note {
    std::string rule;  ///< see roles::answer_note
    std::string message;
    std::uint64_t made = 0, kept = 0;
  };
  std::vector<note> notes;
};

/// What is known about the run itself.
struct run_info {
  std::string date;           ///< ISO 8601 day
  std::string version;        ///< of the program
  std::string agent;          ///< persona of the analysts
  std::string backend;        ///< text_generator::describe()
  std::string configuration;  ///< "num_gpu=default, ..."
  std::int64_t ingest_ns = 0, analysis_ns = 0, report_ns = 0;
  std::vector<call_metrics> calls;
  std::vector<step_notes> notes;                              ///< of steps that have any
  std::vector<std::pair<std::string, std::string>> personas;  ///< name, instructions
};

/// What the agents wrote: Markdown with references.
struct agent_texts {
  std::string inventory;                        ///< the collector's
  std::map<std::string, std::string> analyses;  ///< by question id
  std::string draft;  ///< the reporter's: "### Verdict", "### Key findings", "### Recommendations"
};

/// Counts of a rendered report's claims.
struct verification {
  std::uint64_t numbers = 0, from_facts = 0, literals = 0, struck = 0, unsupported = 0,
                non_claims = 0;
  std::uint64_t dates = 0;     ///< of those from facts
  std::uint64_t tests = 0;     ///< of those from facts: results of a test on two groups
  std::uint64_t ordinals = 0;  ///< of the non-claims
  std::uint64_t names = 0;     ///< of the non-claims
  std::uint64_t facts_used = 0;
  bool operator==(const verification&) const = default;
};
[[nodiscard]] verification count_claims(const rendered& text, const catalog& names);

/// The outline with what only the run knows: run facts (timings, counts of claims), names of the
/// configuration. Extends `plan.names`; `data` and `plan` outlive it.
class composer {
 public:
  composer(const evidence::dataset& data, outline& plan, run_info run, agent_texts texts);

  /// The source of the report, with `counts` as its verification summary and, if `facts_used` is
  /// not empty, the appendix of these facts.
  [[nodiscard]] std::string source(const verification& counts,
                                   const std::vector<std::string>& facts_used);
  /// Facts of the run that the last source names, for run.json.
  [[nodiscard]] const std::map<std::string, proto::fact, std::less<>>& run_facts() const {
    return run_facts_;
  }

 private:
  void header(std::string& out);
  void verdict(std::string& out, const verification& counts);
  void ingestion(std::string& out);
  void quality(std::string& out);
  void analysis(std::string& out);
  void findings(std::string& out);
  void limits(std::string& out);
  void left_out(std::string& out, const step_notes& s);
  void answers(std::string& out, const step_notes& s);
  void method(std::string& out);
  void workflow(std::string& out);
  void metrics(std::string& out);
  void call_table();
  void sum_table();
  void model_table();
  void option_table();
  void configuration(std::string& out);
  void appendix(std::string& out, const std::vector<std::string>& facts_used);

  std::string name(std::string_view text, std::string_view where, bool code = true);
  std::string tree(std::string_view path, std::string_view agg = "count");
  double tree_value(std::string_view path) const;
  std::string number(std::string_view path, double value, std::string_view unit,
                     std::string_view dim, std::string_view phrase);
  std::string duration(std::string_view path, std::int64_t ns, std::string_view phrase);
  std::string amount_of(const std::string& path, std::uint64_t amount, std::string_view phrase);
  std::string duration_of(const std::string& path, std::int64_t ns, std::string_view phrase);
  std::string rate_of(const std::string& path, double tokens_per_second, std::string_view phrase);
  std::string said(std::string_view text, bool code = true);

  const evidence::dataset& data_;
  outline& plan_;
  run_info run_;
  agent_texts texts_;
  std::map<std::string, std::string> id_of_tree_path_;
  std::map<std::string, proto::fact, std::less<>> run_facts_;
};

}  // namespace chimera::report
