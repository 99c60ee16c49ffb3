#include "agents/evidence/columns/row_states.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/vocabulary.hpp"
#include "agents/evidence/columns/warmth.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t error_bytes_max = 200;

/// The columns that say how a row ended, by kind.
struct witness_columns {
  std::vector<std::size_t> errors;
  std::vector<std::size_t> successes;
  std::vector<std::size_t> failures;
  std::vector<std::size_t> states;
  std::vector<std::size_t> outputs;
  std::vector<std::size_t> measures;  ///< times and rates of the run itself (no setup, no spread)
  std::vector<std::size_t> times;
  std::vector<std::size_t> tokens;
  std::vector<std::size_t> completed;
};

std::string lower_trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string out(text.substr(0, 64));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_outcome_of_setup(const key_parts& parts) {
  constexpr std::array<std::string_view, 5> words{"compile", "compilation", "setup", "warmup",
                                                  "build"};
  return std::ranges::any_of(words, [&](std::string_view w) { return parts.has(w); });
}

void add_measure(witness_columns& out, std::size_t index, const key_parts& parts,
                 const column_traits& traits) {
  using enum stored_statistic;
  const bool level = traits.statistic != sd && traits.statistic != cv &&
                     traits.statistic != delta && traits.statistic != count_of_samples;
  const bool timed = traits.dimension == dimension::time || traits.dimension == dimension::rate;
  if (timed && level && !is_outcome_of_setup(parts)) {
    out.measures.push_back(index);
    if (traits.dimension == dimension::time) out.times.push_back(index);
  }
  if (traits.dimension != dimension::count) return;
  if (level && names_produced_tokens(parts)) out.tokens.push_back(index);
  const std::string_view last = parts.last();
  if (last == "completed" || last == "succeeded" || last == "successful") {
    out.completed.push_back(index);
  }
}

witness_columns find_witnesses(const table& t, std::span<const column_traits> traits) {
  witness_columns out;
  for (std::size_t i = 0; i < t.columns.size() && i < traits.size(); ++i) {
    const column& c = t.columns[i];
    const key_parts parts = split_key(c.key.empty() ? c.name : c.key);
    if (traits[i].role == role::status) {
      switch (outcome_of(parts)) {
        case outcome_kind::error_text:
          out.errors.push_back(i);
          break;
        case outcome_kind::success:
          // A document's "success" may judge a whole session; it is taken at its word only there.
          out.successes.push_back(i);
          break;
        case outcome_kind::failure:
          out.failures.push_back(i);
          break;
        case outcome_kind::state:
          out.states.push_back(i);
          break;
        case outcome_kind::none:
          break;
      }
    } else if (traits[i].role == role::measure) {
      add_measure(out, i, parts, traits[i]);
    } else if ((traits[i].role == role::note || traits[i].role == role::label) && c.textual() &&
               names_output(parts)) {
      out.outputs.push_back(i);
    }
  }
  return out;
}

bool says_nothing(std::string_view lower_text) {
  constexpr std::array<std::string_view, 15> words{"",      "none", "null",     "nil",     "nan",
                                                   "false", "0",    "no",       "ok",      "n/a",
                                                   "na",    "-",    "no error", "success", "[]"};
  return std::ranges::find(words, lower_text) != words.end();
}

bool denies(std::string_view lower_text) {
  constexpr std::array<std::string_view, 8> words{"false", "no", "0",     "failed",
                                                  "fail",  "n",  "error", "f"};
  return std::ranges::find(words, lower_text) != words.end();
}

bool bad_state(std::string_view lower_text) {
  constexpr std::array<std::string_view, 10> beginnings{
      "error", "fail", "timeout",       "timed out", "timed_out",
      "crash", "oom",  "out of memory", "aborted",   "exception"};
  return std::ranges::any_of(beginnings,
                             [&](std::string_view b) { return lower_text.starts_with(b); });
}

/// Text that a program wrote instead of its result. Only openings that no prose has by chance.
bool error_instead_of_output(std::string_view text) {
  const std::string opening = lower_trimmed(text);
  constexpr std::array<std::string_view, 17> openings{
      "error:",          "error generating",  "error calling",      "error connecting",
      "error during",    "error while",       "error processing",   "error fetching",
      "traceback (most", "exception:",        "[winerror",          "[errno",
      "httpconnection",  "failed to connect", "failed to generate", "connection refused",
      "connectionerror"};
  return std::ranges::any_of(openings, [&](std::string_view o) { return opening.starts_with(o); });
}

std::string clipped(std::string text) {
  if (text.size() <= error_bytes_max) return text;
  std::size_t end = error_bytes_max;
  // Never cut inside a UTF-8 sequence.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "\xE2\x80\xA6";  // an ellipsis: it is not the whole
}

/// How many of the row's times and rates are numbers, zeros and holes.
struct measure_count {
  std::size_t numbers = 0;
  std::size_t zeros = 0;
  std::size_t holes = 0;
};

measure_count count_measures(const table& t, const witness_columns& w, std::size_t row) {
  measure_count out;
  for (const std::size_t i : w.measures) {
    const double value = t.columns[i].number(row);
    if (!is_number(value)) {
      ++out.holes;
    } else {
      ++out.numbers;
      out.zeros += value == 0 ? 1U : 0U;
    }
  }
  return out;
}

struct verdict {
  bool error = false;
  bool denied = false;  ///< success = false
  std::string text;
};

/// In a document an error deep inside is one part's; it fails the whole only if nothing was
/// measured.
bool speaks_for_row(const table& t, const column& c, const measure_count& count) {
  if (t.shape != table_shape::document) return true;
  const bool nested = c.name.find('/', 1) != std::string::npos;
  return !nested || count.numbers == count.zeros;
}

verdict hear_witnesses(const table& t, const witness_columns& w, std::size_t row,
                       const measure_count& count) {
  verdict out;
  for (const std::size_t i : w.errors) {
    const column& c = t.columns[i];
    std::string text = c.text(row);
    if (says_nothing(lower_trimmed(text)) || !speaks_for_row(t, c, count)) continue;
    out.error = true;
    if (out.text.empty()) out.text = std::move(text);
  }
  for (const std::size_t i : w.successes) {
    const column& c = t.columns[i];
    const bool whole = t.shape == table_shape::document && c.key.find("overall") == 0;
    if (!whole && denies(lower_trimmed(c.text(row))) && speaks_for_row(t, c, count)) {
      out.denied = true;
    }
  }
  for (const std::size_t i : w.failures) {
    const column& c = t.columns[i];
    const std::string text = lower_trimmed(c.text(row));
    const bool said = text == "true" || text == "yes" || text == "1";
    if (said && speaks_for_row(t, c, count)) out.denied = true;
  }
  for (const std::size_t i : w.states) {
    const column& c = t.columns[i];
    std::string text = c.text(row);
    if (!bad_state(lower_trimmed(text)) || !speaks_for_row(t, c, count)) continue;
    out.error = true;
    if (out.text.empty()) out.text = std::move(text);
  }
  return out;
}

failure_encoding encoding_of(const table& t, const verdict& said, const measure_count& count) {
  if (count.numbers > count.zeros || count.numbers + count.holes == 0) {
    return failure_encoding::error_only;
  }
  if (count.zeros > 0) {
    return said.denied ? failure_encoding::zero_with_success_false
                       : failure_encoding::zeros_with_error;
  }
  return t.kind == "json" || t.kind == "jsonl" ? failure_encoding::nulls
                                               : failure_encoding::empty_cells;
}

bool all_zero(const table& t, const std::vector<std::size_t>& columns, std::size_t row) {
  std::size_t zeros = 0;
  for (const std::size_t i : columns) {
    const double value = t.columns[i].number(row);
    if (!is_number(value)) continue;
    if (value != 0) return false;
    ++zeros;
  }
  return zeros > 0;
}

std::optional<failure_encoding> silent_failure(const table& t, const witness_columns& w,
                                               std::size_t row, const measure_count& count) {
  const bool no_tokens = all_zero(t, w.tokens, row);
  const auto took_time = [&](std::size_t i) {
    const double value = t.columns[i].number(row);
    return is_number(value) && value > 0;
  };
  if (no_tokens && std::ranges::any_of(w.times, took_time)) return failure_encoding::zero_tokens;
  if (count.numbers == 0 && all_zero(t, w.completed, row)) {
    return failure_encoding::nulls;
  }
  // One zero may be a short time; zeros throughout are no measurement.
  if (count.numbers >= 2 && count.zeros == count.numbers) {
    return no_tokens ? failure_encoding::zero_tokens : failure_encoding::zeros_with_error;
  }
  return std::nullopt;
}

std::optional<row_failure> judge_row(const table& t, const witness_columns& w, std::size_t row) {
  const measure_count count = count_measures(t, w, row);
  verdict said = hear_witnesses(t, w, row, count);
  row_failure out;
  out.row = static_cast<std::uint32_t>(row);
  if (said.error || said.denied) {
    out.how = encoding_of(t, said, count);
    out.error = clipped(std::move(said.text));
    return out;
  }
  for (const std::size_t i : w.outputs) {
    std::string text = t.columns[i].text(row);
    if (!error_instead_of_output(text)) continue;
    out.how = failure_encoding::error_text_as_success;
    out.error = clipped(std::move(text));
    return out;
  }
  if (const auto how = silent_failure(t, w, row, count)) {
    out.how = *how;
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_text(failure_encoding value) {
  constexpr std::array<std::string_view, 7> names{
      "empty cells", "zeros beside an error",        "nulls",     "zero with success = false",
      "zero tokens", "error text stored as success", "error text"};
  return names[static_cast<std::size_t>(value)];
}

row_states judge_rows(const table& t, std::span<const column_traits> traits) {
  row_states out;
  out.state.assign(t.rows, row_state::ok);
  out.warm.assign(t.rows, warmth::unknown);
  const witness_columns witnesses = find_witnesses(t, traits);
  for (std::size_t row = 0; row < t.rows; ++row) {
    std::optional<row_failure> failure = judge_row(t, witnesses, row);
    if (!failure) continue;
    out.state[row] = row_state::failed;
    out.failures.push_back(std::move(*failure));
  }
  out.failed = out.failures.size();
  judge_warmth(t, traits, out);
  return out;
}

}  // namespace chimera::evidence
