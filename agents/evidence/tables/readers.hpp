// The readers: text in, tables out. Pure functions of their arguments, thread-safe, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/table.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

class spendable_text;

/// Bounds on what one file may ask for. Beyond a bound the file is refused by name.
struct table_limits {
  std::size_t columns = 10'000;            ///< columns of one table
  std::size_t rows = 50'000'000;           ///< rows of one table
  std::size_t line_bytes = 16U << 20U;     ///< bytes of one CSV record or Markdown line
  std::size_t depth = 256;                 ///< nesting of JSON
  std::size_t tables = 10'000;             ///< tables of one file
  std::size_t memory_bytes = 2ULL << 30U;  ///< bytes that the tables of one file may take
};

/// What a reader makes of one file.
struct tables_of_file {
  std::vector<table> tables;
  /// The file is no data but the message of a tool that failed ("==ERROR== ..."): the message.
  std::string tool_error;
  std::uint64_t numeric_leaves = 0;  ///< JSON: numbers in the document
};

/// RFC 4180 with everything that real files do to it (design 8, grounding 3): dialect over
/// , ; tab |, decimal comma, digit grouping, unit row, units in cells, quoted newlines, ragged
/// rows. `text` is UTF-8 without BOM, any line ends.
[[nodiscard]] proto::result<tables_of_file> read_csv(std::string_view text, const table_limits&);
/// The same with up to `threads` threads for a large text; the result does not depend on them.
[[nodiscard]] proto::result<tables_of_file> read_csv(std::string_view text, const table_limits&,
                                                     std::size_t threads);

/// The same; gives back the memory of a large text that it has passed. Afterwards the text may be
/// spent. Refuses a text that it must look at again and that cannot be restored.
[[nodiscard]] proto::result<tables_of_file> read_csv(spendable_text& text, const table_limits&,
                                                     std::size_t threads);

/// JSON: one document, JSON Lines or concatenated documents (`lines` is set from what is found).
/// Tolerates NaN, Infinity and duplicate keys; counts them.
[[nodiscard]] proto::result<tables_of_file> read_json(std::string_view text, const table_limits&);

/// The same; gives back the memory of a large text as it goes.
[[nodiscard]] proto::result<tables_of_file> read_json(spendable_text& text, const table_limits&);

/// The GFM tables of a Markdown text.
[[nodiscard]] proto::result<tables_of_file> read_markdown(std::string_view text,
                                                          const table_limits&);

}  // namespace chimera::evidence
