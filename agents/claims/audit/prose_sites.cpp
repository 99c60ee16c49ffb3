#include "agents/claims/audit/claim_site.hpp"

namespace chimera::claims::auditing {

void find_prose_sites(audited_document&, const source_index&) {}

}  // namespace chimera::claims::auditing
