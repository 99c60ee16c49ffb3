// The passes over a CSV text whose dialect and layout are known: count, read, read again what the
// first records did not announce. Each part fills places of its own, which go to the columns in the
// order of the parts; a text that may be spent shrinks while they grow.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/csv_layout.hpp"
#include "agents/evidence/tables/csv_rows.hpp"
#include "agents/evidence/tables/dialect.hpp"
#include "agents/evidence/tables/readers.hpp"
#include "agents/evidence/tables/spendable_text.hpp"
#include "agents/evidence/tables/table.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

/// Reads one text once; not thread-safe, starts threads of its own. The text outlives it.
class csv_reading {
 public:
  /// `spendable`, if not null, owns `text`.
  csv_reading(std::string_view text, spendable_text* spendable, const csv_dialect& dialect,
              const csv_layout& layout, const table_limits& limits, std::size_t threads)
      : text_(text),
        spendable_(spendable),
        spender_(spendable, 0),
        dialect_(dialect),
        layout_(layout),
        limits_(limits),
        threads_(threads) {}

  [[nodiscard]] proto::result<table> run();

 private:
  /// The cells of a column: one of the two, by the duty of the column.
  struct storage {
    std::vector<double> values;
    std::vector<std::uint32_t> codes;  ///< of the pool in `csv_cells` for those of a part
    text_pool pool;                    ///< of a whole column
  };

  /// A piece of the text that begins and ends between records.
  struct part {
    std::size_t begin = 0;
    std::size_t end = 0;
    csv_totals totals;
    std::uint64_t first_line = 1;
    csv_rows rows;
    std::vector<storage> places;
    bool read = false;
    bool too_much = false;  ///< the texts outgrew the memory
  };

  void split(std::size_t number);
  [[nodiscard]] bool count_in(std::size_t number);
  void count_parts();
  [[nodiscard]] std::optional<proto::problem> count();
  [[nodiscard]] std::optional<proto::problem> check_memory() const;
  [[nodiscard]] std::optional<proto::problem> pass(bool track_lines);
  void begin_part(part& piece, bool track_lines);
  void read_part(part& piece, bool track_lines);
  void grow(part& piece, std::size_t rows);
  [[nodiscard]] bool plan_second_pass();
  [[nodiscard]] std::optional<proto::problem> restore_text();
  void finish_part(part& piece);
  void append(part& piece);
  void append_column(part& piece, std::size_t index);
  [[nodiscard]] table assemble();
  void assemble_numbers(column& into, storage& from, std::size_t index) const;
  void assemble_texts(column& into, storage& from);
  [[nodiscard]] std::uint64_t line_at(std::size_t offset) const;
  template <class Work>
  void each_part(const Work& work);

  std::string_view text_;
  spendable_text* spendable_;
  text_spender spender_;  // of parts that were appended
  const csv_dialect& dialect_;
  const csv_layout& layout_;
  const table_limits& limits_;
  std::size_t threads_;
  bool forgiving_ = false;  ///< quotes are misplaced: walk
  bool track_lines_ = false;
  std::size_t records_ = 0;
  std::size_t rows_ = 0;
  std::vector<part> parts_;
  std::vector<csv_duty> duties_;  // of the columns
  std::mutex appending_;
  std::atomic<bool> too_much_ = false;     // the texts of the parts appended outgrew the memory
  std::atomic<std::size_t> appended_ = 0;  // parts whose cells are in storage_
  std::vector<storage> storage_;
};

}  // namespace chimera::evidence
