// Where the doors read events: the log of the jobs, or a script in tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "agents/ports/task.hpp"
#include "daemon/jobs/log_reader.hpp"

namespace chimera::http {

/// One reader's place in one log; the words of jobs::log_reader.
class event_reader {
 public:
  virtual ~event_reader() = default;
  [[nodiscard]] virtual task<proto::result<jobs::reading>> next(std::size_t bytes_max) = 0;
  [[nodiscard]] virtual bool pending() const = 0;
  /// True if what is pending are tokens alone.
  [[nodiscard]] virtual bool only_tokens() const = 0;
  [[nodiscard]] virtual std::uint64_t reached() const = 0;
};

/// Opens a reader; `wake` is called on the loop thread when there is something new.
using open_events = std::function<std::unique_ptr<event_reader>(jobs::log_reader::place where,
                                                                std::function<void()> wake)>;

/// Readers of this log, which outlives them.
[[nodiscard]] open_events read_from(jobs::event_log& log);

}  // namespace chimera::http
