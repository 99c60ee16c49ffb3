// Orders and recommendations of a document, against the order that the data give.
#pragma once

#include <vector>

#include "agents/claims/audit/audit.hpp"
#include "agents/claims/audit/candidates.hpp"
#include "agents/claims/audit/judge.hpp"

namespace chimera::claims::auditing {

/// `verdicts` has one entry a site. Pure otherwise.
[[nodiscard]] std::vector<audit_remark> find_remarks(const audited_document& doc,
                                                     const source_index& index,
                                                     const std::vector<site_verdict>& verdicts,
                                                     candidate_finder& finder);

}  // namespace chimera::claims::auditing
