#include "agents/roles/unwrap_answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace chimera::roles {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::size_t announcement_bytes_max = 200;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view after_thoughts(std::string_view text) {
  constexpr std::array<std::string_view, 2> names = {"think", "thinking"};
  for (const std::string_view name : names) {
    const std::string open = '<' + std::string(name) + '>';
    const std::string close = "</" + std::string(name) + '>';
    const std::size_t end = text.rfind(close);
    if (end != std::string_view::npos)
      text = trimmed(text.substr(end + close.size()));
    else if (text.starts_with(open))
      text = {};
  }
  return text;
}

// A line that says only that the answer follows, or that it will be given gladly.
bool announces(std::string_view line) {
  constexpr std::array<std::string_view, 7> polite = {"sure", "certainly",  "of course", "okay",
                                                      "ok",   "absolutely", "great"};
  constexpr std::array<std::string_view, 4> pointing = {"here is", "here's", "here are",
                                                        "below is"};
  line = trimmed(line);
  if (line.empty() || line.size() > announcement_bytes_max || line.contains("{{")) return false;
  const std::string said = lower(line);
  const auto begins = [&](std::string_view word) {
    return said.starts_with(word) &&
           (said.size() == word.size() ||
            std::isalnum(static_cast<unsigned char>(said[word.size()])) == 0);
  };
  const bool colon = said.ends_with(':');
  if (std::ranges::any_of(pointing, begins)) return colon;
  if (!std::ranges::any_of(polite, begins)) return false;
  const bool points =
      std::ranges::any_of(pointing, [&](std::string_view words) { return said.contains(words); });
  return colon || said.ends_with('!') || points;
}

std::string_view after_announcement(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  if (!announces(text.substr(0, end))) return text;
  const std::string_view rest = trimmed(text.substr(end));
  return rest.empty() ? text : rest;
}

// Within a fence that begins with the text and ends with it, or was left open.
std::string_view within_fence(std::string_view text) {
  if (!text.starts_with("```") && !text.starts_with("~~~")) return text;
  const std::size_t marks = std::min(text.find_first_not_of(text[0]), text.size());
  const std::string_view fence = text.substr(0, marks);
  const std::size_t first_line = text.find('\n');
  if (first_line == std::string_view::npos) return text;
  const std::string kind = lower(trimmed(text.substr(marks, first_line - marks)));
  constexpr std::array<std::string_view, 5> kinds = {"", "markdown", "md", "text", "json"};
  if (std::ranges::find(kinds, kind) == kinds.end()) return text;
  const std::string_view inner = text.substr(first_line + 1);
  std::size_t closes = 0;
  for (std::size_t at = 0; at < inner.size();) {
    const std::size_t end = std::min(inner.find('\n', at), inner.size());
    const std::string_view line = trimmed(inner.substr(at, end - at));
    if (line.starts_with(fence)) {
      const bool last = trimmed(inner.substr(end)).empty();
      if (line == fence && closes == 0 && last) return trimmed(inner.substr(0, at));
      ++closes;
    }
    at = end + 1;
  }
  return closes == 0 ? trimmed(inner) : text;
}

}  // namespace

std::string_view unwrap_answer(std::string_view text) {
  return trimmed(within_fence(after_announcement(after_thoughts(trimmed(text)))));
}

}  // namespace chimera::roles
