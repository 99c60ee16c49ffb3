// What the backends show of themselves, remembered with its age: asking never waits for a server.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agents/ports/clock.hpp"
#include "daemon/backends/backend_set.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/loop/scope.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// The outcome of the last look at a backend: one of view and problem.
struct last_look {
  std::optional<backend_view> view;
  std::optional<proto::problem> problem;
  std::chrono::nanoseconds at{0};  ///< by the clock, when the look ended
};

/// Lives on the loop thread; stop() and a run of the loop end it.
class backend_watch {
 public:
  /// A look that is older is no news: the next request for it begins another one.
  static constexpr std::chrono::seconds fresh_for{10};

  /// `time` outlives it.
  backend_watch(loop::asio::any_io_executor executor, const clock& time)
      : time_(time), looks_(std::move(executor)) {}

  /// Begins a look at each backend that has none, or an old one, unless one is under way. Embedded
  /// engines are looked at only if `engines`: a look loads their model.
  void refresh(const backend_set& all, bool engines = false);
  /// The last look at the backend of that name; nothing before the first one has ended.
  [[nodiscard]] const last_look* find(const std::string& name) const;
  /// Of a look.
  [[nodiscard]] std::chrono::nanoseconds age(const last_look& seen) const;
  /// Ends looks that are under way; none begins after it.
  void stop();

 private:
  struct entry {
    std::shared_ptr<gate> of;
    std::optional<last_look> seen;
    bool looking = false;
  };
  task<> look(std::string name, std::shared_ptr<gate> at);

  const clock& time_;
  std::map<std::string, entry> entries_;
  bool stopped_ = false;
  loop::scope looks_;
};

}  // namespace chimera::inference
