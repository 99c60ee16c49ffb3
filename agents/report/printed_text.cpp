#include "agents/report/printed_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace chimera::report {
namespace {

// nlohmann's dump replaces invalid UTF-8; parsing it back gives clean text.
std::string valid_utf8(std::string_view text) {
  using nlohmann::json;
  const std::string dumped =
      json(std::string(text)).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(dumped).get<std::string>();
}

std::size_t longest_run(std::string_view text, char c) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char x : text) {
    run = x == c ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line = valid_utf8(text.substr(0, bytes_max * 4 + 4));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  // Private-use characters mark places in the HTML renderer; no reader misses them.
  for (const char* mark : {"\xEE\x80\x80", "\xEE\x80\x81"})
    for (std::size_t at = line.find(mark); at != std::string::npos; at = line.find(mark, at))
      line.replace(at, 3, "?");
  if (line.size() <= bytes_max) return line;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) --end;
  line.resize(end);
  return line + "\xE2\x80\xA6";
}

std::string code_span(std::string_view text) {
  std::string line = one_line(text);
  if (line.find_first_not_of(' ') == std::string::npos) return {};
  // A pipe ends a table cell even inside a code span; GFM wants it escaped there.
  std::string cell;
  for (const char c : line) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  const std::string ticks(longest_run(cell, '`') + 1, '`');
  const bool pad = cell.front() == '`' || cell.back() == '`';
  return ticks + (pad ? " " : "") + cell + (pad ? " " : "") + ticks;
}

std::string escaped_markdown(std::string_view text) {
  std::string out;
  for (const char c : one_line(text, 4000)) {
    if (std::string_view("\\`*_{}[]<>|~#&$").find(c) != std::string_view::npos) out += '\\';
    out += c;
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
