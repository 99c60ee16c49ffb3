// From what the passes of csv_reading left to the columns of the table.
#include <algorithm>
#include <utility>

#include "agents/evidence/tables/csv_reading.hpp"
#include "agents/evidence/tables/memory_pages.hpp"

namespace chimera::evidence {
namespace {

/// The distinct texts of a column, read as cells.
struct dictionary_view {
  std::vector<parsed_cell> cells;
  std::vector<std::uint32_t> counts;
};

dictionary_view look_up(const std::vector<std::string>& dictionary,
                        const std::vector<std::uint32_t>& codes, const cell_style& style) {
  dictionary_view view;
  view.cells.reserve(dictionary.size());
  for (const std::string& text : dictionary) view.cells.push_back(parse_cell(text, style));
  view.counts.resize(dictionary.size());
  for (const std::uint32_t code : codes) {
    if (code != column::no_text) ++view.counts[code];
  }
  return view;
}

/// The unit of most cells, if more cells carry it than are texts; else "".
std::string unit_of(const dictionary_view& view) {
  std::vector<std::pair<std::string_view, std::uint64_t>> units;
  std::uint64_t texts = 0;
  for (std::size_t i = 0; i < view.cells.size(); ++i) {
    if (view.cells[i].state() == cell_state::text) texts += view.counts[i];
    const std::string_view unit = view.cells[i].unit;
    if (unit.empty()) continue;
    auto found = std::ranges::find(units, unit, &std::pair<std::string_view, std::uint64_t>::first);
    if (found == units.end()) found = units.insert(units.end(), {unit, 0});
    found->second += view.counts[i];
  }
  const auto most =
      std::ranges::max_element(units, {}, &std::pair<std::string_view, std::uint64_t>::second);
  return most != units.end() && most->second > texts ? std::string{most->first} : std::string{};
}

}  // namespace

/// Whoever finishes the part that is the next appends it and those behind it that are ready, so
/// that no thread waits for another.
void csv_reading::finish_part(part& piece) {
  const std::scoped_lock lock(appending_);
  piece.read = true;
  for (std::size_t p = appended_; p < parts_.size() && parts_[p].read; ++p) {
    append(parts_[p]);
    appended_ = p + 1;
    appended_.notify_all();
  }
}

void csv_reading::append_column(part& piece, std::size_t index) {
  storage& from = piece.places[index];
  storage& into = storage_[index];
  text_pool& pool = piece.rows.columns[index].pool;
  const std::size_t rows = piece.rows.row;
  // Blank lines were counted as records.
  if (duties_[index] == csv_duty::texts) from.codes.resize(rows);
  if (duties_[index] == csv_duty::numbers) from.values.resize(rows);
  if (parts_.size() == 1) {
    from.pool = std::move(pool);
    into = std::move(from);
    return;
  }
  into.values.insert(into.values.end(), from.values.begin(), from.values.end());
  // An allocator may keep what was freed; small pieces are soon used again.
  if (from.values.capacity() * sizeof(double) > unspent_bytes) {
    give_pages_back(from.values.data(), from.values.capacity() * sizeof(double));
  }
  std::vector<std::uint32_t> renamed;
  for (const std::string& text : pool.texts()) renamed.push_back(into.pool.code(text));
  for (const std::uint32_t code : from.codes) {
    into.codes.push_back(code == column::no_text ? code : renamed[code]);
  }
  pool = text_pool();
}

void csv_reading::append(part& piece) {
  rows_ += piece.rows.row;
  for (std::size_t c = 0; !piece.too_much && c < duties_.size(); ++c) append_column(piece, c);
  std::size_t texts = 0;
  for (const storage& column : storage_) texts += column.pool.memory();
  if (texts > limits_.memory_bytes) too_much_ = true;
  piece.places.clear();
  piece.places.shrink_to_fit();
  const std::size_t row_bytes = sizeof(double) * duties_.size();
  if (parts_.size() > 1 && rows_ * row_bytes > unspent_bytes) spender_.pass(piece.end);
}

void csv_reading::assemble_numbers(column& into, storage& from, std::size_t index) const {
  std::uint64_t missing = 0;
  for (const part& piece : parts_) {
    const csv_cells& cells = piece.rows.columns[index];
    missing += cells.missing;
    into.grouped_cells += cells.grouped;
    into.lakh_cells += cells.lakh;
    into.unit_cells += cells.with_unit;
    into.non_finite_cells += cells.non_finite;
  }
  if (missing < rows_) into.values = std::move(from.values);
}

void csv_reading::assemble_texts(column& into, storage& from) {
  into.dictionary = from.pool.take();
  into.codes = std::move(from.codes);
  dictionary_view view = look_up(into.dictionary, into.codes, dialect_.style);
  if (into.unit_text.empty()) into.unit_text = unit_of(view);
  bool numbers = false;
  bool literals = false;
  bool texts = false;
  for (std::size_t i = 0; i < view.cells.size(); ++i) {
    parsed_cell& cell = view.cells[i];
    const std::uint32_t count = view.counts[i];
    if (!cell.unit.empty() && cell.unit != into.unit_text) {
      into.mixed_unit_cells += count;
      cell = parsed_cell{};
      cell.value = make_hole(cell_state::text);
    }
    into.grouped_cells += cell.grouped ? count : 0;
    into.lakh_cells += cell.lakh ? count : 0;
    into.unit_cells += cell.unit.empty() ? 0 : count;
    into.non_finite_cells += cell.non_finite ? count : 0;
    texts = texts || cell.state() == cell_state::text;
    literals = literals || cell.non_finite;
    numbers = numbers || (!cell.non_finite && cell.state() == cell_state::number);
  }
  if (numbers || (literals && !texts)) {
    into.values.reserve(rows_);
    for (const std::uint32_t code : into.codes) {
      into.values.push_back(code == column::no_text ? make_hole(cell_state::missing)
                                                    : view.cells[code].value);
    }
  }
  if (texts) return;
  into.codes.clear();
  into.codes.shrink_to_fit();
  into.dictionary.clear();
}

table csv_reading::assemble() {
  table built;
  built.kind = "csv";
  built.rows = rows_;
  built.first_row_line = layout_.data_line;
  built.delimiter = layout_.columns.size() > 1 ? dialect_.marks.delimiter : '\0';
  built.decimal_comma = dialect_.style.decimal_comma;
  built.header_missing = layout_.header_missing;
  built.unit_row = layout_.unit_row;
  for (part& piece : parts_) {
    built.ragged_rows += piece.rows.ragged;
    built.unclosed_quotes += piece.totals.unclosed_quotes;
    if (!track_lines_) continue;
    built.row_lines.insert(built.row_lines.end(), piece.rows.lines.begin(), piece.rows.lines.end());
  }
  for (std::size_t c = 0; c < duties_.size(); ++c) {
    const csv_column_plan& plan = layout_.columns[c];
    column& into = built.columns.emplace_back();
    into.name = plan.name;
    into.key = plan.key;
    into.unit_text = plan.unit;
    if (duties_[c] == csv_duty::texts) {
      assemble_texts(into, storage_[c]);
    } else {
      assemble_numbers(into, storage_[c], c);
    }
  }
  return built;
}

}  // namespace chimera::evidence
