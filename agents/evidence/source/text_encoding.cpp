#include "agents/evidence/source/text_encoding.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "agents/evidence/source/byte_encoding.hpp"
#include "agents/evidence/source/windows_1252.hpp"

namespace chimera::evidence {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string line_ends_of(std::string_view text) {
  // Looked for, not counted, in the usual case: that ends at the first line.
  if (std::memchr(text.data(), '\r', text.size()) == nullptr)
    return std::memchr(text.data(), '\n', text.size()) != nullptr ? "LF" : "";
  const auto feeds = std::ranges::count(text, '\n');
  const auto returns = std::ranges::count(text, '\r');
  std::ptrdiff_t pairs = 0;
  for (std::size_t i = 1; i < text.size(); ++i)
    pairs += text[i - 1] == '\r' && text[i] == '\n' ? 1 : 0;
  if (feeds == pairs && returns == pairs) return "CRLF";
  return feeds == 0 ? "CR" : "mixed";
}

void name_mojibake(decoded_text& out) {
  const mojibake found = find_mojibake(out.text);
  if (found.count == 0) return;
  out.repairs.push_back(fmt::format(
      "{} {} broken by reading UTF-8 as windows-1252, left as they are; the first: \"{}\"{}",
      found.count, found.count == 1 ? "character" : "characters", found.example,
      found.meant.empty() ? "" : fmt::format(" for \"{}\"", found.meant)));
}

}  // namespace

decoded_text decode_text(std::string bytes) {
  decoded_text out;
  if (bytes.empty()) return out;
  const bool utf8 = simdjson::validate_utf8(bytes.data(), bytes.size());
  const bool has_nul = std::memchr(bytes.data(), 0, bytes.size()) != nullptr;
  if (utf8 && !has_nul) {
    out.encoding = "UTF-8";
    out.text = std::move(bytes);
    if (out.text.starts_with(byte_order_mark)) {
      out.text.erase(0, byte_order_mark.size());
      out.encoding = "UTF-8 with BOM";
      out.repairs.emplace_back("byte order mark removed");
    }
    name_mojibake(out);
  } else {
    out = decode_other(bytes, utf8, has_nul);
  }
  if (!out.encoding.empty()) out.line_ends = line_ends_of(out.text);
  return out;
}

}  // namespace chimera::evidence
