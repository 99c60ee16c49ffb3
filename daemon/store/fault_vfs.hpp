// SQLite's way to the files, with our fault points in it and counts of what passed. It is always in
// between: when no fault is set a call costs one atomic load more.
#pragma once

#include <atomic>
#include <cstdint>

namespace chimera::store {

/// Name for sqlite3_open_v2; registers it at the first call. nullptr (the default way, without
/// faults) if SQLite has none to stand on.
[[nodiscard]] const char* fault_vfs_name();

/// Of all databases of the process, since its start.
struct vfs_counts {
  std::atomic<std::uint64_t> wal_syncs = 0;
  std::atomic<std::uint64_t> database_syncs = 0;
  std::atomic<std::uint64_t> failed_syncs = 0;  ///< of real failures too
  std::atomic<std::uint64_t> writes = 0;
};
[[nodiscard]] vfs_counts& vfs_counters();

}  // namespace chimera::store
