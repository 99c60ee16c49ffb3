// Checks documents that exist already against the tree that they report on: every number gets a
// verdict, with the true value and where it stands.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"
#include "proto/claim.hpp"

namespace chimera::claims {

namespace auditing {
class source_index;
}

struct audited_claim {
  proto::claim claim = {};  ///< line, place, text, verdict and the rule that decided; never struck
  std::string key = {};     ///< what the number is: "throughput of g999_c4096_t0.4"; "" if unknown
  std::string truth = {};   ///< as the document should show it: "101.8 tok/s"; "" if unknown
  std::string where = {};   ///< "gemma3/gemma3_param_tuning.csv, line 10, tokens_s"; "" if unknown
};

/// Something wrong with more than a number: an order, a recommendation.
struct audit_remark {
  std::uint64_t line = 0;  ///< 1-based
  std::string text = {};
};

struct document_audit {
  std::string file = {};
  std::vector<audited_claim> claims = {};  ///< by line, then start
  std::vector<audit_remark> remarks = {};  ///< by line

  [[nodiscard]] std::size_t count(proto::verdict v) const;
};

/// Rules of verified and contradicted claims: "agrees-with-data", "disagrees-with-data",
/// "other-quantity" (the file has this number for the same entry as something else), "difference"
/// (a change against the two values beside it). Of unsupported ones: "no-key" (the text does not
/// say what it is, or the tree does not hold it), "statistic-not-named" (mean, median or single
/// value?). Of non-claims: the scanner's reason, or "configuration".
///
/// Only a number whose file or table, row and column or statistic are resolved, with its unit, is
/// ever contradicted, and only if it agrees with none of the plausible sources.
class auditor {
 public:
  /// `data` must outlive the auditor.
  explicit auditor(const evidence::dataset& data);
  ~auditor();
  auditor(auditor&&) noexcept;
  auditor& operator=(auditor&&) noexcept;

  /// `file` is the document's path in the tree, or any name: what it stands beside counts as a
  /// source of its numbers. Linear in the text, thread-safe, never refuses.
  [[nodiscard]] document_audit audit(std::string_view file, std::string_view markdown) const;

 private:
  std::unique_ptr<const auditing::source_index> index_;
};

}  // namespace chimera::claims
