// The least that a relay does: wait, read, write. What the machine's sockets cost without a daemon.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace chimera::bench {

/// A child process: each connection to port() is given the bytes of a stream of the look-alike
/// server at `server`, unread. One epoll, one recv and one send for what comes. Ends the program
/// where something fails.
class plain_relay {
 public:
  plain_relay(std::uint16_t server, std::size_t streams);
  plain_relay(const plain_relay&) = delete;
  plain_relay& operator=(const plain_relay&) = delete;
  ~plain_relay();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double cpu_seconds() const;

 private:
  std::uint16_t port_ = 0;
  pid_t child_ = -1;
};

}  // namespace chimera::bench
