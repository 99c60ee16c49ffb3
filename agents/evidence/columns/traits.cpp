#include "agents/evidence/columns/traits.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/roles.hpp"
#include "agents/evidence/columns/units.hpp"
#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::evidence {
namespace {

/// What the other columns say about a column.
struct surroundings {
  bool tokens = false;       ///< the table speaks of tokens or TTFT: a throughput is one of tokens
  bool single_rows = false;  ///< some time or rate column holds plain values, not statistics
};

std::string_view quantity_key(const column& c) {
  return c.key.empty() || c.key == "*" ? std::string_view(c.name) : std::string_view(c.key);
}

void take_unit(column_traits& out, const unit& found) {
  out.unit = found.symbol;
  out.to_base = found.to_base;
  out.dimension = found.dimension;
}

bool written_unit(const table& t, const column& c, column_traits& out) {
  if (c.unit_text.empty()) return false;
  out.because = t.unit_row         ? "unit row"
                : c.unit_cells > 0 ? "unit in the cells"
                                   : "unit in the header";
  if (const std::optional<unit> found = unit_of(c.unit_text)) {
    take_unit(out, *found);
    out.certainty = confidence::high;
  } else {
    out.unit = c.unit_text;
    out.certainty = confidence::medium;
    out.because += ", not a known unit";
  }
  return true;
}

bool suffix_unit(const key_parts& parts, column_traits& out) {
  if (!parts.unit) return false;
  take_unit(out, *parts.unit);
  out.because = "suffix _" + parts.unit_suffix;
  // "_mb" may be 2^20, "_w" and "_c" need the word before them: probable, not certain.
  const bool probable = parts.unit->dimension == dimension::bytes && parts.unit->to_base > 1;
  const bool short_one = parts.unit_suffix == "c" || parts.unit_suffix == "w";
  out.certainty = probable || short_one ? confidence::medium : confidence::high;
  if (parts.ambiguous_unit) {
    out.certainty = confidence::low;
    out.because += ": minutes or minimum";
  }
  return true;
}

/// Ollama's durations carry no unit and are nanoseconds; only large numbers can be that.
/// (Ollama API reference: "All timing values are measured in nanoseconds".)
bool ollama_duration(const key_parts& parts, const cell_summary& cells, column_traits& out) {
  const std::string name = parts.joined();
  if (name != "load_duration" && name != "prompt_eval_duration" && name != "eval_duration" &&
      name != "total_duration") {
    return false;
  }
  if (cells.middle < 1e5) return false;
  take_unit(out, *unit_of("ns"));
  out.certainty = confidence::medium;
  out.because = "vocabulary: " + name + " of Ollama is in ns, and its size allows it";
  return true;
}

void vocabulary_unit(const key_parts& parts, const std::string& metric, const cell_summary& cells,
                     const surroundings& around, column_traits& out) {
  if (ollama_duration(parts, cells, out)) return;
  if (parts.delta) {
    out.because = "vocabulary: a difference";
    return;
  }
  const known_quantity* found = known(metric);
  if (found == nullptr) {
    out.because = "no unit found";
    return;
  }
  out.dimension = found->dimension;
  out.because = "vocabulary: " + std::string(found->name);
  // NVML has W, C, MHz and percent; a utilisation that never exceeds 1 may be a fraction.
  const std::optional<unit> implied = unit_of(found->unit);
  const bool fraction = found->unit == "%" && cells.largest <= 1;
  if (implied && !fraction && cells.numbers > 0) {
    take_unit(out, *implied);
    out.certainty = confidence::medium;
    return;
  }
  const bool unitless = found->dimension == dimension::count ||
                        found->dimension == dimension::none || found->dimension == dimension::ratio;
  out.certainty = unitless ? confidence::medium : confidence::low;
  if (found->dimension == dimension::rate && around.tokens && metric.ends_with("throughput")) {
    out.unit = "tok/s";
    out.certainty = confidence::medium;
  }
}

/// "/latency_percentiles/p95": a bare statistic's quantity stands in the segment above.
std::string metric_above(const column& c, const key_parts& parts) {
  const bool bare = parts.words.size() == 1 && parts.statistic != stored_statistic::none &&
                    !parts.unit && c.name.starts_with('/');
  const std::size_t end = c.name.rfind('/');
  if (!bare || end == 0) return {};
  for (const std::string& word : split_key(std::string_view(c.name).substr(0, end)).words) {
    if (known(word) != nullptr) return word;
  }
  return {};
}

/// Sizes that no run of a benchmark has: the unit is wrong, whatever the name says.
bool implausible(const column_traits& traits, const cell_summary& cells, std::string_view metric) {
  if (cells.middle == 0) return false;
  const double base = cells.middle * traits.to_base;
  switch (traits.dimension) {
    case dimension::time:
      return base < 1e-11 || base > 1e8 || (metric == "ttft" && base > 1e5);
    case dimension::ratio:
      return traits.unit == "%" && cells.middle > 1e6;
    case dimension::temperature:
      return base > 300;
    case dimension::power:
      return base > 1e6;
    case dimension::rate:
      return traits.unit == "tok/s" && base > 1e8;
    case dimension::none:
    case dimension::count:
    case dimension::bytes:
    case dimension::frequency:
    case dimension::energy:
    case dimension::money:
      break;
  }
  return false;
}

polarity polarity_of(const column_traits& traits, const key_parts& parts,
                     const std::string& metric) {
  const auto has = [&](std::string_view word) { return parts.has(word); };
  if (traits.role != role::measure) return polarity::none;
  using enum stored_statistic;
  if (traits.statistic == sd || traits.statistic == cv || traits.statistic == count_of_samples) {
    return polarity::none;
  }
  if (parts.delta) {
    const bool good = has("improvement") || has("reduction") || has("gain") || has("saving") ||
                      has("savings") || has("speedup");
    return good ? polarity::higher : polarity::none;
  }
  if (has("total") && (has("memory") || has("disk"))) return polarity::none;
  if (has("free") || has("available") || has("limit") || has("clock")) return polarity::none;
  if (const known_quantity* found = known(metric)) {
    if (found->better != polarity::none || found->dimension == traits.dimension) {
      return found->better;
    }
  }
  switch (traits.dimension) {
    case dimension::time:
    case dimension::power:
    case dimension::temperature:
    case dimension::energy:
    case dimension::money:
      return polarity::lower;
    case dimension::rate:
      return polarity::higher;
    case dimension::bytes:
      return has("memory") || has("vram") || has("size") || has("rss") ? polarity::lower
                                                                       : polarity::none;
    case dimension::none:
    case dimension::count:
    case dimension::ratio:
    case dimension::frequency:
      break;
  }
  return polarity::none;
}

std::string label_of(const key_parts& parts, const std::string& metric, const column& c) {
  if (const known_quantity* found = known(metric); found != nullptr && found->whole) {
    if (!found->label.empty()) return std::string(found->label);
  }
  std::string label = label_for(metric);
  if (parts.words.empty() && label.empty()) label = c.key.empty() ? c.name : c.key;
  return label;
}

column_traits infer_one(const table& t, const column& c, const key_parts& parts,
                        const surroundings& around) {
  column_traits out;
  std::string metric = metric_of(parts);
  if (std::string above = metric_above(c, parts); !above.empty()) metric = std::move(above);
  const cell_summary cells = summarise(c);
  out.statistic = parts.statistic;
  if (!written_unit(t, c, out) && !suffix_unit(parts, out)) {
    vocabulary_unit(parts, metric, cells, around, out);
  }
  if (implausible(out, cells, metric)) {
    out.certainty = confidence::low;
    out.because += ", but its size is implausible";
  }
  out.role = role_of(t, c, parts, cells, out.dimension);
  const bool counts_samples = parts.statistic == stored_statistic::none && !parts.unit &&
                              names_sample_count(parts.joined()) && cells.numbers > 0;
  if (counts_samples) {
    out.statistic = stored_statistic::count_of_samples;
    out.dimension = dimension::count;
    out.because = "vocabulary: a number of runs or samples";
    if (out.role == role::measure) out.role = role::parameter;
  }
  const bool quantity = out.role == role::measure || out.role == role::parameter;
  if (!quantity ||
      (out.role == role::parameter && !parts.unit && c.unit_text.empty() && !counts_samples)) {
    // Names, moments and settings have no unit unless one is written.
    out.dimension = dimension::none;
    out.unit.clear();
    out.to_base = 1.0;
    // There is no unit to be unsure of.
    if (out.certainty == confidence::low) {
      out.certainty = confidence::medium;
      out.because = std::string(to_text(out.role)) + " by name and content";
    }
  }
  if (counts_samples) out.certainty = confidence::medium;
  // "total_tokens" beside plain values is the whole of its row; alone it is a sum over a run.
  if (parts.total && out.role == role::measure && out.statistic == stored_statistic::none &&
      !around.single_rows) {
    out.statistic = stored_statistic::sum;
  }
  out.better = polarity_of(out, parts, metric);
  if (out.certainty == confidence::low) out.to_base = 1.0;
  out.label = label_of(parts, metric, c);
  return out;
}

surroundings look_around(const table& t, const std::vector<key_parts>& keys) {
  surroundings around;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const key_parts& parts = keys[i];
    const bool rated = parts.unit && parts.unit->base == "tok/s";
    around.tokens = around.tokens || rated || parts.has("tokens") || parts.has("ttft") ||
                    parts.joined() == "eval_count";
    const bool timed = parts.unit && (parts.unit->dimension == dimension::time ||
                                      parts.unit->dimension == dimension::rate);
    if (timed && parts.statistic == stored_statistic::none && !parts.total && !parts.delta &&
        t.shape == table_shape::records && t.columns[i].numeric()) {
      around.single_rows = true;
    }
  }
  return around;
}

}  // namespace

std::string_view to_text(dimension value) {
  constexpr std::array<std::string_view, 11> names{"none",      "time",   "rate",  "count",
                                                   "bytes",     "ratio",  "power", "temperature",
                                                   "frequency", "energy", "money"};
  return names[static_cast<std::size_t>(value)];
}

std::string_view to_text(polarity value) {
  constexpr std::array<std::string_view, 3> names{"none", "lower", "higher"};
  return names[static_cast<std::size_t>(value)];
}

std::string_view to_text(role value) {
  constexpr std::array<std::string_view, 7> names{"measure", "parameter",  "label", "time",
                                                  "status",  "identifier", "note"};
  return names[static_cast<std::size_t>(value)];
}

std::string_view to_text(confidence value) {
  constexpr std::array<std::string_view, 3> names{"low", "medium", "high"};
  return names[static_cast<std::size_t>(value)];
}

std::vector<column_traits> infer_traits(const table& t) {
  std::vector<key_parts> keys;
  keys.reserve(t.columns.size());
  for (const column& c : t.columns) keys.push_back(split_key(quantity_key(c)));
  const surroundings around = look_around(t, keys);
  std::vector<column_traits> traits;
  traits.reserve(t.columns.size());
  for (std::size_t i = 0; i < t.columns.size(); ++i) {
    traits.push_back(infer_one(t, t.columns[i], keys[i], around));
  }
  return traits;
}

}  // namespace chimera::evidence
