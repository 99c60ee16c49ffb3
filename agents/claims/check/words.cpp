#include "agents/claims/check/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/claims/letters.hpp"

namespace chimera::claims {
namespace {

bool parts_words(char c) {
  return std::string_view(" \t\r\n=,;()[]<>\"'*|`~+!?").find(c) != std::string_view::npos;
}
bool trimmed(char c) {
  return c == '.' || c == ':' || c == '/' || c == '-' || c == '_' || c == '#';
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view unindented(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t>");
  return first == std::string_view::npos ? std::string_view{} : line.substr(first);
}

bool begins_block(std::string_view line) {
  const std::string_view text = unindented(line);
  if (text.empty()) return true;
  if (text.front() == '#' || text.front() == '|') return true;
  if ((text.front() == '-' || text.front() == '*' || text.front() == '+') && text.size() > 1 &&
      text[1] == ' ')
    return true;
  const std::size_t digits = text.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && digits + 1 < text.size() &&
         (text[digits] == '.' || text[digits] == ')') && text[digits + 1] == ' ';
}

class splitter {
 public:
  explicit splitter(std::string_view text) : text_(text) {}

  std::vector<sentence> run() {
    std::size_t block = 0;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = text_.substr(at, end - at);
      const bool fence =
          unindented(line).starts_with("```") || unindented(line).starts_with("~~~~");
      if (fence || fenced_ || begins_block(line)) {
        split(block, at);
        block = at;
      }
      if (fence) fenced_ = !fenced_;
      if (fence || fenced_ || blank(line))
        block = std::min(end + 1, text_.size());
      else if (unindented(line).starts_with('#') || unindented(line).starts_with('|')) {
        split(at, end);
        block = std::min(end + 1, text_.size());
      }
      at = end + 1;
    }
    split(block, text_.size());
    return std::move(found_);
  }

 private:
  void split(std::size_t start, std::size_t end) {
    if (start >= end) return;
    const bool heading = unindented(text_.substr(start, end - start)).starts_with('#');
    const bool row = unindented(text_.substr(start, end - start)).starts_with('|');
    std::size_t from = start;
    for (std::size_t i = start; i < end && !heading && !row; ++i) {
      const char c = text_[i];
      const bool stop = c == '.' || c == '!' || c == '?';
      const bool blank_follows = i + 1 < end && (text_[i + 1] == ' ' || text_[i + 1] == '\n');
      // "1. item" is no sentence of its own.
      if (!stop || !blank_follows || i - from < 4 || ends_abbreviation(from, i)) continue;
      add(from, i + 1, false);
      from = i + 1;
    }
    add(from, end, heading);
  }

  // "vs. ", "approx. ": the sentence goes on.
  bool ends_abbreviation(std::size_t from, std::size_t stop) const {
    constexpr std::array abbreviations = {" vs", " approx", " ca", " cf", " e.g", " i.e", " resp"};
    const std::string_view before = text_.substr(from, stop - from);
    return text_[stop] == '.' && std::ranges::any_of(abbreviations, [&](std::string_view a) {
             return before.ends_with(a);
           });
  }

  void add(std::size_t start, std::size_t end, bool heading) {
    if (blank(text_.substr(start, end - start))) return;
    while (start < end && (text_[start] == ' ' || text_[start] == '\n')) ++start;
    while (end > start && (text_[end - 1] == ' ' || text_[end - 1] == '\n')) --end;
    if (start == end) return;
    found_.push_back({start, end, heading_, heading});
    if (heading) heading_ = found_.size() - 1;
  }

  std::string_view text_;
  std::vector<sentence> found_;
  std::size_t heading_ = sentence::npos;
  bool fenced_ = false;
};

}  // namespace

std::vector<word> words_of(std::string_view text) {
  std::vector<word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("{{")) {
      const std::size_t close = text.find("}}", at);
      at = close == std::string_view::npos ? text.size() : close + 2;
      continue;
    }
    if (parts_words(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !parts_words(text[end]) && !text.substr(end).starts_with("{{"))
      ++end;
    word w;
    w.start = at;
    w.end = end;
    at = end;
    while (w.start < w.end && trimmed(text[w.start])) ++w.start;
    while (w.end > w.start && trimmed(text[w.end - 1])) --w.end;
    if (w.start == w.end) continue;
    w.text = lower_case(text.substr(w.start, w.end - w.start));
    words.push_back(std::move(w));
  }
  return words;
}

std::vector<sentence> sentences_of(std::string_view markdown) { return splitter(markdown).run(); }

}  // namespace chimera::claims
