#include "agents/report/printed_text.hpp"

#include <algorithm>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace chimera::report {
namespace {

constexpr UChar32 mark_open = 0xE000;  // see render_html.cpp
constexpr UChar32 mark_close = 0xE001;

std::size_t longest_run(std::string_view text, char c) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char x : text) {
    run = x == c ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// What stands for one character of an artifact: itself, a space, U+FFFD, '?' or nothing.
UChar32 fit(UChar32 c) {
  if (c < 0) return 0xFFFD;
  if (c == mark_open || c == mark_close) return '?';
  if (c < 0x80) return c < 0x20 || c == 0x7F ? ' ' : c;
  if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL)) return 0;
  const auto type = u_charType(c);
  const bool blank =
      type == U_CONTROL_CHAR || type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR;
  return blank ? ' ' : c;
}

bool ascii_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line;
  while (!text.empty() && line.size() <= bytes_max) {
    const std::string_view window = text.substr(0, U8_MAX_LENGTH);
    std::int32_t next = 0;
    UChar32 c = 0;
    U8_NEXT(window.data(), next, static_cast<std::int32_t>(window.size()), c);
    text.remove_prefix(static_cast<std::size_t>(next));
    c = fit(c);
    if (c == 0) continue;
    char bytes[U8_MAX_LENGTH];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, c);
    line.append(bytes, static_cast<std::size_t>(size));
  }
  if (line.size() <= bytes_max) return line;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) --end;
  line.resize(end);
  return line + "\xE2\x80\xA6";
}

std::string code_span(std::string_view text, bool in_cell) {
  const std::string line = one_line(text);
  if (line.find_first_not_of(' ') == std::string::npos) return {};
  std::string inside;
  for (const char c : line) {
    if (c == '|' && in_cell) inside += '\\';
    inside += c;
  }
  const std::string ticks(longest_run(inside, '`') + 1, '`');
  // Markdown takes one space away on each side, so text with its own gets one more.
  const bool spaces = inside.front() == ' ' && inside.back() == ' ';
  const bool pad = inside.front() == '`' || inside.back() == '`' || spaces;
  return ticks + (pad ? " " : "") + inside + (pad ? " " : "") + ticks;
}

bool is_markup(char c) {
  return std::string_view("\\`*_{}[]<>|~#&$").find(c) != std::string_view::npos;
}

std::string escaped_markdown(std::string_view text, std::size_t bytes_max) {
  std::string line = one_line(text, bytes_max);
  line.erase(0, line.find_first_not_of(' '));
  std::size_t digits = 0;
  while (digits < line.size() && ascii_digit(line[digits])) ++digits;
  const std::string_view first = std::string_view(line).substr(digits, 1);
  const bool marked = digits + 1 >= line.size() || line[digits + 1] == ' ';
  const bool list = digits > 0 ? marked && (first == "." || first == ")")
                               : first == "-" || first == "+" || first == "=";
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_markup(line[i]) || (list && i == digits)) out += '\\';
    out += line[i];
  }
  return out;
}

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace chimera::report
