#include "agents/evidence/tables/csv_scan.hpp"

#include <algorithm>
#include <cstring>

#include "agents/evidence/tables/csv_avx2.hpp"

namespace chimera::evidence {
namespace {

// Each quote without an end costs a search; after so many, quotes are plain characters.
constexpr std::uint64_t most_unclosed = 100;

std::size_t find_quote(std::string_view text, std::size_t from, std::size_t to) {
  if (from >= to) return std::string_view::npos;
  const void* found = std::memchr(text.data() + from, '"', to - from);
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t find_with_walker(csv_scan& scan, std::span<std::uint32_t> out) {
  const std::size_t base = scan.at;
  std::size_t count = 0;
  while (count < out.size() && !scan.walker->done()) {
    // Positions are 32 bits wide and relative: stop early behind a long way.
    if (scan.walker->position() - base > (1ULL << 30U)) break;
    const std::size_t position = scan.walker->next();
    if (position >= scan.end) {
      scan.at = scan.end;
      return count;
    }
    out[count++] = static_cast<std::uint32_t>(position - base);
    scan.at = position + 1;
  }
  return count;
}

}  // namespace

std::size_t csv_walker::closing_quote(std::size_t open) const {
  const std::size_t size = text_.size();
  const std::size_t end = reach_ < size - open ? open + reach_ : size;
  std::size_t at = open + 1;
  for (;;) {
    at = find_quote(text_, at, end);
    if (at == std::string_view::npos) return at;
    if (at + 1 < size && text_[at + 1] == '"') {
      at += 2;
      continue;
    }
    std::size_t behind = at + 1;
    while (behind < size && text_[behind] == ' ' && marks_.delimiter != ' ') ++behind;
    if (behind == size || text_[behind] == marks_.delimiter || text_[behind] == marks_.line_end ||
        text_[behind] == '\r') {
      return at;
    }
    ++at;
  }
}

std::size_t csv_walker::next() {
  const std::size_t size = text_.size();
  std::size_t at = at_;
  while (at < size && text_[at] == ' ') ++at;
  if (at < size && text_[at] == '"' && unclosed_ < most_unclosed) {
    const std::size_t close = closing_quote(at);
    if (close == std::string_view::npos) {
      ++unclosed_;
    } else {
      at = close + 1;
    }
  }
  while (at < size && text_[at] != marks_.delimiter && text_[at] != marks_.line_end) ++at;
  at_ = at + 1;
  return at;
}

csv_totals count_with_walker(std::string_view text, std::size_t from, csv_marks marks,
                             std::size_t line_bytes) {
  csv_totals totals;
  csv_walker walker(text, marks, from, line_bytes);
  std::size_t record = from;
  std::uint64_t outside = 0;
  while (!walker.done()) {
    const std::size_t end = walker.next();
    const bool last = end >= text.size();
    if (end - record > line_bytes) {
      totals.long_record = record;
      return totals;
    }
    if (!last && text[end] != marks.line_end) continue;
    if (!last) ++outside;
    ++totals.records;
    record = end + 1;
  }
  if (record < text.size()) ++totals.records;
  totals.line_ends = count_line_ends(text.substr(from), marks.line_end);
  totals.quoted_line_ends = totals.line_ends - outside;
  totals.unclosed_quotes = walker.unclosed_quotes();
  return totals;
}

csv_totals count_records(std::string_view text, std::size_t from, std::size_t to, csv_marks marks,
                         std::size_t line_bytes) {
  if (avx2_here()) return count_records_avx2(text, from, to, marks, line_bytes);
  csv_totals totals = count_with_walker(text.substr(0, to), from, marks, line_bytes);
  totals.regular = find_quote(text, from, to) == std::string_view::npos;
  return totals;
}

std::size_t find_separators(csv_scan& scan, std::span<std::uint32_t> out) {
  if (scan.walker != nullptr) return find_with_walker(scan, out);
  if (avx2_here()) return find_separators_avx2(scan, out);
  csv_walker walker({scan.text, scan.end}, scan.marks, scan.at, scan.end);
  scan.walker = &walker;
  const std::size_t count = find_with_walker(scan, out);
  scan.walker = nullptr;
  return count;
}

std::uint64_t count_line_ends(std::string_view text, char line_end) {
  return static_cast<std::uint64_t>(std::ranges::count(text, line_end));
}

}  // namespace chimera::evidence
