// Faults on demand, for tests and drills: named points where a call fails or the process dies. Part
// of every build and off; then a point costs one load of an atomic.
//
//   CHIMERA_FAULTS="store.commit.before=kill@17,sqlite.sync=eio@3,sqlite.write=enospc@5+"
//
// kill: SIGKILL to the process itself at the 17th hit of the point. eio, enospc: the call fails at
// that hit, with '+' at every later one too. Points:
//
//   store.commit.before   nothing of the batch is written yet
//   store.commit.middle   all changes are made, COMMIT is not
//   store.commit.after    committed, the caller does not know yet
//   store.prune.after     rows are gone, the files of the shelf are not
//   shelf.write shelf.sync shelf.rename shelf.remove    calls on files of the shelf
//   sqlite.open sqlite.write sqlite.sync sqlite.truncate  calls on the database's files
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::faults {

enum class point : std::uint8_t {
  store_commit_before,
  store_commit_middle,
  store_commit_after,
  store_prune_after,
  shelf_write,
  shelf_sync,
  shelf_rename,
  shelf_remove,
  sqlite_open,
  sqlite_write,
  sqlite_sync,
  sqlite_truncate
};

/// Reads the setting above and starts counting from zero; "" switches all points off. Before
/// threads start. Error: "faults.bad-setting", and what was set before stays.
[[nodiscard]] proto::result<void> configure(std::string_view setting);

/// Hits of a point since `configure`, counted only while any fault is set.
[[nodiscard]] std::uint64_t hits(point p);

namespace detail {
extern std::atomic<bool> on;
[[nodiscard]] int hit_slow(point p);
}  // namespace detail

/// 0, or the errno with which the call at hand shall fail. Thread-safe. May not return at all.
[[nodiscard]] inline int hit(point p) {
  return detail::on.load(std::memory_order_relaxed) ? detail::hit_slow(p) : 0;
}

}  // namespace chimera::faults
