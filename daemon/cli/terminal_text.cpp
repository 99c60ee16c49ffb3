#include "daemon/cli/terminal_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace chimera::cli {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Bytes of the UTF-8 sequence at the front; 0 if it is none, or a control character of two bytes.
std::size_t sequence(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t bytes = 0;
  if (first < 0x80)
    bytes = 1;
  else if (first >= 0xC2 && first < 0xE0)
    bytes = 2;
  else if (first >= 0xE0 && first < 0xF0)
    bytes = 3;
  else if (first >= 0xF0 && first < 0xF5)
    bytes = 4;
  if (bytes == 0 || bytes > text.size()) return 0;
  for (std::size_t i = 1; i < bytes; ++i)
    if (!continues(text[i])) return 0;
  const bool control = first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
  return control ? 0 : bytes;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = sequence(text);
    const char c = text[0];
    if (bytes == 0)
      out += replacement;
    else if (c == '\t' || c == '\n' || c == '\r')
      out += ' ';
    else if (bytes == 1 && (c < ' ' || c == '\x7F'))
      out += '?';
    else
      out += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return !continues(c); }));
}

std::string cut_to(std::string_view utf8, std::size_t width) {
  constexpr std::size_t dots = 3;
  if (width_of(utf8) <= width) return std::string(utf8);
  std::size_t left = width > dots ? width - dots : width;
  std::size_t end = 0;
  while (end < utf8.size() && left > 0) {
    ++end;
    while (end < utf8.size() && continues(utf8[end])) ++end;
    --left;
  }
  return std::string(utf8.substr(0, end)) + (width > dots ? "..." : "");
}

std::string duration_text(std::int64_t ms) {
  constexpr std::int64_t second = 1000;
  constexpr std::int64_t minute = 60 * second;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  ms = std::max<std::int64_t>(ms, 0);
  if (ms < second) return fmt::format("{} ms", ms);
  if (ms < minute) return fmt::format("{}.{} s", ms / second, ms % second / 100);
  if (ms < hour) return fmt::format("{} m {:02} s", ms / minute, ms % minute / second);
  if (ms < day) return fmt::format("{} h {:02} m", ms / hour, ms % hour / minute);
  return fmt::format("{} d {:02} h", ms / day, ms % day / hour);
}

std::int64_t unix_ms(const clock& time) {
  const auto since = time.today().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.append(wanted - std::min(wanted, width_of(line)), ' ');
      line += row[i];
      if (widths[i] > 0) wanted += widths[i] + 2;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

screen screen_of_stdout() {
  screen s;
  const char* type = std::getenv("TERM");
  const bool knows = type != nullptr && std::string_view(type) != "dumb";
  s.terminal = knows && ::isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  s.colours = s.terminal && (no_colour == nullptr || *no_colour == '\0');
  winsize size{};
  if (s.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) s.columns = size.ws_col;
    if (size.ws_row > 0) s.rows = size.ws_row;
  }
  return s;
}

}  // namespace chimera::cli
