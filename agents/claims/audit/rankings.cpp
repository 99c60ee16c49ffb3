#include "agents/claims/audit/rankings.hpp"

namespace chimera::claims::auditing {

std::vector<audit_remark> find_remarks(const audited_document&, const source_index&,
                                       const std::vector<site_verdict>&, candidate_finder&) {
  return {};
}

}  // namespace chimera::claims::auditing
