// One column while JSON documents are read: numbers first, texts once one appears.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/table.hpp"
#include "agents/evidence/tables/text_pool.hpp"

namespace chimera::evidence {

/// Bytes that the tables of one file may take beyond what its text pays for.
struct json_budget {
  std::size_t used = 0;
  std::size_t limit = 0;
  [[nodiscard]] bool take(std::size_t bytes) {
    used += bytes;
    return used <= limit;
  }
};

/// Rows that get nothing are missing. The functions that put a cell return false if the missing
/// cells before it exceed the budget. Not thread-safe.
class json_column {
 public:
  [[nodiscard, clang::always_inline]] bool put_number(std::size_t row, double value,
                                                      json_budget& budget) {
    if (values_.size() == row) [[likely]] {
      values_.push_back(value);
      return true;
    }
    return place(row, value, budget);
  }
  [[nodiscard]] bool put_text(std::size_t row, std::string_view text, json_budget& budget);
  /// NaN, an infinity, or a number beyond the doubles.
  [[nodiscard]] bool put_non_finite(std::size_t row, double value, json_budget& budget);
  /// A text in an array of numbers: its place counts, its words do not.
  [[nodiscard]] bool put_foreign(std::size_t row, json_budget& budget);

  /// Makes room for about so many rows.
  void expect(std::size_t rows);
  /// Makes the cell missing again.
  void erase(std::size_t row);
  /// Forgets all rows from `rows` on.
  void truncate(std::size_t rows);
  /// The cell for people; "null" if missing.
  [[nodiscard]] std::string shown(std::size_t row) const;
  /// At least one number, finite or not.
  [[nodiscard]] bool any_number() const;

  /// Hands the cells over to `into`, both views as table.hpp defines them.
  void finish(std::size_t rows, column& into);

 private:
  [[nodiscard]] bool place(std::size_t row, double value, json_budget& budget);
  void read_texts(column& into) const;

  std::vector<double> values_;        // shorter than the table while its last rows are missing
  std::vector<std::uint32_t> codes_;  // the same
  std::unique_ptr<text_pool> texts_;
  std::uint32_t non_finite_ = 0;
};

}  // namespace chimera::evidence
