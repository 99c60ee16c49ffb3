// What is worth saying about a dataset, in order of weight: findings with the facts that prove
// them, the questions that the report answers, its tables and figures.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/catalog.hpp"
#include "proto/lint.hpp"

namespace chimera::report {

/// One thing worth saying. A finding is data: the narrator or a model puts it into words.
struct finding {
  std::string kind;  ///< see docs/findings.md: "rows-failed", "cold-starts", "faster", ...
  proto::severity level = proto::severity::info;
  double weight = 0;  ///< order within a level, larger first
  /// What the words may name: slot -> reference ("{{f:ID}}", "{{m:ID}}", "{{cmp:ID,ID}}") or a
  /// plain word without digits.
  std::vector<std::pair<std::string, std::string>> slots;

  [[nodiscard]] std::string_view slot(std::string_view name) const;  ///< "" if absent
};

/// A question that one analyst answers: a group of files about one thing.
struct question {
  std::string id;     ///< letters and '-': "sweep-gemma-param-tuning"
  std::string title;  ///< heading; may hold references
  std::vector<finding> findings;
  std::vector<std::string> tables;   ///< ids in the catalog
  std::vector<std::string> figures;  ///< ids in the catalog
};

struct outline {
  catalog names;
  std::vector<finding> headline;    ///< for the verdict: the heaviest, most different ones first
  std::vector<finding> inventory;   ///< for the collector
  std::vector<question> questions;  ///< by weight of their findings
  std::vector<finding> recommendations;  ///< each from facts; may be empty
};

/// Chooses. Deterministic; `data` must outlive the result (the catalog looks facts up in it).
/// `documents`: the audits of the tree's documents, their facts added to `data`.
[[nodiscard]] outline make_outline(const evidence::dataset& data,
                                   std::span<const claims::document_audit> documents);

}  // namespace chimera::report
