// Which runs failed, and how: the rows that are no measurements.
#include <algorithm>
#include <map>

#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

using evidence::evidence_table;

std::string most_common_error(const evidence_table& t) {
  std::map<std::string, std::size_t> counts;
  for (const evidence::row_failure& failure : t.rows.failures) ++counts[failure.error];
  std::string best;
  std::size_t most = 0;
  for (const auto& [text, count] : counts)
    if (!text.empty() && count > most) {
      best = text;
      most = count;
    }
  return best;
}

// Files of one run repeat one message; the message of the most rows stands for the tree.
std::pair<std::string, const evidence_table*> main_error(
    const std::vector<const evidence_table*>& failed) {
  std::map<std::string, std::pair<std::uint64_t, const evidence_table*>> counts;
  for (const evidence_table* t : failed) {
    auto& [count, first] = counts[most_common_error(*t)];
    count += t->rows.failed;
    if (first == nullptr) first = t;
  }
  std::pair<std::string, const evidence_table*> best{"", nullptr};
  std::uint64_t most = 0;
  for (const auto& [text, entry] : counts)
    if (entry.first > most && !text.empty()) {
      most = entry.first;
      best = {text, entry.second};
    }
  return best;
}

}  // namespace

void outline_failures(outline_builder& b, part& p) {
  std::vector<const evidence_table*> failed;
  for (const evidence_table& t : b.data().tables)
    if (evidence::counts_as_runs(t) && t.rows.failed > 0) failed.push_back(&t);
  if (failed.empty()) return;

  const bool csv = b.tree_value("rows/csv/failed") > 0;
  const std::string rows = csv ? "rows/csv" : "rows/json";
  const double share = b.tree_value(rows + "/failed") / std::max(1.0, b.tree_value(rows));
  const auto [error, where] = main_error(failed);

  finding f;
  f.kind = "rows-failed";
  f.level = proto::severity::error;
  f.weight = 10 + share;
  f.slots = {{"failed", b.tree(rows + "/failed")},
             {"rows", b.tree(rows)},
             {"what", csv ? "rows of the CSV run files" : "JSON records"},
             {"files", b.tree(rows + "/files")},
             {"failed-files", b.tree(rows + "/failed-files")}};
  if (b.tree_value(rows + "/wholly-failed-files") > 0)
    f.slots.emplace_back("wholly", b.tree(rows + "/wholly-failed-files"));
  if (!error.empty()) f.slots.emplace_back("error", b.name(error, where->file, "error"));
  p.headline.push_back(f);

  table_block table;
  table.caption = "Runs with failed rows";
  table.header = {"File", "Rows", "Failed", "How it was written", "Error"};
  table.align = {"l", "r", "r", "l", "l"};
  for (const evidence_table* t : failed) {
    const std::string text = most_common_error(*t);
    table.rows.push_back({b.file_name(*t), b.rows(*t, ""), b.rows(*t, "failed"),
                          std::string(to_text(t->rows.failures.front().how)),
                          text.empty() ? "none recorded" : b.name(text, t->file, "error")});
  }
  b.out().names.tables.emplace("failed-runs", std::move(table));

  question q;
  q.id = "failed-runs";
  q.title = "Which runs failed?";
  q.findings.push_back(f);
  q.tables = {"failed-runs"};
  p.questions.push_back(std::move(q));

  if (b.tree_value(rows + "/wholly-failed-files") > 0) {
    finding again;
    again.kind = "rerun-failed";
    again.level = proto::severity::error;
    again.weight = f.weight;
    again.slots = {{"wholly", b.tree(rows + "/wholly-failed-files")},
                   {"failed", b.tree(rows + "/failed")}};
    if (!error.empty()) again.slots.emplace_back("error", b.name(error, where->file, "error"));
    p.recommendations.push_back(std::move(again));
  }
}

}  // namespace chimera::report
