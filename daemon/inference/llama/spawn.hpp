// Another program as a child process with a way to talk to it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::inference {

/// Closes a file descriptor.
class owned_fd {
 public:
  explicit owned_fd(int fd = -1) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(other.release()) {}
  owned_fd& operator=(owned_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~owned_fd();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct spawned {
  int pid = 0;
  owned_fd talk;     ///< a socket: the child's stdin and stdout; writes to it raise no SIGPIPE
  owned_fd log;      ///< what the child writes to stderr
  owned_fd process;  ///< a pidfd
};

/// The child gets no other file descriptor of this process, no blocked signals, and a process group
/// of its own, so that an interrupt at the terminal is this process's to handle. Error
/// "backend.library".
[[nodiscard]] proto::result<spawned> spawn(const std::filesystem::path& program,
                                           std::vector<std::string> arguments);

}  // namespace chimera::inference
