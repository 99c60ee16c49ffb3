// Which part a column plays in its table. Pure, thread-safe.
#pragma once

#include <cstddef>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

/// What the cells of a column are, counted over all its rows (text lengths over at most 64 texts).
struct cell_summary {
  std::size_t numbers = 0;
  std::size_t texts = 0;  ///< cells that hold a text that is no number
  std::size_t distinct_texts = 0;
  std::size_t text_bytes_max = 0;
  bool boolean = false;  ///< all texts are true/false, yes/no
  bool dates = false;    ///< the texts are ISO dates or times
  double smallest = 0;   ///< of the numbers; 0 when there are none
  double largest = 0;
  double middle = 0;      ///< median of |x| over at most 64 non-zero numbers, evenly picked
  bool integers = false;  ///< all numbers are whole

  [[nodiscard]] bool mostly_numbers() const { return numbers > 0 && numbers >= texts; }
};

[[nodiscard]] cell_summary summarise(const column& c);

/// `t` gives the pointer that the column's place is judged by; `dim` is its inferred dimension.
[[nodiscard]] role role_of(const table& t, const column& c, const key_parts& parts,
                           const cell_summary& cells, dimension dim);

}  // namespace chimera::evidence
