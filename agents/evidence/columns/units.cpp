#include "agents/evidence/columns/units.hpp"

#include <algorithm>
#include <array>

namespace chimera::evidence {
namespace {

struct spelling {
  std::string_view text;
  std::string_view symbol;
  evidence::dimension dimension;
  double to_base;
};

using enum dimension;

constexpr std::string_view celsius =
    "\xC2\xB0"
    "C";

// Spellings whose case matters, looked up before the others.
constexpr std::array cased_spellings{
    spelling{"mW", "mW", power, 1e-3},
    spelling{"MW", "MW", power, 1e6},
    spelling{"mJ", "mJ", energy, 1e-3},
    spelling{"MJ", "MJ", energy, 1e6},
};

constexpr std::array spellings{
    spelling{"s", "s", time, 1.0},
    spelling{"sec", "s", time, 1.0},
    spelling{"secs", "s", time, 1.0},
    spelling{"second", "s", time, 1.0},
    spelling{"seconds", "s", time, 1.0},
    spelling{"ms", "ms", time, 1e-3},
    spelling{"msec", "ms", time, 1e-3},
    spelling{"msecs", "ms", time, 1e-3},
    spelling{"msecond", "ms", time, 1e-3},
    spelling{"millis", "ms", time, 1e-3},
    spelling{"millisecond", "ms", time, 1e-3},
    spelling{"milliseconds", "ms", time, 1e-3},
    spelling{"us", "us", time, 1e-6},
    spelling{"\xC2\xB5s", "us", time, 1e-6},
    spelling{"\xCE\xBCs", "us", time, 1e-6},
    spelling{"usec", "us", time, 1e-6},
    spelling{"usecs", "us", time, 1e-6},
    spelling{"usecond", "us", time, 1e-6},
    spelling{"micros", "us", time, 1e-6},
    spelling{"microsecond", "us", time, 1e-6},
    spelling{"microseconds", "us", time, 1e-6},
    spelling{"ns", "ns", time, 1e-9},
    spelling{"nsec", "ns", time, 1e-9},
    spelling{"nsecs", "ns", time, 1e-9},
    spelling{"nsecond", "ns", time, 1e-9},
    spelling{"nanos", "ns", time, 1e-9},
    spelling{"nanosecond", "ns", time, 1e-9},
    spelling{"nanoseconds", "ns", time, 1e-9},
    spelling{"min", "min", time, 60.0},
    spelling{"mins", "min", time, 60.0},
    spelling{"minute", "min", time, 60.0},
    spelling{"minutes", "min", time, 60.0},
    spelling{"h", "h", time, 3600.0},
    spelling{"hr", "h", time, 3600.0},
    spelling{"hrs", "h", time, 3600.0},
    spelling{"hour", "h", time, 3600.0},
    spelling{"hours", "h", time, 3600.0},
    spelling{"b", "B", bytes, 1.0},
    spelling{"byte", "B", bytes, 1.0},
    spelling{"bytes", "B", bytes, 1.0},
    spelling{"kb", "KB", bytes, 1e3},
    spelling{"kbyte", "KB", bytes, 1e3},
    spelling{"kbytes", "KB", bytes, 1e3},
    spelling{"mb", "MB", bytes, 1e6},
    spelling{"mbyte", "MB", bytes, 1e6},
    spelling{"mbytes", "MB", bytes, 1e6},
    spelling{"gb", "GB", bytes, 1e9},
    spelling{"gbyte", "GB", bytes, 1e9},
    spelling{"gbytes", "GB", bytes, 1e9},
    spelling{"tb", "TB", bytes, 1e12},
    spelling{"tbyte", "TB", bytes, 1e12},
    spelling{"kib", "KiB", bytes, 1024.0},
    spelling{"mib", "MiB", bytes, 1048576.0},
    spelling{"gib", "GiB", bytes, 1073741824.0},
    spelling{"tib", "TiB", bytes, 1099511627776.0},
    spelling{"%", "%", ratio, 1e-2},
    spelling{"percent", "%", ratio, 1e-2},
    spelling{"percentage", "%", ratio, 1e-2},
    spelling{"pct", "%", ratio, 1e-2},
    spelling{"perc", "%", ratio, 1e-2},
    spelling{"x", "x", ratio, 1.0},
    spelling{"\xC3\x97", "x", ratio, 1.0},
    spelling{"ratio", "", ratio, 1.0},
    spelling{"fraction", "", ratio, 1.0},
    spelling{"w", "W", power, 1.0},
    spelling{"watt", "W", power, 1.0},
    spelling{"watts", "W", power, 1.0},
    spelling{"kw", "kW", power, 1e3},
    spelling{"mw", "mW", power, 1e-3},
    spelling{"milliwatts", "mW", power, 1e-3},
    spelling{"c", celsius, temperature, 1.0},
    spelling{"\xC2\xB0"
             "c",
             celsius, temperature, 1.0},
    spelling{"degc", celsius, temperature, 1.0},
    spelling{"celsius", celsius, temperature, 1.0},
    spelling{"hz", "Hz", frequency, 1.0},
    spelling{"khz", "kHz", frequency, 1e3},
    spelling{"mhz", "MHz", frequency, 1e6},
    spelling{"ghz", "GHz", frequency, 1e9},
    spelling{"j", "J", energy, 1.0},
    spelling{"joule", "J", energy, 1.0},
    spelling{"joules", "J", energy, 1.0},
    spelling{"kj", "kJ", energy, 1e3},
    spelling{"wh", "Wh", energy, 3600.0},
    spelling{"kwh", "kWh", energy, 3.6e6},
    spelling{"$", "USD", money, 1.0},
    spelling{"usd", "USD", money, 1.0},
    spelling{"dollars", "USD", money, 1.0},
    spelling{"eur", "EUR", money, 1.0},
    spelling{"\xE2\x82\xAC", "EUR", money, 1.0},
};

// What profilers count: a number of things, without a factor.
constexpr std::array<std::string_view, 15> counted_units{
    "block", "blocks", "thread", "warp",        "register", "sm",     "pass", "inst",
    "cycle", "cycles", "sector", "instruction", "chars",    "tokens", "token"};

constexpr std::array<std::string_view, 28> counted_nouns{
    "tok",   "token",     "tokens", "req",  "reqs",       "request", "requests",
    "query", "queries",   "image",  "img",  "images",     "sample",  "samples",
    "iter",  "iteration", "it",     "op",   "iterations", "ops",     "step",
    "steps", "frame",     "frames", "item", "items",      "batch",   "batches"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return out;
}

std::string_view base_of(evidence::dimension kind, std::string_view symbol) {
  switch (kind) {
    case time:
      return "s";
    case bytes:
      return "B";
    case ratio:
      return "1";
    case power:
      return "W";
    case temperature:
      return celsius;
    case frequency:
      return "Hz";
    case energy:
      return "J";
    case none:
    case rate:
    case count:
    case money:
      break;
  }
  return symbol;
}

std::optional<unit> simple_unit(std::string_view text) {
  const auto make = [](const spelling& s) {
    return unit{std::string(s.symbol), s.dimension, s.to_base,
                std::string(base_of(s.dimension, s.symbol))};
  };
  for (const spelling& s : cased_spellings) {
    if (s.text == text) return make(s);
  }
  const std::string small = lower(text);
  for (const spelling& s : spellings) {
    if (s.text == small) return make(s);
  }
  if (std::ranges::find(counted_units, small) != counted_units.end()) {
    const std::string symbol = is_token_noun(small) ? "tokens" : std::string(text);
    return unit{symbol, count, 1.0, symbol};
  }
  return std::nullopt;
}

/// "above/below": a rate per time, a share ("Kbyte/block") or a quantity per thing ("ms/token").
std::optional<unit> quotient(std::string_view above, std::string_view below) {
  if (above.empty() || below.empty()) return std::nullopt;
  const std::string top = lower(above);
  const std::optional<unit> numerator = simple_unit(above);
  const std::optional<unit> denominator = simple_unit(below);
  const bool per_time = denominator && denominator->dimension == time;
  if (!per_time) {
    if (!numerator) return std::nullopt;
    unit made = *numerator;
    made.symbol += "/";
    made.symbol += below;
    made.base += "/";
    made.base += below;
    return made;
  }
  if (is_token_noun(top) || top == "t")
    return unit{"tok/" + denominator->symbol, rate, 1.0 / denominator->to_base, "tok/s"};
  if (numerator && numerator->dimension == bytes) {
    const double factor = numerator->to_base / denominator->to_base;
    return unit{numerator->symbol + "/" + denominator->symbol, rate, factor, "B/s"};
  }
  if (top == "cycle" || top == "cycles") {
    return unit{"cycle/" + denominator->symbol, frequency, 1.0 / denominator->to_base, "Hz"};
  }
  if (!is_counted_noun(top) && top != "1" && !(numerator && numerator->dimension == count)) {
    return std::nullopt;
  }
  std::string noun = top.starts_with("req") ? "req" : top;
  return unit{noun + "/" + denominator->symbol, rate, 1.0 / denominator->to_base, noun + "/s"};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '[' || text.front() == '(')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == ']' || text.back() == ')')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

bool is_token_noun(std::string_view word) {
  return word == "tok" || word == "toks" || word == "token" || word == "tokens";
}

bool is_counted_noun(std::string_view word) {
  return is_token_noun(word) || std::ranges::find(counted_nouns, word) != counted_nouns.end();
}

std::optional<unit> unit_of(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > 32) return std::nullopt;
  if (const std::optional<unit> found = simple_unit(text)) return found;
  const std::string small = lower(text);
  if (small == "tps") return quotient("tok", "s");
  if (small == "rps" || small == "qps") return quotient(small == "rps" ? "req" : "query", "s");
  if (small == "fps") return quotient("frame", "s");
  std::size_t slash = text.find('/');
  std::size_t width = 1;
  if (slash == std::string_view::npos) {
    slash = small.find(" per ");
    width = 5;
  }
  if (slash == std::string_view::npos) return std::nullopt;
  return quotient(trimmed(text.substr(0, slash)), trimmed(text.substr(slash + width)));
}

std::optional<double> convert(double value, const unit& from, const unit& to) {
  if (from.dimension != to.dimension || from.base != to.base) return std::nullopt;
  return value * from.to_base / to.to_base;
}

}  // namespace chimera::evidence
