// Requests, responses and connections as handlers see them: no type of the HTTP library.
// Everything here lives on the loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agents/ports/task.hpp"

namespace chimera::http {

using header_list = std::vector<std::pair<std::string, std::string>>;
using shared_text = std::shared_ptr<const std::string>;

struct request {
  std::string method;  ///< "GET"
  std::string path;    ///< percent-decoded, begins with '/'; what it never holds: target.hpp
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  header_list headers;  ///< names in lower case, in the order of the request
  std::string body;
  std::filesystem::path body_file;  ///< uploads: the body lies here, removed after the handler
  std::string peer;                 ///< "127.0.0.1:54321"

  /// The first header of that (lower-case) name, the first query value; "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view query_value(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const;
};

/// What a streaming answer writes to. Lives on the loop thread, as long as the connection.
class body_writer {
 public:
  virtual ~body_writer() = default;
  /// One chunk; suspends until the peer took it. False: the peer is gone, stop.
  [[nodiscard]] virtual task<bool> write(shared_text chunk) = 0;
  /// True once the peer has closed its side (or sent anything else), or the server stops.
  [[nodiscard]] virtual bool closed() const = 0;
  /// Called once when closed() becomes true, so that a writer that waits for something else wakes;
  /// at once if it is true already.
  virtual void on_closed(std::function<void()> wake) = 0;
};

struct response {
  unsigned status = 200;
  /// content-type and others; content-length, date, server and connection are added. A value with
  /// a line break is a fault of the handler: the answer becomes a 500.
  header_list headers;
  std::string body;
  shared_text shared_body;        ///< used instead of `body` if set
  std::filesystem::path file;     ///< used instead of both if set: sent from disk
  std::uint64_t file_offset = 0;  ///< first byte of `file`
  std::uint64_t file_bytes = 0;   ///< bytes of `file` to send
};

/// An answer of unknown length: chunked, written by `write` until it returns. If `write` throws,
/// the connection ends without the last chunk, so that the peer knows that something is missing.
struct stream_response {
  unsigned status = 200;
  header_list headers;
  std::function<task<>(body_writer&)> write;
};

using reply = std::variant<response, stream_response>;

/// One WebSocket after its handshake. Lives on the loop thread, as long as its conversation.
class websocket {
 public:
  virtual ~websocket() = default;
  /// Sends one text message made of two parts (either may be empty); suspends until it is written.
  /// False: closed. One send at a time.
  [[nodiscard]] virtual task<bool> send(std::string_view head, shared_text tail) = 0;
  /// Messages that came since the last call, in order (bounded: reading stops when it is full).
  [[nodiscard]] virtual std::vector<std::string> received() = 0;
  /// Suspends until wake() was called, a message came, or the connection closed. Wakes that come
  /// between two waits are kept.
  [[nodiscard]] virtual task<> wait() = 0;
  virtual void wake() = 0;
  [[nodiscard]] virtual bool closed() const = 0;
  /// Asks for the close handshake with this code after what was sent; the conversation may return.
  virtual void close(std::uint16_t code, std::string reason) = 0;
};

/// A conversation runs until it returns; then the socket is closed with 1000 if it was not closed
/// otherwise (1011 if it throws). It is never cancelled: it ends because closed() became true, as
/// it does when the server stops, or because it called close(). A conversation that reads nothing
/// for two ping intervals while its inbox is full loses the connection: pongs are not read either.
struct upgrade {
  std::string subprotocol;  ///< chosen one, "" = none
  /// Close code for a peer that takes nothing for the write timeout. It is told only if it takes
  /// what it was sent, within the close timeout: nothing may stand inside of a message.
  std::uint16_t too_slow = 1008;
  std::function<task<>(websocket&)> converse;
};

/// What the server calls, on the loop thread. Exceptions of a handler become a 500 problem without
/// their text, which goes to `on_error`.
struct application {
  std::function<task<reply>(request)> handle;
  /// For requests that ask to become a WebSocket. Empty: they are ordinary requests.
  std::function<task<std::variant<response, upgrade>>(request)> accept;
  /// Before a body is read: how many bytes of body this request may have, and whether it goes to a
  /// file (uploads). Only method, path, query and headers are filled.
  struct body_rule {
    std::uint64_t bytes_max = 1U << 20U;
    std::filesystem::path spool_folder;  ///< "" = kept in memory
  };
  std::function<body_rule(const request&)> body_rule_for;
  std::function<void(std::string)> on_error;
  /// For what the server answers itself: 400, 408, 413, 417, 431, 500, 503 as problem+json.
  std::function<response(unsigned status, std::string detail)> problem;
};

/// Bounds of one server, each reached in tests.
struct server_limits {
  std::uint32_t header_bytes = 16U << 10U;
  std::size_t connections = 20'000;
  std::chrono::milliseconds request_timeout{30'000};  ///< whole header and body of one request
  std::chrono::milliseconds write_timeout{30'000};    ///< one chunk or message
  std::chrono::milliseconds keep_alive{75'000};       ///< between requests
  std::chrono::milliseconds close_timeout{2'000};     ///< for the WebSocket close handshake
  /// A WebSocket that is silent for one interval is pinged, after two it is dropped.
  std::chrono::milliseconds ping_interval{15'000};
  std::uint64_t frame_bytes = 64U << 10U;  ///< one WebSocket message of a client
  std::size_t inbox_messages = 64;         ///< unread messages of one WebSocket
};

}  // namespace chimera::http
