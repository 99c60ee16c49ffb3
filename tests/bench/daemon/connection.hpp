// Clients that cost little: HTTP/1.1 and WebSocket over plain sockets, one thread, no checks
// beyond what a bench needs. They end the program where the server does not do as expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace chimera::bench {

namespace asio = boost::asio;
using io_executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, io_executor>;

/// The text of a request. `headers`: whole lines, each with its end.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target,
                                       std::uint16_t port, std::string_view headers,
                                       std::string_view body);
/// POST /v1/jobs for a pipeline and a backend; answered when the job has ended if `wait`.
[[nodiscard]] std::string submit_text(std::uint16_t port, std::string_view pipeline,
                                      std::string_view backend, bool wait);
/// The text of the first member `name` of a JSON text, for names that the bench knows to be there.
[[nodiscard]] std::string_view member_of(std::string_view json, std::string_view name);
/// The number of it; 0 if there is none.
[[nodiscard]] std::uint64_t number_of(std::string_view json, std::string_view name);

/// One connection, one request at a time.
class http_caller {
 public:
  http_caller(asio::io_context& context, std::uint16_t port);

  /// `on_answer(status, body)`; `request` must live until then.
  using handler = std::function<void(unsigned, std::string_view)>;
  void ask(const std::string& request, handler on_answer);
  /// Waits for the answer, which must be a 2xx; nothing else of the context runs meanwhile. Returns
  /// its body.
  std::string ask_now(const std::string& request);

 private:
  void read_more();
  /// True if the answer was complete.
  [[nodiscard]] bool is_complete();

  tcp_socket socket_;
  handler on_answer_;
  std::string text_;
  std::size_t body_begin_ = 0;
  std::size_t body_end_ = 0;
};

/// Reads a stream of events. Connecting and saying block; messages come through the context.
class watcher {
 public:
  using handler = std::function<void(std::string_view)>;
  watcher(asio::io_context& context, std::uint16_t port, std::string_view target,
          handler on_message);
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  void say(std::string_view text);

 private:
  void wait();
  void take(std::size_t bytes);
  /// What is left of `bytes` when whole frames are gone.
  [[nodiscard]] std::string_view take_frames(std::string_view bytes);
  /// A job that has ended closes its stream; anything else ends the bench.
  void take_close(std::string_view payload);
  void send(unsigned kind, std::string_view payload);

  tcp_socket socket_;
  handler on_message_;
  std::string partial_;
  bool ended_ = false;
};

}  // namespace chimera::bench
