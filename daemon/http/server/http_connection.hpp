// One HTTP/1.1 connection: request after request until it ends or becomes a WebSocket.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "daemon/http/server/body_stream.hpp"
#include "daemon/http/server/connection.hpp"
#include "daemon/http/server/request_reader.hpp"

namespace chimera::http {

/// What is left of an HTTP connection whose request became a WebSocket.
struct websocket_start {
  loop::asio::ip::tcp::socket socket;
  upgrade_head head;
  upgrade what;
};

class http_connection final : public live_connection {
 public:
  http_connection(loop::asio::ip::tcp::socket socket, server_state& server);

  /// Serves until the connection ends. A handler is never abandoned, except by cancelling.
  [[nodiscard]] task<std::optional<websocket_start>> run();
  /// Answers the first request with 503, whatever it is, and ends.
  [[nodiscard]] task<> turn_away();

  void server_stops() override;
  void drop() override;
  void deadline_passed() override;

 private:
  enum class phase { idle, reading, handling, writing };
  enum class next { go_on, close, linger };

  [[nodiscard]] task<next> serve_one();
  /// Both are in the frame of serve_one().
  [[nodiscard]] task<std::optional<rejection>> read_request(request* into,
                                                            std::optional<body_spool>* spool);
  [[nodiscard]] task<next> refuse(rejection why);
  [[nodiscard]] task<reply> handle(request what);
  [[nodiscard]] task<next> start_websocket(request what);

  [[nodiscard]] task<next> send(response answer);
  [[nodiscard]] task<next> send_stream(stream_response answer);
  [[nodiscard]] task<bool> send_file(std::string head, response answer);
  [[nodiscard]] task<bool> send_text(std::string head, std::string_view body);
  [[nodiscard]] std::string head_of(unsigned& status, const header_list& headers,
                                    std::optional<std::uint64_t> length, bool chunked);
  [[nodiscard]] next after_answer(bool sent) const;
  [[nodiscard]] task<> linger();

  loop::asio::ip::tcp::socket socket_;
  request_reader reader_;
  std::string peer_;
  phase phase_ = phase::idle;
  bool keep_alive_ = true;
  bool head_only_ = false;         ///< HEAD
  body_stream* stream_ = nullptr;  ///< while one is written
  std::optional<websocket_start> websocket_;
};

}  // namespace chimera::http
