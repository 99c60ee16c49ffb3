// Where a run writes down what happens. The daemon keeps it in the log of the job; `analyze` shows
// it as progress.
#pragma once

#include <string>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/store/store.hpp"
#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Used on the loop thread. Everything is kept in the order of the calls.
class journal {
 public:
  virtual ~journal() = default;

  /// Appends and returns at once; `seq` and `time_ms` are given by the journal.
  virtual void append(proto::event e) = 0;

  /// A finished step, what it made, and the event that says so: all in one transaction. The run may
  /// go on at once: whatever follows is stored later than this, or not at all.
  virtual void finish(store::finish_step step, std::vector<proto::event> events,
                      std::vector<store::put_artifact> made) = 0;

  /// Completes when everything so far is on disk; the error of the store if it cannot be.
  [[nodiscard]] virtual task<proto::result<void>> synced() = 0;
};

}  // namespace chimera::jobs
