// Where the separators of a CSV text are: delimiters and line ends outside quotes (RFC 4180).
// Two ways to the same answer: a walker that forgives every misuse of quotes, byte by byte, and a
// scan of 64 bytes at a time (AVX2, carry-less multiplication; Langdale and Lemire, "Parsing
// gigabytes of JSON per second", 2019) for texts whose quotes are well placed. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace chimera::evidence {

/// The two characters that separate cells and records.
struct csv_marks {
  char delimiter = ',';
  char line_end = '\n';  ///< '\n' (a '\r' before it is a blank) or '\r'
};

/// Goes from cell to cell. A quote opens only at the start of a cell (blanks before it allowed)
/// and closes only before a separator; another one inside is a character. A quote that is not
/// closed within `reach` bytes is a character too.
class csv_walker {
 public:
  csv_walker(std::string_view text, csv_marks marks, std::size_t from, std::size_t reach)
      : text_(text), marks_(marks), at_(from), reach_(reach) {}

  /// Begin of the cell that next() ends.
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  /// Position of the separator behind the cell, text.size() at the end; moves behind it.
  std::size_t next();
  [[nodiscard]] std::uint64_t unclosed_quotes() const { return unclosed_; }

 private:
  [[nodiscard]] std::size_t closing_quote(std::size_t open) const;

  std::string_view text_;
  csv_marks marks_;
  std::size_t at_;
  std::size_t reach_;
  std::uint64_t unclosed_ = 0;
};

/// What one look over a part of a text tells.
struct csv_totals {
  std::uint64_t records = 0;           ///< line ends outside quotes, and the rest behind the last
  std::uint64_t line_ends = 0;         ///< line ends in all
  std::uint64_t quoted_line_ends = 0;  ///< of these, inside quotes
  bool regular = true;                 ///< quotes open behind and close before a separator only
  bool open = false;                   ///< the part ends inside quotes
  std::uint64_t unclosed_quotes = 0;
  std::optional<std::size_t> long_record;  ///< begin of the first record beyond the limit
};

/// A scan under way: the part of the text that is still to come.
struct csv_scan {
  const char* text = nullptr;
  std::size_t at = 0;
  std::size_t end = 0;
  csv_marks marks;
  std::uint64_t in_quotes = 0;   ///< all ones inside quotes
  csv_walker* walker = nullptr;  ///< set: forgive misplaced quotes
};

/// Looks over text[from, to), which begins outside quotes, as if all quotes were well placed.
[[nodiscard]] csv_totals count_records(std::string_view text, std::size_t from, std::size_t to,
                                       csv_marks marks, std::size_t line_bytes);
/// The same with a walker, to the end of the text.
[[nodiscard]] csv_totals count_with_walker(std::string_view text, std::size_t from, csv_marks marks,
                                           std::size_t line_bytes);

/// Writes the positions of the next separators, relative to `scan.at` as it was on entry, and moves
/// on. `out` has room for at least 128. Returns how many; 0 at the end of the part only.
std::size_t find_separators(csv_scan& scan, std::span<std::uint32_t> out);

/// Line ends in a piece of text.
[[nodiscard]] std::uint64_t count_line_ends(std::string_view text, char line_end);

}  // namespace chimera::evidence
