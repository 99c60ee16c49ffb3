#include "agents/evidence/columns/roles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t picked_cells = 64;
constexpr std::size_t label_bytes_max = 40;
// Seconds since 1970 of 2001-09-09 and 2049-03-22: what an epoch in a benchmark file can be.
constexpr double epoch_low = 1.0e9;
constexpr double epoch_high = 2.5e9;

bool digit(char letter) { return letter >= '0' && letter <= '9'; }

bool looks_like_date(std::string_view text) {
  if (text.size() < 8) return false;
  const auto digits = [&](std::size_t from, std::size_t count) {
    return text.size() >= from + count && std::ranges::all_of(text.substr(from, count), digit);
  };
  if (digits(0, 4) && (text[4] == '-' || text[4] == '/') && digits(5, 2)) return true;
  return digits(0, 2) && text[2] == ':' && digits(3, 2) && text[5] == ':' && digits(6, 2);
}

bool is_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 4> words{"true", "false", "yes", "no"};
  const auto equal = [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
  };
  return std::ranges::any_of(words, equal);
}

void summarise_texts(const column& c, cell_summary& out) {
  out.distinct_texts = c.dictionary.size();
  const std::size_t looked_at = std::min(picked_cells, c.dictionary.size());
  std::size_t booleans = 0;
  std::size_t dates = 0;
  for (std::size_t i = 0; i < looked_at; ++i) {
    const std::string& text = c.dictionary[i];
    out.text_bytes_max = std::max(out.text_bytes_max, text.size());
    booleans += is_boolean(text) ? 1U : 0U;
    dates += looks_like_date(text) ? 1U : 0U;
  }
  out.boolean = looked_at > 0 && booleans == looked_at;
  out.dates = looked_at > 0 && dates == looked_at;
}

void summarise_numbers(const column& c, cell_summary& out) {
  std::array<double, picked_cells> picked{};
  std::size_t kept = 0;
  const std::size_t step = std::max<std::size_t>(1, c.values.size() / picked_cells);
  out.integers = true;
  for (std::size_t row = 0; row < c.values.size(); ++row) {
    const double value = c.values[row];
    if (!is_number(value)) continue;
    if (out.numbers == 0) out.smallest = out.largest = value;
    out.smallest = std::min(out.smallest, value);
    out.largest = std::max(out.largest, value);
    out.integers = out.integers && std::floor(value) == value;
    ++out.numbers;
    if (value != 0 && row % step == 0 && kept < picked.size()) picked[kept++] = std::abs(value);
  }
  if (out.numbers == 0) out.integers = false;
  if (kept == 0) return;
  const auto half = static_cast<std::ptrdiff_t>(kept / 2);
  std::nth_element(picked.begin(), picked.begin() + half,
                   picked.begin() + static_cast<std::ptrdiff_t>(kept));
  out.middle = picked[kept / 2];
}

/// Calls `visit` with each segment of a pointer but the last; stops when it returns true.
bool any_segment_above(std::string_view pointer, const auto& visit) {
  const std::size_t last = pointer.rfind('/');
  if (!pointer.starts_with('/') || last == std::string_view::npos) return false;
  std::string_view above = pointer.substr(0, last);
  while (!above.empty()) {
    above.remove_prefix(1);
    const std::size_t end = std::min(above.find('/'), above.size());
    if (visit(above.substr(0, end))) return true;
    above.remove_prefix(end);
  }
  return false;
}

bool is_profiler_attribute(std::string_view name) {
  constexpr std::array<std::string_view, 6> prefixes{"device__", "launch__",   "numa__",
                                                     "nvlink__", "profiler__", "c2clink__"};
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return name.starts_with(p); });
}

bool is_moment(const key_parts& parts, const cell_summary& cells) {
  if (cells.texts > 0 && cells.dates) return true;
  if (cells.numbers == 0) {
    return names_moment(parts) && !parts.unit && parts.joined() != "time";
  }
  if (!cells.mostly_numbers() || parts.unit) return false;
  const bool seconds = cells.smallest >= epoch_low && cells.largest <= epoch_high;
  const bool millis = cells.smallest >= epoch_low * 1e3 && cells.largest <= epoch_high * 1e3;
  const std::string_view last = parts.last();
  const bool named = names_moment(parts) || last == "time";
  return named && (seconds || millis || last == "timestamp");
}

bool is_status(const key_parts& parts, const cell_summary& cells) {
  switch (outcome_of(parts)) {
    case outcome_kind::none:
      return false;
    case outcome_kind::error_text:
      // A number called error is a result (a loss), unless it can only be a flag.
      return cells.numbers == 0 || !cells.mostly_numbers() ||
             (cells.integers && cells.smallest >= 0 && cells.largest <= 1 &&
              parts.last() == "error");
    case outcome_kind::success:
    case outcome_kind::failure:
      return cells.numbers == 0 || (cells.integers && cells.smallest >= 0 && cells.largest <= 1);
    case outcome_kind::state:
      return true;
  }
  return false;
}

/// The sampling temperature of a model, not that of a chip.
bool sampling_temperature(const key_parts& parts, const cell_summary& cells) {
  return (parts.joined() == "temperature" || parts.joined() == "temp") && !parts.unit &&
         parts.statistic == stored_statistic::none && cells.largest <= 5 && cells.smallest >= 0;
}

bool is_parameter(const column& c, const key_parts& parts, const cell_summary& cells) {
  if (any_segment_above(c.name, is_settings_segment)) return true;
  const auto is_model = [](std::string_view segment) { return segment == "model"; };
  if (cells.mostly_numbers() && any_segment_above(c.name, is_model)) return true;
  if (is_profiler_attribute(c.name)) return true;
  const std::string name = parts.joined();
  if (name == "temperature" || name == "temp") return sampling_temperature(parts, cells);
  if (name.ends_with("_ctx") || name.ends_with("_num_gpu")) return true;
  if (name == "options" || name == "config" || name == "settings") return true;
  return names_parameter(name);
}

role role_of_text(const table& t, const key_parts& parts, const cell_summary& cells) {
  if (names_note(parts)) return role::note;
  if (cells.boolean) return role::label;
  if (names_label(parts) && cells.text_bytes_max <= 200) return role::label;
  if (cells.text_bytes_max > 3 * label_bytes_max) return role::note;
  const bool repeated = cells.distinct_texts * 2 <= t.rows;
  return repeated || cells.text_bytes_max <= label_bytes_max ? role::label : role::note;
}

}  // namespace

cell_summary summarise(const column& c) {
  cell_summary out;
  if (c.textual()) summarise_texts(c, out);
  if (c.numeric()) summarise_numbers(c, out);
  if (c.textual()) {
    const auto filled = static_cast<std::size_t>(
        std::ranges::count_if(c.codes, [](std::uint32_t code) { return code != column::no_text; }));
    out.texts = filled > out.numbers ? filled - out.numbers : 0;
  }
  return out;
}

role role_of(const table& t, const column& c, const key_parts& parts, const cell_summary& cells,
             dimension dim) {
  if (is_status(parts, cells)) return role::status;
  if (is_moment(parts, cells)) return role::time;
  if (is_parameter(c, parts, cells)) {
    const bool long_text = !cells.mostly_numbers() && cells.text_bytes_max > 200;
    if (long_text || (cells.numbers == 0 && names_note(parts) && parts.last() != "url")) {
      return role::note;
    }
    return role::parameter;
  }
  if (names_identifier(parts)) return role::identifier;
  if (cells.mostly_numbers()) {
    if (parts.words.size() == 1 &&
        (parts.first() == "model" || parts.first() == "tag" || parts.first() == "version")) {
      return role::label;
    }
    return role::measure;
  }
  if (cells.texts > 0) return role_of_text(t, parts, cells);
  // Without any cell only the name is left.
  return dim != dimension::none ? role::measure : role::note;
}

}  // namespace chimera::evidence
