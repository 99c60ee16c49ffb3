// The verdict on one claim.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include "agents/claims/audit/candidates.hpp"

#include "agents/claims/audit/claim_site.hpp"
#include "proto/claim.hpp"

namespace chimera::claims::auditing {

/// By index of the source.
using source_counts = boost::unordered_flat_map<std::size_t, std::size_t>;

/// How many numbers agree with each source: of the same table or item, and of the document.
struct agreements {
  source_counts in_block = {};
  const source_counts* in_document = nullptr;
};

struct site_verdict {
  proto::verdict judgement = proto::verdict::unsupported;
  std::string rule = {};
  std::string key = {};
  std::string truth = {};
  std::string where = {};
  std::size_t source = static_cast<std::size_t>(-1);  ///< of the value that decided
  std::size_t column = 0;
  std::uint32_t row = 0;
  bool one_row = false;    ///< a single cell decided
  double truth_value = 0;  ///< in the unit shown
  bool known = false;      ///< the value is resolved
};

/// Compares the number with all that it can mean. It is contradicted only if the text says firmly
/// what it is, and all plausible values disagree. Pure, thread-safe.
/// `agreed` tells which sources agree with other numbers: by it the true value is chosen where
/// several could be meant, and a file that the document does not name proves nothing wrong without.
[[nodiscard]] site_verdict judge(const audited_document& doc, const source_index& index,
                                 const claim_site& site, const std::vector<candidate>& found,
                                 const agreements& agreed);

/// The verdict where the number is another quantity of the same entry.
[[nodiscard]] site_verdict judge_other_quantity(const source_index& index, const claim_site& site,
                                                const candidate& found);

/// The number of a site as quoted; its unit is that of the text, the header or the label.
[[nodiscard]] std::optional<quoted_number> quoted_at(const audited_document& doc,
                                                     const claim_site& site);

/// A value as the document would show it: its decimals, its unit.
[[nodiscard]] std::string shown_like(const quoted_number& quoted, double value);

}  // namespace chimera::claims::auditing
