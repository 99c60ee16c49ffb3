#include "daemon/http_client/client.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "daemon/http_client/connect.hpp"
#include "daemon/http_client/transport.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using proto::result;
using response_parser = beast::http::response_parser<beast::http::buffer_body>;

constexpr std::size_t piece_bytes = 64U << 10U;
constexpr std::uint32_t header_bytes_max = 64U << 10U;

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

/// One request and its answer on a connection of their own.
class exchange {
 public:
  exchange(asio::any_io_executor executor, client_request what, url to)
      : what_(std::move(what)), to_(std::move(to)), stream_(std::move(executor)) {}

  /// Up to the head of the answer.
  task<result<client_response>> begin();
  /// The next piece of the body, until the next call; empty at its end.
  task<result<std::string_view>> read_piece();
  task<result<client_response>> keep_body(client_response answer);

 private:
  task<result<void>> open() {
    return connect(&stream_, to_, {what_.connect_timeout, what_.hint, what_.ca_file});
  }
  task<result<void>> send();
  task<result<client_response>> read_head();
  result<std::string> head(std::uint64_t body_bytes) const;
  task<error_code> send_file(std::ifstream file, std::uint64_t bytes);
  task<error_code> write(std::string_view bytes);
  task<error_code> fill();
  std::unexpected<proto::problem> bad_answer(const error_code& error) const;

  client_request what_;
  url to_;
  transport stream_;
  beast::flat_buffer buffer_;
  std::string piece_;  ///< of the body
  std::optional<response_parser> parser_;
};

result<std::string> exchange::head(std::uint64_t body_bytes) const {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", what_.method,
                                to_.target, to_.authority());
  for (const auto& [name, value] : what_.headers) {
    constexpr std::string_view line_ends("\r\n\0", 3);
    if (name.find_first_of(line_ends) != std::string::npos ||
        value.find_first_of(line_ends) != std::string::npos) {
      return proto::fail("client.bad-header",
                         fmt::format("the header '{}' has a line break", name));
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (body_bytes > 0 || what_.method == "POST" || what_.method == "PUT") {
    out.append(fmt::format("Content-Length: {}\r\n", body_bytes));
  }
  return out.append("\r\n");
}

task<result<void>> exchange::send() {
  std::ifstream file;
  std::uint64_t bytes = what_.body.size();
  if (!what_.body_file.empty()) {
    std::error_code missing;
    bytes = std::filesystem::file_size(what_.body_file, missing);
    file.open(what_.body_file, std::ios::binary);
    if (missing || !file || what_.pool == nullptr) {
      co_return proto::fail("client.file", fmt::format("can't read '{}'", what_.body_file.string()),
                            missing ? missing.message() : "it can't be opened");
    }
  }
  const auto begin = head(bytes);
  if (!begin) co_return std::unexpected(begin.error());
  auto error = co_await write(*begin);
  if (!error && what_.body_file.empty()) {
    error = co_await write(what_.body);
  } else if (!error) {
    error = co_await send_file(std::move(file), bytes);
    if (error == asio::error::misc_errors::eof) {
      co_return proto::fail(
          "client.file", fmt::format("'{}' changed while it was sent", what_.body_file.string()));
    }
  }
  if (error == beast::error::timeout) co_return broken(to_, "the request was sent", error);
  // A server may refuse a body before it has taken it: the answer says more than the broken pipe.
  co_return result<void>();
}

task<error_code> exchange::write(std::string_view bytes) {
  while (!bytes.empty()) {
    stream_.next_layer().expires_after(what_.silence_timeout);
    auto [error, sent] = co_await stream_.async_write_some(
        asio::buffer(bytes.substr(0, piece_bytes)), loop::as_result);
    if (error) co_return error;
    bytes.remove_prefix(sent);
  }
  co_return error_code();
}

task<error_code> exchange::send_file(std::ifstream file, std::uint64_t bytes) {
  std::string piece;
  while (bytes > 0) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece_bytes)));
    auto read = [&file, &piece] {
      file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      return file.gcount() == static_cast<std::streamsize>(piece.size());
    };
    const bool whole = co_await what_.pool->run(std::move(read));
    if (!whole) co_return asio::error::make_error_code(asio::error::misc_errors::eof);
    const auto error = co_await write(piece);
    if (error) co_return error;
    bytes -= piece.size();
  }
  co_return error_code();
}

task<error_code> exchange::fill() {
  stream_.next_layer().expires_after(what_.silence_timeout);
  auto [error, got] =
      co_await stream_.async_read_some(buffer_.prepare(piece_bytes), loop::as_result);
  buffer_.commit(got);
  co_return error;
}

std::unexpected<proto::problem> exchange::bad_answer(const error_code& error) const {
  return proto::fail("client.bad-answer", fmt::format("{} does not speak HTTP", to_.authority()),
                     error.message());
}

task<result<client_response>> exchange::read_head() {
  for (;;) {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(boost::none);
    parser_->skip(what_.method == "HEAD");
    while (!parser_->is_header_done()) {
      error_code error;
      if (buffer_.size() > 0) {
        buffer_.consume(parser_->put(buffer_.data(), error));
        if (parser_->is_header_done()) break;
        if (error && error != beast::http::error::need_more) co_return bad_answer(error);
        if (!error) continue;
      }
      error = co_await fill();
      if (error) co_return broken(to_, "the answer was awaited", error);
    }
    if (parser_->get().result_int() >= 200) break;  // 1xx: the answer follows
  }
  parser_->eager(true);  // one call takes all chunks that are there
  client_response out;
  out.status = parser_->get().result_int();
  for (const auto& field : parser_->get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    out.headers.emplace_back(to_lower({name.data(), name.size()}),
                             std::string(value.data(), value.size()));
  }
  co_return out;
}

task<result<std::string_view>> exchange::read_piece() {
  piece_.resize(piece_bytes);
  auto& body = parser_->get().body();
  std::size_t got = 0;
  // A piece is what there is: it never waits to become larger.
  while (!parser_->is_done() && got < piece_.size() && (got == 0 || buffer_.size() > 0)) {
    error_code error;
    if (buffer_.size() > 0) {
      body.data = piece_.data() + got;
      body.size = piece_.size() - got;
      body.more = true;
      buffer_.consume(parser_->put(buffer_.data(), error));
      got = piece_.size() - body.size;
      if (!error || error == beast::http::error::need_buffer) continue;
      if (error != beast::http::error::need_more) co_return bad_answer(error);
      if (got > 0) break;
    }
    error = co_await fill();
    if (error == asio::error::eof && parser_->need_eof()) {
      parser_->put_eof(error);
      if (!error) break;
    }
    if (error) co_return broken(to_, "the answer arrived", error);
  }
  co_return std::string_view(piece_).substr(0, got);
}

task<result<client_response>> exchange::keep_body(client_response answer) {
  for (;;) {
    auto piece = co_await read_piece();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return answer;
    answer.body += *piece;
    if (answer.body.size() <= what_.answer_bytes_max) continue;
    co_return proto::fail(
        "client.too-large", fmt::format("the answer of {} is too large", to_.authority()),
        fmt::format("more than {} bytes were not expected", what_.answer_bytes_max));
  }
}

task<result<client_response>> exchange::begin() {
  const auto opened = co_await open();
  if (!opened) co_return std::unexpected(opened.error());
  const auto sent = co_await send();
  if (!sent) co_return std::unexpected(sent.error());
  co_return co_await read_head();
}

}  // namespace

std::string_view client_response::header(std::string_view name) const {
  const auto named = [name](const auto& pair) { return pair.first == name; };
  const auto found = std::find_if(headers.begin(), headers.end(), named);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

task<result<client_response>> fetch(client_request what) {
  auto to = parse_url(what.url);
  if (!to) co_return std::unexpected(std::move(to.error()));
  exchange one(co_await asio::this_coro::executor, std::move(what), std::move(*to));
  auto answer = co_await one.begin();
  if (!answer) co_return answer;
  co_return co_await one.keep_body(std::move(*answer));
}

task<result<client_response>> stream(client_request what, head_handler on_head,
                                     piece_handler on_piece) {
  auto to = parse_url(what.url);
  if (!to) co_return std::unexpected(std::move(to.error()));
  exchange one(co_await asio::this_coro::executor, std::move(what), std::move(*to));
  auto answer = co_await one.begin();
  if (!answer) co_return answer;
  if (!on_head(*answer)) co_return co_await one.keep_body(std::move(*answer));
  for (;;) {
    const auto piece = co_await one.read_piece();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty() || !on_piece(*piece)) co_return answer;
  }
}

}  // namespace chimera::http
