#include "agents/claims/markdown_mask.hpp"

#include <algorithm>

namespace chimera::claims {
namespace {

std::size_t run_length(std::string_view text, std::size_t at, char c) {
  std::size_t n = 0;
  while (at + n < text.size() && text[at + n] == c) ++n;
  return n;
}

void mark(std::vector<non_claim>& mask, std::size_t from, std::size_t to, non_claim what) {
  std::fill(mask.begin() + static_cast<std::ptrdiff_t>(from),
            mask.begin() + static_cast<std::ptrdiff_t>(to), what);
}

// End of the line (past its newline) that begins a closing fence of `c` x >= n, or the text's end.
std::size_t fence_end(std::string_view text, std::size_t at, char c, std::size_t n) {
  while (at < text.size()) {
    std::size_t first = at;
    while (first < text.size() && text[first] == ' ') ++first;
    const std::size_t line_end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (run_length(text, first, c) >= n) return line_end;
    at = line_end;
  }
  return text.size();
}

// Closing run of exactly `n` backticks within the paragraph, or npos.
std::size_t closing_ticks(std::string_view text, std::size_t at, std::size_t n) {
  while (at < text.size()) {
    if (text[at] == '\n' && at + 1 < text.size() && text[at + 1] == '\n') break;
    if (text[at] != '`') {
      ++at;
      continue;
    }
    const std::size_t run = run_length(text, at, '`');
    if (run == n) return at;
    at += run;
  }
  return std::string_view::npos;
}

bool starts_tag(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return false;
  const char c = text[at + 1];
  return c == '/' || c == '!' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::vector<non_claim> mask_markdown(std::string_view text) {
  std::vector<non_claim> mask(text.size(), non_claim::none);
  // A run of ticks without partner must not be searched for again and again.
  std::size_t no_ticks_before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool line_start = at == 0 || text[at - 1] == '\n';
    if (line_start && (c == '`' || c == '~') && run_length(text, at, c) >= 3) {
      const std::size_t n = run_length(text, at, c);
      const std::size_t body = std::min(text.find('\n', at), text.size() - 1) + 1;
      const std::size_t end = fence_end(text, body, c, n);
      mark(mask, at, end, non_claim::code);
      at = end;
    } else if (c == '`') {
      const std::size_t n = run_length(text, at, '`');
      const std::size_t close =
          at < no_ticks_before ? std::string_view::npos : closing_ticks(text, at + n, n);
      if (close == std::string_view::npos) {
        const std::size_t paragraph = text.find("\n\n", at);
        no_ticks_before = n == 1 ? std::min(paragraph, text.size()) : no_ticks_before;
        at += n;
      } else {
        mark(mask, at, close + n, non_claim::code);
        at = close + n;
      }
    } else if (c == ']' && at + 1 < text.size() && text[at + 1] == '(') {
      const std::size_t line_end = std::min(text.find('\n', at), text.size());
      const std::size_t close = text.substr(0, line_end).find(')', at);
      const std::size_t end = close == std::string_view::npos ? line_end : close + 1;
      mark(mask, at + 1, end, non_claim::link);
      at = end;
    } else if (c == '<' && starts_tag(text, at)) {
      const std::size_t line_end = std::min(text.find('\n', at), text.size());
      const std::size_t close = text.substr(0, line_end).find('>', at);
      if (close == std::string_view::npos) {
        ++at;
      } else {
        mark(mask, at, close + 1, non_claim::link);
        at = close + 1;
      }
    } else {
      ++at;
    }
  }
  return mask;
}

}  // namespace chimera::claims
