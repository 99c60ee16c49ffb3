#include "daemon/datasets/multipart.hpp"

#include <algorithm>
#include <utility>

namespace chimera::datasets {
namespace {

constexpr std::size_t head_bytes_max = std::size_t{8} << 10U;
constexpr std::size_t padding_max = 64;
constexpr std::string_view line_end = "\r\n";

}  // namespace

multipart_reader::multipart_reader(std::string_view boundary, part_sink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink) {}

proto::result<void> multipart_reader::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(used_, 0));
  buffer_ += bytes;
  for (;;) {
    const proto::result<bool> went = step();
    if (!went) return std::unexpected(went.error());
    if (!*went) return {};
  }
}

proto::result<void> multipart_reader::finish() const {
  if (state_ == state::over && (left().empty() || left() == line_end)) return {};
  if (state_ == state::over) return bad_form("there is text after the closing boundary");
  return bad_form("it ends before its closing boundary: it was cut off, or the boundary differs");
}

proto::result<bool> multipart_reader::step() {
  switch (state_) {
    case state::start:
      return read_start();
    case state::after_delimiter:
      return read_after_delimiter();
    case state::padding:
      return read_padding();
    case state::head:
      return read_head();
    case state::body_start:
      return read_body_start();
    case state::body:
      return read_body();
    case state::over:
      return read_rest();
  }
  std::unreachable();
}

proto::result<bool> multipart_reader::read_start() {
  const std::string_view bare = std::string_view(delimiter_).substr(line_end.size());
  const std::string_view text = left();
  for (const std::string_view opening : {bare, std::string_view(delimiter_)}) {
    if (text.starts_with(opening)) {
      used_ += opening.size();
      state_ = state::after_delimiter;
      return true;
    }
    if (opening.starts_with(text)) return false;
  }
  return bad_form("it does not begin with the boundary that Content-Type names");
}

proto::result<bool> multipart_reader::read_after_delimiter() {
  if (left().size() < 2) return false;
  last_ = left().starts_with("--");
  if (last_) used_ += 2;
  padding_ = 0;
  state_ = state::padding;
  return true;
}

proto::result<bool> multipart_reader::read_padding() {
  while (!left().empty() && (left().front() == ' ' || left().front() == '\t')) {
    if (++padding_ > padding_max) return bad_form("there is too much space after a boundary");
    ++used_;
  }
  if (last_) {
    state_ = state::over;
    return true;
  }
  if (left().size() < line_end.size()) return false;
  if (!left().starts_with(line_end)) return bad_form("there is text after a boundary in its line");
  used_ += line_end.size();
  state_ = state::head;
  return true;
}

proto::result<bool> multipart_reader::read_head() {
  constexpr std::string_view blank_line = "\r\n\r\n";
  const std::size_t end = left().find(blank_line);
  if (std::min(end, left().size()) > head_bytes_max)
    return bad_form("a part's header is longer than 8 KiB");
  if (end == std::string_view::npos) return false;
  const auto head = read_part_head(left().substr(0, end + line_end.size()));
  if (!head) return std::unexpected(head.error());
  used_ += end + blank_line.size();
  if (auto begun = sink_.begin(*head); !begun) return std::unexpected(begun.error());
  state_ = state::body_start;
  return true;
}

// A boundary right after the blank line has no CRLF of its own: not an empty file but a form made
// wrongly, which readers take differently.
proto::result<bool> multipart_reader::read_body_start() {
  const std::string_view bare = std::string_view(delimiter_).substr(line_end.size());
  if (left().starts_with(bare)) return bad_form("a part has no content, not even an empty one");
  if (bare.starts_with(left())) return false;
  state_ = state::body;
  return true;
}

proto::result<bool> multipart_reader::read_body() {
  const std::string_view text = left();
  const std::size_t found = text.find(delimiter_);
  const bool ends = found != std::string_view::npos;
  // The tail may be the beginning of a delimiter.
  const std::size_t held = std::min(delimiter_.size() - 1, text.size());
  const std::size_t whole = ends ? found : text.size() - held;
  if (whole > 0)
    if (auto taken = sink_.data(text.substr(0, whole)); !taken)
      return std::unexpected(taken.error());
  used_ += whole;
  if (!ends) return false;
  used_ += delimiter_.size();
  if (auto ended = sink_.end(); !ended) return std::unexpected(ended.error());
  state_ = state::after_delimiter;
  return true;
}

// Spaces after "--" may come in a later piece.
proto::result<bool> multipart_reader::read_rest() {
  if (!left().empty() && (left().front() == ' ' || left().front() == '\t')) {
    state_ = state::padding;
    return true;
  }
  if (line_end.starts_with(left())) return false;
  return bad_form("there is text after the closing boundary");
}

}  // namespace chimera::datasets
