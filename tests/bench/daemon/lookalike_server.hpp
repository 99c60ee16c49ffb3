// An OpenAI-compatible server that only speaks: on a thread of its own, as fast as it is told to.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "daemon/loop/asio.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::bench {

/// Each event is an HTTP chunk of its own, as vLLM sends them, with one token: letters and one
/// space behind them.
class lookalike_server {
 public:
  struct pace {
    /// Between two tokens of a stream; each token is then the nanoseconds of steady_clock when it
    /// was written. 0 = as fast as they are taken, `tokens` random words.
    std::chrono::microseconds apart{0};
    std::size_t tokens = 0;  ///< of a stream; then it is silent
  };
  explicit lookalike_server(pace how);
  lookalike_server(const lookalike_server&) = delete;
  lookalike_server& operator=(const lookalike_server&) = delete;
  ~lookalike_server();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Streams that wait for their first token, or have had it.
  [[nodiscard]] std::size_t streams() const { return streams_.load(); }
  /// Lets all streams begin.
  void begin() { begun_.store(true); }
  /// Bytes of one event as it goes through the socket, on average.
  [[nodiscard]] double event_bytes() const;

 private:
  using tcp = loop::asio::ip::tcp;
  task<> accept();
  task<> serve(tcp::socket socket);
  task<> speak(tcp::socket* socket, std::size_t index);
  task<> speak_paced(tcp::socket* socket, std::size_t index);

  pace how_;
  std::string words_;                  ///< events, one after the other
  std::vector<std::size_t> begin_of_;  ///< of each event in words_, and the end
  std::atomic<std::size_t> streams_{0};
  std::atomic<bool> begun_{false};
  boost::asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  loop::scope running_;
  std::jthread thread_;
};

}  // namespace chimera::bench
