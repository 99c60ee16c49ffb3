#include "daemon/inference/stream/sse_events.hpp"

#include <algorithm>
#include <utility>

namespace chimera::inference {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The first line end at or after `from`; npos if there is none. Two searches of memchr are quicker
// than one for either: an answer has long lines.
std::size_t line_end(std::string_view text, std::size_t from) {
  const std::size_t newline = text.find('\n', from);
  const std::size_t carriage = text.substr(0, newline).find('\r', from);
  return std::min(newline, carriage);
}

}  // namespace

void sse_events::push(std::string_view chunk) {
  if (has_data_ && !is_joined_) {  // what it points to moves
    joined_.assign(data_);
    is_joined_ = true;
  }
  buffer_.erase(0, begin_);
  scanned_ -= std::min(begin_, scanned_);
  begin_ = 0;
  const std::size_t needed = buffer_.size() + chunk.size() + padding;
  if (buffer_.capacity() < needed) buffer_.reserve(std::max(needed, buffer_.capacity() * 2));
  buffer_.append(chunk);
}

std::optional<std::string_view> sse_events::next_line() {
  const std::string_view text = buffer_;
  if (skip_newline_ && begin_ < text.size()) {
    if (text[begin_] == '\n') ++begin_;
    skip_newline_ = false;
  }
  scanned_ = std::max(scanned_, begin_);
  const std::size_t end = line_end(text, scanned_);
  if (end == std::string_view::npos) {
    scanned_ = text.size();
    too_long_ = too_long_ || text.size() - begin_ > bytes_max_;
    return std::nullopt;
  }
  std::string_view line = text.substr(begin_, end - begin_);
  skip_newline_ = text[end] == '\r';
  begin_ = end + 1;
  if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark)) line.remove_prefix(3);
  return line;
}

bool sse_events::take(std::string_view line) {
  if (line.empty()) return true;
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") keep_data(value);
  if (field == "event") is_error_ = value == "error";
  return false;
}

void sse_events::keep_data(std::string_view value) {
  if (!has_data_) {
    data_ = value;
    has_data_ = true;
    return;
  }
  if (!is_joined_) joined_.assign(data_);
  is_joined_ = true;
  joined_.append(1, '\n').append(value);
  too_long_ = too_long_ || joined_.size() > bytes_max_;
}

std::optional<sse_event> sse_events::dispatch() {
  const bool is_error = std::exchange(is_error_, false);
  if (!std::exchange(has_data_, false)) return std::nullopt;
  if (std::exchange(is_joined_, false)) {
    joined_.reserve(joined_.size() + padding);
    data_ = joined_;
  }
  return sse_event{data_, is_error};
}

std::optional<sse_event> sse_events::next() {
  while (!too_long_) {
    const auto line = next_line();
    if (!line) return std::nullopt;
    if (!take(*line)) continue;
    if (auto event = dispatch()) return event;
  }
  return std::nullopt;
}

std::optional<sse_event> sse_events::finish() {
  if (too_long_) return std::nullopt;
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  begin_ = buffer_.size();
  if (!rest.empty()) static_cast<void>(take(rest));  // a blank line would end it, as this does
  return dispatch();
}

}  // namespace chimera::inference
