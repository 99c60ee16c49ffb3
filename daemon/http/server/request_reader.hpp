// Reads requests from one connection, one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "daemon/http/server/body_spool.hpp"
#include "daemon/http/server/message.hpp"
#include "daemon/loop/blocking_pool.hpp"

namespace chimera::http {

using upgrade_head = boost::beast::http::request<boost::beast::http::empty_body>;

/// Why a request was not read: answer with that status and close; 0: there is nobody to answer.
struct rejection {
  unsigned status = 0;
  std::string detail;
};

/// Lives as long as its connection. What its coroutines get pointers to belongs to the caller, who
/// awaits them at once, or to the server.
class request_reader {
 public:
  request_reader(loop::asio::ip::tcp::socket& socket, std::uint32_t header_bytes)
      : socket_(socket), header_bytes_(header_bytes) {}

  /// Waits for the first byte of the next request. False: there is none.
  [[nodiscard]] task<bool> wait();
  /// Fills everything but the body and the peer.
  [[nodiscard]] task<std::optional<rejection>> read_head(request* into);
  /// Into `into->body`, or through the pool into `spool` if the rule names a folder and there is a
  /// body. Answers "Expect: 100-continue".
  [[nodiscard]] task<std::optional<rejection>> read_body(application::body_rule rule, request* into,
                                                         loop::blocking_pool* pool,
                                                         std::optional<body_spool>* spool);

  /// Ends the reading under way, which then refuses with 408 (wait() says false).
  void interrupt();

  [[nodiscard]] bool keep_alive() const { return parser_ && parser_->keep_alive(); }
  [[nodiscard]] bool http_1_0() const { return parser_ && parser_->get().version() < 11; }
  /// True if the request asks to become a WebSocket; its head is then taken out of the reader.
  [[nodiscard]] bool is_upgrade() const;
  [[nodiscard]] upgrade_head take_head();
  /// Bytes that came after the request.
  [[nodiscard]] bool has_more() const { return buffer_.size() > 0; }

 private:
  [[nodiscard]] task<bool> fill(std::size_t bytes);
  [[nodiscard]] std::optional<rejection> check_head(request& into) const;
  [[nodiscard]] task<std::optional<rejection>> expectation(const request* head);
  [[nodiscard]] task<std::optional<rejection>> read_piece(char* into, std::size_t bytes,
                                                          std::size_t* got);
  [[nodiscard]] task<std::optional<rejection>> read_to_memory(std::uint64_t bytes_max,
                                                              std::string* into);
  [[nodiscard]] task<std::optional<rejection>> read_to_file(application::body_rule rule,
                                                            loop::blocking_pool* pool,
                                                            std::optional<body_spool>* spool);
  [[nodiscard]] rejection gone() const;

  loop::asio::ip::tcp::socket& socket_;
  std::uint32_t header_bytes_;
  bool interrupted_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::buffer_body>> parser_;
};

}  // namespace chimera::http
