#include "daemon/http/server/http_connection.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/write.hpp>

#include "daemon/http/server/response_head.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t write_piece_bytes = 256U << 10U;
constexpr std::size_t file_piece_bytes = 64U << 10U;
constexpr std::size_t linger_bytes_max = 4U << 20U;

std::string to_text(const tcp::endpoint& end) {
  const auto address = end.address().to_string();
  return fmt::format(fmt::runtime(end.address().is_v6() ? "[{}]:{}" : "{}:{}"), address,
                     end.port());
}

}  // namespace

http_connection::http_connection(tcp::socket socket, server_state& server)
    : live_connection(server),
      socket_(std::move(socket)),
      reader_(socket_, server.limits.header_bytes) {
  error_code ignored;  // best effort: a peer that has left already is noticed at the first read
  socket_.set_option(tcp::no_delay(true), ignored);
  const auto end = socket_.remote_endpoint(ignored);
  peer_ = to_text(end);
}

task<std::optional<websocket_start>> http_connection::run() {
  for (;;) {
    phase_ = phase::idle;
    if (server().stopping) break;
    deadline(server().limits.keep_alive);
    const bool more = co_await reader_.wait();
    if (!more) break;
    const auto then = co_await serve_one();
    if (then == next::linger) co_await linger();
    if (then != next::go_on) break;
  }
  no_deadline();
  co_return std::move(websocket_);
}

task<http_connection::next> http_connection::serve_one() {
  phase_ = phase::reading;
  deadline(server().limits.request_timeout);
  request what;
  std::optional<body_spool> spool;
  auto refused = co_await read_request(&what, &spool);
  if (refused) {
    co_return co_await refuse(std::move(*refused));
  }
  phase_ = phase::handling;
  no_deadline();
  if (reader_.is_upgrade() && server().app.accept) {
    co_return co_await start_websocket(std::move(what));
  }
  auto answer = co_await handle(std::move(what));
  if (spool) {
    auto remove = [&spool] {
      spool->remove();
      return true;
    };
    co_await server().pool->run(std::move(remove));
  }
  if (auto* whole = std::get_if<response>(&answer)) co_return co_await send(std::move(*whole));
  co_return co_await send_stream(std::move(std::get<stream_response>(answer)));
}

task<std::optional<rejection>> http_connection::read_request(request* into,
                                                             std::optional<body_spool>* spool) {
  auto refused = co_await reader_.read_head(into);
  head_only_ = into->method == "HEAD";
  keep_alive_ = !refused && reader_.keep_alive();
  if (refused) co_return refused;
  into->peer = peer_;
  application::body_rule rule;
  std::exception_ptr error;
  try {
    if (server().app.body_rule_for) rule = server().app.body_rule_for(*into);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    server().report(into->method + " " + into->path, error);
    co_return rejection{500, "the server failed; its log says why"};
  }
  co_return co_await reader_.read_body(std::move(rule), into, server().pool, spool);
}

task<http_connection::next> http_connection::refuse(rejection why) {
  if (why.status == 0) co_return next::close;
  keep_alive_ = false;
  const auto sent = co_await send(server().problem(why.status, std::move(why.detail)));
  // What the peer still sends must be read: a reset would take the answer away from it.
  co_return sent == next::close&& why.status != 408 ? next::linger : next::close;
}

task<reply> http_connection::handle(request what) {
  const std::string where = what.method + " " + what.path;
  std::exception_ptr error;
  try {
    co_return co_await server().app.handle(std::move(what));
  } catch (...) {
    error = std::current_exception();
  }
  server().report(where, error);
  co_return server().problem(500, "the server failed; its log says why");
}

task<http_connection::next> http_connection::start_websocket(request what) {
  if (reader_.has_more()) {
    co_return co_await refuse({400, "nothing may follow the request before it is answered"});
  }
  const std::string where = what.method + " " + what.path;
  std::exception_ptr error;
  std::variant<response, upgrade> answer;
  try {
    answer = co_await server().app.accept(std::move(what));
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    server().report(where, error);
    answer = server().problem(500, "the server failed; its log says why");
  }
  if (auto* refused = std::get_if<response>(&answer)) co_return co_await send(std::move(*refused));
  websocket_.emplace(std::move(socket_), reader_.take_head(), std::move(std::get<upgrade>(answer)));
  co_return next::close;
}

/// Leaves `status` as it is, or makes it 500 if the handler's headers can't be sent.
std::string http_connection::head_of(unsigned& status, const header_list& headers,
                                     std::optional<std::uint64_t> length, bool chunked) {
  if (server().stopping) keep_alive_ = false;
  head_facts facts;
  facts.date = server().date();
  facts.length = length;
  facts.chunked = chunked;
  facts.keep_alive = keep_alive_;
  facts.http_1_0 = reader_.http_1_0();
  auto head = response_head(status, headers, facts);
  if (head) return std::move(*head);
  if (server().app.on_error) server().app.on_error("an answer has a malformed header");
  status = 500;
  facts.length = 0;
  facts.chunked = false;
  return response_head(status, {}, facts).value_or(std::string());
}

http_connection::next http_connection::after_answer(bool sent) const {
  return sent && keep_alive_ ? next::go_on : next::close;
}

task<http_connection::next> http_connection::send(response answer) {
  phase_ = phase::writing;
  const std::string_view body =
      answer.shared_body ? std::string_view(*answer.shared_body) : std::string_view(answer.body);
  const std::uint64_t length = answer.file.empty() ? body.size() : answer.file_bytes;
  const unsigned wanted = answer.status;
  const bool bare = has_no_body(answer.status);
  auto head = head_of(answer.status, answer.headers,
                      bare && length == 0 ? std::nullopt : std::optional(length), false);
  bool sent = false;
  if (head_only_ || bare || answer.status != wanted) {
    sent = co_await send_text(std::move(head), {});
  } else if (!answer.file.empty()) {
    sent = co_await send_file(std::move(head), std::move(answer));
  } else {
    sent = co_await send_text(std::move(head), body);
  }
  no_deadline();
  co_return after_answer(sent);
}

task<bool> http_connection::send_text(std::string head, std::string_view body) {
  auto piece = body.substr(0, write_piece_bytes);
  std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(piece)};
  for (;;) {
    deadline(server().limits.write_timeout);
    auto [error, bytes] = co_await asio::async_write(socket_, parts, loop::as_result);
    if (error) co_return false;
    body.remove_prefix(piece.size());
    if (body.empty()) co_return true;
    piece = body.substr(0, write_piece_bytes);
    parts = {asio::const_buffer(), asio::buffer(piece)};
  }
}

task<bool> http_connection::send_file(std::string head, response answer) {
  auto open = [path = answer.file] { return file_reader::open(path); };
  auto file = co_await server().pool->run(std::move(open));
  const std::uint64_t end = answer.file_offset + answer.file_bytes;
  if (!file || file->size() < end) {
    if (server().app.on_error) {
      server().app.on_error(file ? answer.file.string() + " is shorter than announced"
                                 : proto::to_text(file.error()));
    }
    const auto then = co_await send(server().problem(500, "the file can't be read"));
    co_return then == next::go_on;
  }
  std::string piece;
  std::uint64_t offset = answer.file_offset;
  do {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, file_piece_bytes)));
    no_deadline();
    auto read = [&file, &piece, offset] { return file->read(offset, piece.data(), piece.size()); };
    const auto done = co_await server().pool->run(std::move(read));
    if (!done) {
      if (server().app.on_error) server().app.on_error(proto::to_text(done.error()));
      co_return false;
    }
    deadline(server().limits.write_timeout);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(piece)};
    auto [error, bytes] = co_await asio::async_write(socket_, parts, loop::as_result);
    if (error) co_return false;
    head.clear();
    offset += piece.size();
  } while (offset < end);
  co_return true;
}

task<http_connection::next> http_connection::send_stream(stream_response answer) {
  phase_ = phase::writing;
  const bool chunked = !reader_.http_1_0();
  if (!chunked) keep_alive_ = false;
  const unsigned wanted = answer.status;
  auto head = head_of(answer.status, answer.headers, std::nullopt, chunked);
  const bool started = co_await send_text(std::move(head), {});
  no_deadline();
  if (!started) co_return next::close;
  if (head_only_ || answer.status != wanted) co_return after_answer(true);
  body_stream stream(socket_, *this, server().limits.write_timeout, chunked);
  stream_ = &stream;
  if (server().stopping) server_stops();
  std::exception_ptr error;
  try {
    co_await answer.write(stream);
  } catch (...) {
    error = std::current_exception();
  }
  stream_ = nullptr;
  if (error) {
    server().report("a streaming answer", error);
    co_return next::close;
  }
  const bool finished = co_await stream.finish();
  if (server().stopping) keep_alive_ = false;
  co_return after_answer(finished);
}

task<> http_connection::linger() {
  phase_ = phase::writing;
  deadline(server().limits.close_timeout);
  error_code failed;
  socket_.shutdown(tcp::socket::shutdown_send, failed);
  std::array<char, 4096> dropped{};
  std::size_t total = 0;
  while (!failed && total < linger_bytes_max) {
    auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(dropped), loop::as_result);
    failed = error;
    total += bytes;
  }
}

task<> http_connection::turn_away() {
  phase_ = phase::reading;
  deadline(server().limits.close_timeout);
  const bool asked = co_await reader_.wait();
  if (!asked) co_return;
  request what;
  const auto refused = co_await reader_.read_head(&what);
  if (refused && refused->status == 0) co_return;
  const auto then = co_await refuse({503, "the server has too many connections; try again later"});
  if (then == next::linger) co_await linger();
}

void http_connection::server_stops() {
  if (phase_ == phase::idle) reader_.interrupt();
  if (stream_ == nullptr) return;
  last_deadline(server().limits.close_timeout);
  stream_->stop();
}

void http_connection::drop() {
  error_code ignored;  // best effort: closing what is closed
  socket_.close(ignored);
}

void http_connection::deadline_passed() {
  if (phase_ == phase::reading || phase_ == phase::idle) {
    reader_.interrupt();
  } else {
    drop();
  }
}

}  // namespace chimera::http
