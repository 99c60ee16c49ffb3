#include "daemon/inference/stream/utf8_pieces.hpp"

#include <cstddef>
#include <cstdint>

#include <simdjson.h>
#include <unicode/utf8.h>

namespace chimera::inference {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// Where the bytes at the end begin that may still become a character; text.size() if none do.
std::size_t unfinished_from(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const std::size_t at = text.size() - back;
    const std::uint8_t lead = byte_at(text, at);
    if (U8_IS_TRAIL(lead)) continue;
    const auto trails = static_cast<std::size_t>(U8_COUNT_TRAIL_BYTES(lead));
    if (trails < back) break;  // whole, or never a character
    if (back > 1) {
      const std::uint8_t second = byte_at(text, at + 1);
      if (trails == 2 && !U8_IS_VALID_LEAD3_AND_T1(lead, second)) break;
      if (trails == 3 && !U8_IS_VALID_LEAD4_AND_T1(lead, second)) break;
    }
    return at;
  }
  return text.size();
}

void append_sound(std::string& out, std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    std::int32_t c = 0;
    U8_NEXT(text, at, text.size(), c);
    if (c < 0)
      out += replacement;
    else
      out += text.substr(begin, at - begin);
  }
}

bool is_sound(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace

std::string_view utf8_pieces::push(std::string_view bytes) {
  if (!held_.empty()) {
    out_ = held_;
    out_ += bytes;
    std::string joined;
    joined.swap(out_);
    const std::size_t whole = unfinished_from(joined);
    held_ = joined.substr(whole);
    append_sound(out_, std::string_view(joined).substr(0, whole));
    return out_;
  }
  const std::size_t whole = unfinished_from(bytes);
  held_ = bytes.substr(whole);
  const std::string_view text = bytes.substr(0, whole);
  if (is_sound(text)) return text;
  out_.clear();
  append_sound(out_, text);
  return out_;
}

std::string_view utf8_pieces::finish() {
  out_.clear();
  append_sound(out_, held_);
  held_.clear();
  return out_;
}

}  // namespace chimera::inference
