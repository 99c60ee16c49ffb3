// The tables, and how an older file becomes one of today.
#pragma once

#include <cstdint>

#include "daemon/store/sqlite.hpp"
#include "proto/problem.hpp"

namespace chimera::store {

/// `PRAGMA user_version` of the files this program writes.
inline constexpr std::int64_t schema_version = 1;

/// Makes the tables of an empty file or migrates an older one, in one transaction. Errors:
/// "store.newer" (made by a later Chimera), "store.foreign" (not made by Chimera), or SQLite's.
[[nodiscard]] proto::result<void> bring_up_to_date(connection& db);

}  // namespace chimera::store
