// One analysis as a coroutine on the loop; `analyze` gives it loop, signals and output.
#pragma once

#include <optional>
#include <string>

#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "daemon/cli/analyze.hpp"
#include "daemon/cli/output_folder.hpp"
#include "daemon/cli/progress.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/reporting/finished_run.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// How a run ended: `why` if it did not end well.
struct ending {
  exit_code code = exit_code::done;
  std::optional<proto::problem> why;
};

/// Lives on the loop thread; everything referred to outlives it.
class analysis {
 public:
  struct surroundings {
    loop::blocking_pool& pool;
    const clock& time;
    text_generator& generator;
    progress& shown;
  };
  analysis(const analyze_options& options, surroundings around, reporting::finished_run& run,
           output_folder& folder)
      : options_(options), around_(around), run_(run), folder_(folder) {}

  /// Reads, lets the agents write, prints, writes. Cancelling throws operation_aborted; the output
  /// folder then is as it was.
  [[nodiscard]] task<ending> work();

  /// True while nothing runs that would have to be cleaned up: the process may simply end.
  [[nodiscard]] bool only_reading() const { return only_reading_; }

 private:
  [[nodiscard]] task<ending> read();
  [[nodiscard]] task<ending> let_agents_write();
  [[nodiscard]] task<ending> print();

  const analyze_options& options_;
  surroundings around_;
  reporting::finished_run& run_;
  output_folder& folder_;
  bool only_reading_ = false;
};

}  // namespace chimera::cli
