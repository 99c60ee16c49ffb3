// Lists of jobs: each filter goes along an index in the order of the answer, so that a page costs
// the same however many jobs there are.
#pragma once

#include <vector>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

namespace chimera::store {

[[nodiscard]] proto::result<std::vector<proto::job>> list(connection& db, const job_filter& f);

}  // namespace chimera::store
