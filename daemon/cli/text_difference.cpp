#include "daemon/cli/text_difference.hpp"

#include <algorithm>

namespace chimera::cli {
namespace {

constexpr std::size_t shown_bytes_max = 120;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

bool parts_words(char c) {
  return std::string_view(" \t|*()<>\"'`;").find(c) != std::string_view::npos;
}

std::string shown(std::string_view text) {
  if (text.size() <= shown_bytes_max) return std::string(text);
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
}

// The differing middle of two lines, out to the borders of words.
text_difference in_line(std::uint64_t line, std::string_view found, std::string_view expected) {
  const std::size_t most = std::min(found.size(), expected.size());
  std::size_t front = 0;
  while (front < most && found[front] == expected[front]) ++front;
  std::size_t back = 0;
  while (back < most - front &&
         found[found.size() - 1 - back] == expected[expected.size() - 1 - back])
    ++back;
  while (front > 0 && !parts_words(found[front - 1])) --front;
  while (back > 0 && !parts_words(found[found.size() - back])) --back;
  text_difference d;
  d.line = line;
  d.start = front;
  d.end = found.size() - back;
  d.found = shown(found.substr(front, found.size() - back - front));
  d.expected = shown(expected.substr(front, expected.size() - back - front));
  return d;
}

}  // namespace

std::vector<text_difference> differences(std::string_view found, std::string_view expected,
                                         std::size_t most) {
  std::vector<text_difference> all;
  if (found == expected) return all;
  const std::vector<std::string_view> is = lines_of(found);
  const std::vector<std::string_view> should = lines_of(expected);
  const std::size_t shorter = std::min(is.size(), should.size());
  std::size_t front = 0;
  while (front < shorter && is[front] == should[front]) ++front;
  std::size_t back = 0;
  while (back < shorter - front && is[is.size() - 1 - back] == should[should.size() - 1 - back])
    ++back;
  if (is.size() == should.size()) {
    for (std::size_t i = front; i < is.size() - back && all.size() < most; ++i)
      if (is[i] != should[i]) all.push_back(in_line(i + 1, is[i], should[i]));
    return all;
  }
  text_difference d;
  d.line = front + 1;
  for (std::size_t i = front; i < is.size() - back; ++i)
    d.found += (i == front ? "" : " ") + std::string(is[i]);
  for (std::size_t i = front; i < should.size() - back; ++i)
    d.expected += (i == front ? "" : " ") + std::string(should[i]);
  d.end = front < is.size() ? is[front].size() : 0;
  d.found = shown(d.found);
  d.expected = shown(d.expected);
  all.push_back(std::move(d));
  return all;
}

}  // namespace chimera::cli
