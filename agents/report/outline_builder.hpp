// What every part of the outline needs: references to facts by their key, names with digits,
// tables, figures. Owned by make_outline for as long as it runs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/facts/comparison.hpp"
#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/outline.hpp"
#include "proto/fact.hpp"

namespace chimera::report {

class outline_builder {
 public:
  outline_builder(const evidence::dataset& data, outline& out);

  [[nodiscard]] const evidence::dataset& data() const { return data_; }
  [[nodiscard]] outline& out() { return out_; }

  /// "{{m:ID}}" for a literal; `code` prints it as a code span.
  std::string name(std::string_view text, std::string_view file = {}, std::string_view where = {},
                   bool code = true);
  /// The name of a table's file.
  std::string file_name(const evidence::evidence_table& t);

  /// "{{f:ID}}" of the fact with this key, or "" if there is none.
  [[nodiscard]] std::string fact(const std::string& key) const;
  [[nodiscard]] const proto::fact* find(const std::string& key) const;
  /// The same for a tree count, an aggregate of a column, a side of a comparison, a comparison.
  [[nodiscard]] std::string tree(std::string_view path, std::string_view agg = "count") const;
  [[nodiscard]] std::string column(const evidence::evidence_table& t, std::size_t c,
                                   const std::vector<proto::filter_term>& filter,
                                   std::string_view agg) const;
  [[nodiscard]] std::string rows(const evidence::evidence_table& t, std::string_view state) const;
  [[nodiscard]] std::string group(const evidence::sample_group& g, std::string_view agg) const;
  [[nodiscard]] std::string compared(const evidence::comparison& c, std::string_view agg) const;

  /// The number behind a tree count; 0 if there is none.
  [[nodiscard]] double tree_value(std::string_view path) const;
  [[nodiscard]] const proto::lint* lint(std::string_view rule) const;

 private:
  const evidence::dataset& data_;
  outline& out_;
  std::unordered_map<std::string, std::string> id_of_key_;
};

/// Index of the column whose metric is `metric`, holding raw values of a measure; npos if none.
[[nodiscard]] std::size_t measure_of(const evidence::evidence_table& t, std::string_view metric);

/// The parts of the outline; each adds its findings, tables and figures.
struct part {
  std::vector<finding> headline;  ///< candidates for the verdict
  std::vector<question> questions;
  std::vector<finding> recommendations;
};
void outline_failures(outline_builder& b, part& p);
void outline_cold_starts(outline_builder& b, part& p);
void outline_sweeps(outline_builder& b, part& p);
void outline_groups(outline_builder& b, part& p);
void outline_members(outline_builder& b, part& p);
void outline_defects(outline_builder& b, part& p);
void outline_documents(outline_builder& b, std::span<const claims::document_audit> documents,
                       part& p);

}  // namespace chimera::report
