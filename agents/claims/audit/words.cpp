#include "agents/claims/audit/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t kin_letters_min = 4;

constexpr std::array<std::string_view, 22> empty_words{
    "a",  "an",  "the", "of", "for", "and", "or", "to",   "in",   "on",   "with",
    "by", "per", "at",  "as", "is",  "but", "vs", "from", "that", "this", "after"};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool word_byte(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool point =
        c == '.' && i > 0 && i + 1 < text.size() && digit(text[i - 1]) && digit(text[i + 1]);
    if (word_byte(c) || point) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string as_label(std::string_view text) {
  std::string out;
  for (const std::string& word : words_in(text)) {
    if (!out.empty()) out += '_';
    out += word;
  }
  return out;
}

std::vector<std::string> content_words(std::string_view text) {
  std::vector<std::string> words = words_in(text);
  std::erase_if(words, [](const std::string& word) {
    return word.size() < 2 || std::ranges::find(empty_words, word) != empty_words.end();
  });
  return words;
}

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool has_kin(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::any_of(words, [word](std::string_view other) {
    if (word == other) return true;
    const std::size_t common = std::min(word.size(), other.size());
    return common >= kin_letters_min && word.substr(0, common) == other.substr(0, common);
  });
}

bool all_among(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return !some.empty() &&
         std::ranges::all_of(some, [&all](const std::string& word) { return has_word(all, word); });
}

std::string_view bare(std::string_view text) {
  constexpr std::string_view marks = " \t\r\n*_`";
  const std::size_t first = text.find_first_not_of(marks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(marks) - first + 1);
}

}  // namespace chimera::claims::auditing
