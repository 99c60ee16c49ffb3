// The commands that arrive on stdin, for the thread that computes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/inference/llama/engine/library.hpp"
#include "daemon/inference/llama/protocol/message.hpp"

namespace chimera::embedded {

/// Reads on a thread of its own, so that a long batch keeps no command from being read. When stdin
/// ends, nobody waits for answers: the process ends at once, whatever is being computed.
class mailbox {
 public:
  explicit mailbox(const library& from);

  /// What has arrived, without waiting.
  [[nodiscard]] std::vector<command> take();
  /// As take(), but waits for the first.
  [[nodiscard]] std::vector<command> wait();
  /// True once a second; `told` is the caller's memory of the last time.
  [[nodiscard]] bool tick(std::int64_t& told) const;

 private:
  void read();

  const library& from_;
  std::mutex guard_;
  std::condition_variable arrived_;
  std::vector<command> commands_;
  std::jthread reader_;
};

}  // namespace chimera::embedded
