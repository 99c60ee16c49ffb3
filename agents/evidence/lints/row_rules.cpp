#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

bool counts(const evidence_table& t) {
  return t.data.kind != "md" && t.same_as == evidence_table::npos &&
         t.data.shape != table_shape::document;
}

// Rows that tally other rows ("completed": 3): what failed is counted where it stands.
bool tallies_rows(const evidence_table& t) {
  return std::ranges::any_of(t.data.columns, [](const column& c) {
    return c.numeric() && (c.key == "completed" || c.key == "successful_tests");
  });
}

std::uint64_t failures_of(const evidence_table& t, failure_encoding how) {
  return static_cast<std::uint64_t>(std::ranges::count(t.rows.failures, how, &row_failure::how));
}

std::optional<proto::lint> by_encoding(const lint_input& in, const rule_words& words,
                                       std::initializer_list<failure_encoding> encodings) {
  finder f(words);
  for (const evidence_table& t : in.tables) {
    if (!counts(t)) continue;
    std::uint64_t n = 0;
    for (const failure_encoding how : encodings) n += failures_of(t, how);
    if (n == 0) continue;
    const auto first = std::ranges::find_if(t.rows.failures, [&](const row_failure& r) {
      return std::ranges::find(encodings, r.how) != encodings.end();
    });
    f.at(t.file, t.data.path, fmt::format("{} of {} rows: {}", n, t.data.rows, first->error), n);
  }
  return f.done();
}

}  // namespace

std::optional<proto::lint> failed_rows(const lint_input& in) {
  finder f({"failed-rows", severity::error, "Failed rows", "rows",
            "they are no measurements and are left out of every figure"});
  std::uint64_t rows = 0;
  for (const evidence_table& t : in.tables) {
    if (!counts(t) || t.summary || tallies_rows(t)) continue;
    rows += t.data.rows;
    if (t.rows.failed == 0) continue;
    f.at(t.file, t.data.path,
         fmt::format("{} of {} rows, {}", t.rows.failed, t.data.rows,
                     to_text(t.rows.failures.front().how)),
         t.rows.failed, t.rows.failed == t.data.rows);
  }
  f.of(rows);
  return f.done();
}

std::optional<proto::lint> failures_written_as_zero(const lint_input& in) {
  return by_encoding(
      in,
      {"failures-written-as-zero", severity::error, "Failures written as measured values", "rows",
       "a mean or minimum over them would be too low"},
      {failure_encoding::zeros_with_error, failure_encoding::zero_with_success_false});
}

std::optional<proto::lint> error_text_as_success(const lint_input& in) {
  return by_encoding(in,
                     {"error-text-as-success", severity::error, "Error text stored as success",
                      "rows", "their times measure the failing, their success rate is false"},
                     {failure_encoding::error_text_as_success});
}

std::optional<proto::lint> zero_tokens(const lint_input& in) {
  return by_encoding(in,
                     {"no-tokens", severity::error, "No tokens in positive time", "rows",
                      "a rate over them is meaningless"},
                     {failure_encoding::zero_tokens});
}

std::optional<proto::lint> cold_first_row(const lint_input& in) {
  finder f({"cold-rows", severity::error, "Cold rows among warm ones", "rows",
            "no mean over both, no comparison of such means"});
  std::uint64_t rows = 0;
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t)) continue;
    rows += t.data.rows - t.rows.failed;
    if (t.rows.cold > 0)
      f.at(t.file, t.data.path,
           fmt::format("{} of {} rows ({})", t.rows.cold, t.data.rows - t.rows.failed,
                       t.rows.cold_because),
           t.rows.cold);
  }
  f.of(rows);
  return f.done();
}

std::optional<proto::lint> cold_rows_confound(const lint_input& in) {
  finder f({"cold-rows-confound", severity::error, "Cold rows share a value of a parameter",
            "tables", "no statement on what that parameter does to times"});
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t)) continue;
    for (const auto& [i, level] : cold_confounds(t))
      f.at(t.file, t.data.columns[i].name,
           fmt::format("all {} cold rows have {} = {}", t.rows.cold, t.data.columns[i].key, level));
  }
  return f.done();
}

std::optional<proto::lint> no_warmup_recorded(const lint_input& in) {
  finder f({"no-warm-up-recorded", severity::info, "No warm-up recorded", "tables",
            "the first rows may be cold without being told"});
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t) || t.data.rows < 3 || t.rows.failed == t.data.rows) continue;
    const bool times = std::ranges::any_of(t.traits, [](const column_traits& c) {
      return c.role == role::measure && c.dimension == dimension::time;
    });
    const bool told = !t.about.declared_warmup_at.empty() || t.rows.cold_because == "is_warmup";
    if (times && !told) f.at(t.file, t.data.path, "no column or setting names a warm-up");
  }
  return f.done();
}

}  // namespace chimera::evidence
