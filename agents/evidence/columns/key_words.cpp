#include "agents/evidence/columns/key_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chimera::evidence {
namespace {

using enum stored_statistic;

struct statistic_word {
  std::string_view word;
  stored_statistic meaning;
};
constexpr std::array statistic_words{
    statistic_word{"mean", mean},
    statistic_word{"avg", mean},
    statistic_word{"average", mean},
    statistic_word{"median", median},
    statistic_word{"p50", median},
    statistic_word{"p90", p90},
    statistic_word{"p95", p95},
    statistic_word{"p99", p99},
    statistic_word{"std", sd},
    statistic_word{"stdev", sd},
    statistic_word{"stddev", sd},
    statistic_word{"sd", sd},
    statistic_word{"min", stored_statistic::min},
    statistic_word{"minimum", stored_statistic::min},
    statistic_word{"max", stored_statistic::max},
    statistic_word{"maximum", stored_statistic::max},
    statistic_word{"peak", stored_statistic::max},
    statistic_word{"sum", sum},
    statistic_word{"cv", cv},
};

stored_statistic statistic_of(std::string_view word) {
  const auto* found = std::ranges::find(statistic_words, word, &statistic_word::word);
  return found == statistic_words.end() ? none : found->meaning;
}

constexpr std::array<std::string_view, 12> delta_words{
    "delta",      "improvement", "reduction", "change",  "changes",  "diff",
    "difference", "gain",        "saving",    "savings", "increase", "decrease"};

// Units that a last word can be without more evidence.
constexpr std::array<std::string_view, 52> plain_suffixes{
    "ms",         "msec",  "millis",   "milliseconds", "us",  "usec",    "micros",  "microseconds",
    "ns",         "nsec",  "nanos",    "nanoseconds",  "s",   "sec",     "secs",    "second",
    "seconds",    "mins",  "minutes",  "hours",        "hrs", "bytes",   "byte",    "kb",
    "mb",         "gb",    "tb",       "kib",          "mib", "gib",     "percent", "pct",
    "percentage", "watts", "watt",     "mw",           "kw",  "celsius", "hz",      "khz",
    "mhz",        "ghz",   "joules",   "joule",        "kwh", "wh",      "usd",     "eur",
    "dollars",    "ratio", "fraction", "millisecond"};

constexpr std::array<std::string_view, 10> heat_words{
    "temp", "temperature", "gpu", "cpu", "core", "hotspot", "junction", "edge", "memory", "temps"};
constexpr std::array<std::string_view, 9> power_words{"power", "draw",  "limit",   "gpu",  "cpu",
                                                      "tdp",   "board", "package", "usage"};
constexpr std::array<std::string_view, 4> span_words{"duration", "elapsed", "uptime", "runtime"};

bool one_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char letter = key[i];
    const bool high = (static_cast<unsigned char>(letter) & 0x80U) != 0;
    if (is_upper(letter)) {
      const char before = i > 0 ? key[i - 1] : '_';
      const char after = i + 1 < key.size() ? key[i + 1] : '_';
      if (is_lower(before) || is_digit(before) || (is_upper(before) && is_lower(after))) flush();
      word += static_cast<char>(letter - 'A' + 'a');
    } else if (is_lower(letter) || is_digit(letter) || high) {
      word += letter;
    } else {
      flush();
      if (letter == '%') words.emplace_back("percent");
    }
  }
  flush();
  return words;
}

std::string_view last_segment(std::string_view key) {
  if (!key.starts_with('/')) return key;
  while (key.ends_with("/*")) key.remove_suffix(2);
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

void note_statistic(key_parts& parts, stored_statistic found) {
  if (parts.statistic == none) parts.statistic = found;
}

void strip_front(key_parts& parts) {
  auto& words = parts.words;
  std::size_t gone = 0;
  while (gone + 1 < words.size()) {
    const std::string& word = words[gone];
    const stored_statistic found = statistic_of(word);
    if (found != none) {
      note_statistic(parts, found);
    } else if (word != "overall") {
      break;
    }
    ++gone;
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(gone));
  if (words.front() == "total" && words.size() > 1) parts.total = true;
}

void strip_back_statistics(key_parts& parts) {
  auto& words = parts.words;
  while (words.size() > 1) {
    const stored_statistic found = statistic_of(words.back());
    if (found == none) break;
    if (found == stored_statistic::min && one_of(words[words.size() - 2], span_words)) break;
    note_statistic(parts, found);
    words.pop_back();
  }
  const std::size_t size = words.size();
  if (size > 2 && words[size - 2] == "ci") {
    const std::string& end = words.back();
    if (end.starts_with("low") || end.starts_with("up") || end.starts_with("high")) {
      parts.statistic = end.starts_with("low") ? ci_low : ci_high;
      words.resize(size - 2);
    }
  }
}

/// "..._per_second", "..._tokens_s", "..._mb_s", "..._tps": words of the rate, or 0.
std::size_t rate_words(const std::vector<std::string>& words, std::optional<unit>& found) {
  const std::size_t size = words.size();
  const std::string& end = words.back();
  if (end == "tps" || end == "qps" || end == "rps" || end == "fps") {
    found = unit_of(end);
    return 1;
  }
  const bool second = end == "s" || end == "sec" || end == "second" || end == "seconds";
  const bool minute = end == "minute" || end == "min";
  if (size >= 2 && words[size - 2] == "per" && (second || minute)) {
    const std::string noun = size >= 3 ? words[size - 3] : "1";
    found = unit_of(noun + (minute ? "/min" : "/s"));
    if (found) return size >= 3 ? 3 : 2;
    found = unit{minute ? "1/min" : "1/s", dimension::rate, minute ? 1.0 / 60 : 1.0, "1/s"};
    return 2;
  }
  if (size >= 2 && second) {
    const std::string& noun = words[size - 2];
    const bool byte_noun =
        noun == "kb" || noun == "mb" || noun == "gb" || noun == "mib" || noun == "gib";
    if (is_counted_noun(noun) || byte_noun) {
      found = unit_of(noun + "/s");
      return found ? 2 : 0;
    }
  }
  return 0;
}

bool plain_unit_suffix(key_parts& parts) {
  auto& words = parts.words;
  const std::string& end = words.back();
  const std::string_view before =
      words.size() > 1 ? std::string_view(words[words.size() - 2]) : std::string_view{};
  const bool known = one_of(end, plain_suffixes) || (end == "c" && one_of(before, heat_words)) ||
                     (end == "w" && one_of(before, power_words)) ||
                     ((end == "h" || end == "min") && one_of(before, span_words));
  if (!known) return false;
  // "ratio" and "fraction" name the quantity as well: "compression_ratio" keeps its word.
  const bool keep = end == "ratio" || end == "fraction";
  parts.unit = unit_of(end);
  parts.unit_suffix = end;
  parts.ambiguous_unit = end == "min";
  if (!keep) words.pop_back();
  return true;
}

/// "ms_per_token", "time_ms_per_step": the unit stands before "per".
void unit_before_per(key_parts& parts) {
  auto& words = parts.words;
  const auto per = std::ranges::find(words, "per");
  if (per == words.begin() || per == words.end()) return;
  const auto named = per - 1;
  if (!one_of(*named, plain_suffixes)) return;
  parts.unit = unit_of(*named);
  parts.unit_suffix = *named;
  *named = "time";
  if (parts.unit->dimension != dimension::time) words.erase(named);
}

void strip_unit(key_parts& parts) {
  auto& words = parts.words;
  if (words.empty()) return;
  std::optional<unit> rate_unit;
  if (const std::size_t width = rate_words(words, rate_unit); width > 0) {
    parts.unit = rate_unit;
    for (std::size_t i = words.size() - width; i < words.size(); ++i) {
      if (!parts.unit_suffix.empty()) parts.unit_suffix += '_';
      parts.unit_suffix += words[i];
    }
    // Only tokens make "throughput"; other rates keep their noun: "requests_per_second".
    if (rate_unit->base == "tok/s") {
      words.resize(words.size() - width);
      if (words.empty() || words.back() != "throughput") words.emplace_back("throughput");
    }
    return;
  }
  if (plain_unit_suffix(parts)) return;
  unit_before_per(parts);
}

}  // namespace

std::string key_parts::joined() const {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += '_';
    out += word;
  }
  return out;
}

bool key_parts::has(std::string_view word) const { return one_of(word, words); }

std::string_view key_parts::last() const {
  return words.empty() ? std::string_view{} : std::string_view(words.back());
}

std::string_view key_parts::first() const {
  return words.empty() ? std::string_view{} : std::string_view(words.front());
}

key_parts split_key(std::string_view key) {
  key_parts parts;
  parts.words = words_of(last_segment(key));
  if (parts.words.empty()) return parts;
  if (parts.joined() == "coefficient_of_variation") {
    parts.statistic = cv;
    return parts;
  }
  strip_front(parts);
  strip_back_statistics(parts);
  strip_unit(parts);
  if (!parts.words.empty()) strip_back_statistics(parts);
  if (parts.words.size() == 1 && statistic_of(parts.words[0]) != none) {
    note_statistic(parts, statistic_of(parts.words[0]));
  }
  const auto is_delta = [](const std::string& word) { return one_of(word, delta_words); };
  parts.delta = std::ranges::any_of(parts.words, is_delta);
  if (parts.delta) parts.statistic = delta;
  const std::string whole = parts.joined();
  if (whole == "success_rate" || whole == "pass_rate" || whole.ends_with("_success_rate")) {
    parts.statistic = rate_of_success;
  }
  return parts;
}

std::string metric_of(const key_parts& parts) {
  if (parts.words.empty()) {
    if (parts.statistic == cv) return "cv";
    return parts.unit && parts.unit->dimension == dimension::time ? "time" : parts.unit_suffix;
  }
  std::string name = parts.joined();
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> same_names{{
      {"time_to_first_token", "ttft"},
      {"first_token_latency", "ttft"},
      {"tok_throughput", "throughput"},
      {"token_throughput", "throughput"},
      {"load_duration", "load"},
      {"load_time", "load"},
      {"prompt_eval_duration", "prompt_eval"},
      {"prompt_eval_time", "prompt_eval"},
      {"eval_duration", "eval"},
      {"eval_time", "eval"},
      {"tok", "tokens"},
  }};
  for (const auto& [written, meant] : same_names) {
    if (name == written) return std::string(meant);
  }
  return name;
}

std::string metric_name(std::string_view key) { return metric_of(split_key(key)); }

}  // namespace chimera::evidence
