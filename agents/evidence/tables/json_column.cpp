#include "agents/evidence/tables/json_column.hpp"

#include <algorithm>
#include <cmath>

#include "agents/evidence/tables/cell.hpp"
#include "agents/evidence/tables/memory_pages.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

constexpr double missing_cell = make_hole(cell_state::missing);

bool non_finite(double value) {
  return std::isinf(value) || state_of(value) == cell_state::literal_nan;
}

/// The texts of a column, read as numbers; empty unless each is one (blank ones apart), with one
/// unit for all.
std::vector<parsed_cell> read_as_numbers(const std::vector<std::string>& dictionary) {
  std::vector<parsed_cell> cells;
  bool finite = false;
  std::string_view unit;
  for (const std::string& text : dictionary) {
    const parsed_cell cell = parse_cell(text, {});
    const bool number = !cell.non_finite && cell.state() == cell_state::number;
    if (!number && !cell.non_finite && cell.state() != cell_state::missing) return {};
    if (number && finite && cell.unit != unit) return {};
    if (number && !finite) unit = cell.unit;
    finite = finite || number;
    cells.push_back(cell);
  }
  if (!finite) cells.clear();
  return cells;
}

}  // namespace

bool json_column::place(std::size_t row, double value, json_budget& budget) {
  if (values_.size() <= row) {
    if (!budget.take((row - values_.size()) * sizeof(double))) return false;
    values_.resize(row, missing_cell);
    values_.push_back(value);
  } else {
    values_[row] = value;
  }
  return true;
}

bool json_column::put_text(std::size_t row, std::string_view text, json_budget& budget) {
  if (!texts_) texts_ = std::make_unique<text_pool>();
  const std::uint32_t code = texts_->code(text);
  if (codes_.size() <= row) {
    if (!budget.take((row - codes_.size()) * sizeof(std::uint32_t))) return false;
    codes_.resize(row, column::no_text);
    codes_.push_back(code);
  } else {
    codes_[row] = code;
  }
  return true;
}

bool json_column::put_non_finite(std::size_t row, double value, json_budget& budget) {
  ++non_finite_;
  return put_number(row, value, budget);
}

bool json_column::put_foreign(std::size_t row, json_budget& budget) {
  return put_number(row, make_hole(cell_state::text), budget);
}

void json_column::expect(std::size_t rows) {
  if (!values_.empty() && rows > values_.capacity()) {
    values_.reserve(rows);
    ask_for_huge_pages(values_.data(), rows * sizeof(double));
  }
  if (!codes_.empty() && rows > codes_.capacity()) {
    codes_.reserve(rows);
    ask_for_huge_pages(codes_.data(), rows * sizeof(std::uint32_t));
  }
}

void json_column::erase(std::size_t row) {
  if (row < values_.size()) {
    if (non_finite(values_[row])) --non_finite_;
    values_[row] = missing_cell;
  }
  if (row < codes_.size()) codes_[row] = column::no_text;
}

void json_column::truncate(std::size_t rows) {
  for (std::size_t row = rows; row < values_.size(); ++row) erase(row);
  if (values_.size() > rows) values_.resize(rows);
  if (codes_.size() > rows) codes_.resize(rows);
}

std::string json_column::shown(std::size_t row) const {
  if (row < codes_.size() && codes_[row] != column::no_text) return texts_->texts()[codes_[row]];
  if (row >= values_.size() || state_of(values_[row]) == cell_state::missing) return "null";
  return state_of(values_[row]) == cell_state::literal_nan ? "NaN" : proto::shortest(values_[row]);
}

bool json_column::any_number() const {
  return std::ranges::any_of(values_, [](double value) {
    return is_number(value) || state_of(value) == cell_state::literal_nan;
  });
}

void json_column::finish(std::size_t rows, column& into) {
  into.non_finite_cells = non_finite_;
  if (any_number()) {
    values_.resize(rows, missing_cell);
    into.values = std::move(values_);
  }
  const auto is_text = [](std::uint32_t code) { return code != column::no_text; };
  if (std::ranges::none_of(codes_, is_text)) return;
  codes_.resize(rows, column::no_text);
  into.codes = std::move(codes_);
  read_texts(into);
  for (std::size_t row = 0; row < into.values.size(); ++row) {
    const double value = into.values[row];
    if (is_text(into.codes[row]) || state_of(value) == cell_state::missing) continue;
    into.codes[row] = texts_->code(std::isnan(value) ? "NaN" : proto::shortest(value));
  }
  into.dictionary = texts_->take();
}

void json_column::read_texts(column& into) const {
  const std::vector<std::string> dictionary(texts_->texts().begin(), texts_->texts().end());
  const std::vector<parsed_cell> cells = read_as_numbers(dictionary);
  if (!cells.empty() && into.values.empty()) into.values.resize(into.codes.size(), missing_cell);
  if (into.values.empty()) return;
  for (std::size_t row = 0; row < into.codes.size(); ++row) {
    const std::uint32_t code = into.codes[row];
    if (code == column::no_text) continue;
    if (cells.empty()) {
      into.values[row] = make_hole(cell_state::text);
      continue;
    }
    const parsed_cell& cell = cells[code];
    into.values[row] = cell.value;
    into.grouped_cells += cell.grouped ? 1 : 0;
    into.lakh_cells += cell.lakh ? 1 : 0;
    into.non_finite_cells += cell.non_finite ? 1 : 0;
    into.unit_cells += cell.unit.empty() ? 0 : 1;
    if (!cell.unit.empty()) into.unit_text = cell.unit;
  }
}

}  // namespace chimera::evidence
