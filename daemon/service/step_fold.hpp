// What the steps of a job look like now: a fold over the events of its log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/jobs/service.hpp"
#include "proto/event.hpp"

namespace chimera::service {

/// Pure; events are taken in their order.
class step_fold {
 public:
  void take(const proto::event& e);

  /// In the order in which they were first named.
  [[nodiscard]] std::vector<jobs::step_view> steps() const;
  /// The last attempt of each step that was begun.
  [[nodiscard]] const std::map<std::string, std::uint32_t>& attempts() const { return attempts_; }
  /// Attempts that were begun and have no end: a crash cut them.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint32_t>> cut() const;
  [[nodiscard]] std::uint64_t running() const { return running_; }
  /// Tokens of all attempts, the discarded ones too.
  [[nodiscard]] std::uint64_t tokens() const { return tokens_; }

 private:
  jobs::step_view& step(const std::string& name);
  void set_running(jobs::step_view& s, bool running);

  std::vector<jobs::step_view> steps_;
  std::map<std::string, std::size_t> index_of_;
  std::map<std::string, std::uint32_t> attempts_;
  std::uint64_t running_ = 0;
  std::uint64_t tokens_ = 0;
};

}  // namespace chimera::service
