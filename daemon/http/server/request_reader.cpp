#include "daemon/http/server/request_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "daemon/http/server/target.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t head_read_bytes = 2U << 10U;
constexpr std::size_t body_read_bytes = 64U << 10U;
constexpr std::size_t spool_piece_bytes = 256U << 10U;
constexpr std::size_t kept_buffer_bytes = 16U << 10U;

std::string_view to_view(beast::string_view text) { return {text.data(), text.size()}; }

rejection rejection_of(const error_code& error) {
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
    return {431, "the header of the request is too large"};
  }
  return {400, fmt::format("the request is not HTTP/1.1: {}", error.message())};
}

rejection too_large(std::uint64_t bytes_max) {
  return {413, fmt::format("the body may have {} bytes at most", bytes_max)};
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

task<bool> request_reader::wait() {
  if (buffer_.size() > 0) co_return true;
  if (buffer_.capacity() > kept_buffer_bytes) buffer_ = beast::flat_buffer();
  parser_.reset();
  co_return co_await fill(head_read_bytes);
}

task<std::optional<rejection>> request_reader::read_head(request* into) {
  parser_.emplace();
  parser_->header_limit(header_bytes_);
  parser_->body_limit(boost::none);
  for (;;) {
    error_code error;
    if (buffer_.size() > 0) {
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (!error && parser_->is_header_done()) break;
      if (error && error != beast::http::error::need_more) co_return rejection_of(error);
      if (!error) continue;
    }
    const bool filled = co_await fill(head_read_bytes);
    if (!filled) co_return gone();
  }
  co_return check_head(*into);
}

std::optional<rejection> request_reader::check_head(request& into) const {
  const auto& head = parser_->get();
  into.method = std::string(to_view(head.method_string()));
  into.headers.reserve(static_cast<std::size_t>(std::distance(head.begin(), head.end())));
  for (const auto& field : head) {
    into.headers.emplace_back(to_lower(to_view(field.name_string())), to_view(field.value()));
  }
  // Beast takes any other coding for "no body"; what follows would be taken for the next request.
  const bool coded = head.count(beast::http::field::transfer_encoding) > 0;
  if (coded && (!parser_->chunked() || http_1_0() ||
                !beast::iequals(head[beast::http::field::transfer_encoding], "chunked"))) {
    return rejection{400, "the only transfer coding is 'chunked', in HTTP/1.1"};
  }
  const auto hosts = head.count(beast::http::field::host);
  if (hosts > 1 || (hosts == 0 && !http_1_0())) {
    return rejection{400, "a request has one Host header"};
  }
  auto where = parse_target(to_view(head.target()));
  if (!where) return rejection{400, std::move(where.error().detail)};
  into.path = std::move(where->path);
  into.query = std::move(where->query);
  return std::nullopt;
}

task<std::optional<rejection>> request_reader::read_body(application::body_rule rule, request* into,
                                                         loop::blocking_pool* pool,
                                                         std::optional<body_spool>* spool) {
  if (parser_->is_done()) co_return std::nullopt;
  const auto length = parser_->content_length();
  if (length && *length > rule.bytes_max) co_return too_large(rule.bytes_max);
  auto refused = co_await expectation(into);
  if (refused) co_return refused;
  if (rule.spool_folder.empty()) {
    refused = co_await read_to_memory(rule.bytes_max, &into->body);
  } else {
    refused = co_await read_to_file(std::move(rule), pool, spool);
    if (!refused && *spool) into->body_file = (*spool)->path();
  }
  co_return refused;
}

task<std::optional<rejection>> request_reader::expectation(const request* head) {
  const auto expected = head->header("expect");
  if (expected.empty() || http_1_0()) co_return std::nullopt;
  if (!beast::iequals(beast::string_view(expected.data(), expected.size()), "100-continue")) {
    co_return rejection{417, "the only expectation that can be met is '100-continue'"};
  }
  if (buffer_.size() > 0) co_return std::nullopt;
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(go_on), loop::as_result);
  if (error) co_return gone();
  co_return std::nullopt;
}

/// Reads until `into` is full or the body ends.
task<std::optional<rejection>> request_reader::read_piece(char* into, std::size_t bytes,
                                                          std::size_t* got) {
  auto& body = parser_->get().body();
  *got = 0;
  while (!parser_->is_done() && *got < bytes) {
    if (buffer_.size() == 0) {
      const bool filled = co_await fill(body_read_bytes);
      if (!filled) co_return gone();
    }
    body.data = into + *got;
    body.size = bytes - *got;
    body.more = true;
    error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    *got = bytes - body.size;
    if (error == beast::http::error::need_more) {
      const bool filled = co_await fill(body_read_bytes);
      if (!filled) co_return gone();
    } else if (error && error != beast::http::error::need_buffer) {
      co_return rejection_of(error);
    }
  }
  co_return std::nullopt;
}

task<std::optional<rejection>> request_reader::read_to_memory(std::uint64_t bytes_max,
                                                              std::string* into) {
  const auto length = parser_->content_length();
  while (!parser_->is_done()) {
    const std::size_t have = into->size();
    // One byte more than allowed shows that there is more.
    const std::uint64_t left = length ? *length - have : bytes_max - have + 1;
    into->resize(have + static_cast<std::size_t>(std::min<std::uint64_t>(left, body_read_bytes)));
    std::size_t got = 0;
    auto refused = co_await read_piece(into->data() + have, into->size() - have, &got);
    into->resize(have + got);
    if (refused) co_return refused;
    if (into->size() > bytes_max) co_return too_large(bytes_max);
  }
  co_return std::nullopt;
}

task<std::optional<rejection>> request_reader::read_to_file(application::body_rule rule,
                                                            loop::blocking_pool* pool,
                                                            std::optional<body_spool>* spool) {
  auto create = [folder = rule.spool_folder] { return body_spool::create(folder); };
  auto created = co_await pool->run(std::move(create));
  if (!created) co_return rejection{500, proto::to_text(created.error())};
  body_spool& file = spool->emplace(std::move(*created));
  std::string piece;
  std::uint64_t total = 0;
  while (!parser_->is_done()) {
    piece.resize(spool_piece_bytes);
    std::size_t got = 0;
    auto refused = co_await read_piece(piece.data(), piece.size(), &got);
    if (refused) co_return refused;
    total += got;
    if (total > rule.bytes_max) co_return too_large(rule.bytes_max);
    piece.resize(got);
    auto append = [&file, &piece] { return file.append(piece); };
    const auto appended = co_await pool->run(std::move(append));
    if (!appended) co_return rejection{500, proto::to_text(appended.error())};
  }
  auto finish = [&file] { return file.finish(); };
  const auto finished = co_await pool->run(std::move(finish));
  if (!finished) co_return rejection{500, proto::to_text(finished.error())};
  co_return std::nullopt;
}

void request_reader::interrupt() {
  interrupted_ = true;
  error_code ignored;  // best effort: a socket that is closed already reads nothing either
  socket_.cancel(ignored);
}

bool request_reader::is_upgrade() const {
  return parser_ && beast::websocket::is_upgrade(parser_->get());
}

upgrade_head request_reader::take_head() {
  upgrade_head head(std::move(parser_->get().base()));
  parser_.reset();
  return head;
}

task<bool> request_reader::fill(std::size_t bytes) {
  if (interrupted_) co_return false;
  auto [error, got] = co_await socket_.async_read_some(buffer_.prepare(bytes), loop::as_result);
  buffer_.commit(got);
  co_return !error;
}

rejection request_reader::gone() const {
  return interrupted_ ? rejection{408, "the request did not arrive in time"} : rejection{};
}

}  // namespace chimera::http
