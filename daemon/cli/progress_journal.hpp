// What happens in a run of this process, shown as progress and not kept.
#pragma once

#include <cstddef>
#include <vector>

#include "daemon/cli/progress.hpp"
#include "daemon/jobs/journal.hpp"

namespace chimera::cli {

/// `shown` outlives it; null: nothing is shown.
class progress_journal final : public jobs::journal {
 public:
  explicit progress_journal(progress* shown) : shown_(shown) {}

  void append(proto::event e) override;
  void finish(store::finish_step step, std::vector<proto::event> events,
              std::vector<store::put_artifact> made) override;
  [[nodiscard]] task<proto::result<void>> synced() override;

 private:
  progress* shown_;
  std::size_t done_ = 0;  ///< steps that ended
  std::size_t of_ = 0;
};

}  // namespace chimera::cli
