#include "agents/claims/audit/measure_phrase.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "agents/claims/audit/words.hpp"
#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/units.hpp"
#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::claims::auditing {
namespace {

using evidence::stored_statistic;

struct named_metric {
  std::string_view words;  ///< lower case, one blank between
  std::string_view metric;
};
// Longer ones first.
constexpr std::array named_metrics{
    named_metric{"time to first token", "ttft"},
    named_metric{"first token latency", "ttft"},
    named_metric{"first token", "ttft"},
    named_metric{"ttft", "ttft"},
    named_metric{"token generation speed", "throughput"},
    named_metric{"token generation rate", "throughput"},
    named_metric{"token generation", "throughput"},
    named_metric{"generation speed", "throughput"},
    named_metric{"throughput", "throughput"},
    named_metric{"compile time", "compile_time"},
    named_metric{"compilation time", "compile_time"},
    named_metric{"model load time", "load"},
    named_metric{"load time", "load"},
    named_metric{"load duration", "load"},
    named_metric{"load", "load"},
    named_metric{"prompt eval time", "prompt_eval"},
    named_metric{"prompt eval duration", "prompt_eval"},
    named_metric{"eval count", "eval_count"},
    named_metric{"tokens generated", "eval_count"},
    named_metric{"response chars", "response_chars"},
    named_metric{"response characters", "response_chars"},
    named_metric{"mean time", "time"},
    named_metric{"execution time", "time"},
    named_metric{"latency", "time"},
};

struct named_parameter {
  std::string_view label;
  std::string_view name;
};
constexpr std::array named_parameters{
    named_parameter{"num_gpu", "num_gpu"},
    named_parameter{"gpu_layers", "num_gpu"},
    named_parameter{"n_gpu_layers", "num_gpu"},
    named_parameter{"num_gpu_layers", "num_gpu"},
    named_parameter{"gpu", "num_gpu"},
    named_parameter{"num_ctx", "num_ctx"},
    named_parameter{"context", "num_ctx"},
    named_parameter{"ctx", "num_ctx"},
    named_parameter{"n_ctx", "num_ctx"},
    named_parameter{"context_size", "num_ctx"},
    named_parameter{"context_length", "num_ctx"},
    named_parameter{"context_window", "num_ctx"},
    named_parameter{"temp", "temperature"},
    named_parameter{"temperature", "temperature"},
};

// Words that may stand beside a metric without changing what it is.
constexpr std::array<std::string_view, 22> harmless{
    "config", "configuration", "overall",  "warm",   "cold",   "start",    "excluding", "value",
    "result", "generation",    "token",    "tokens", "second", "s",        "time",      "speed",
    "rate",   "performance",   "achieved", "per",    "model",  "inference"};

constexpr std::array<std::string_view, 8> best_words{"best",    "top",      "highest", "fastest",
                                                     "optimal", "quickest", "maximum", "lowest"};

struct brackets_taken {
  std::string rest;
  std::string unit;
  bool narrowed = false;  ///< a bracket says something that is not understood
  row_scope scope = row_scope::any;
};

brackets_taken take_brackets(std::string_view phrase) {
  brackets_taken out;
  std::size_t at = 0;
  while (at < phrase.size()) {
    const std::size_t open = phrase.find('(', at);
    const std::size_t close = open == std::string_view::npos ? open : phrase.find(')', open);
    if (close == std::string_view::npos) break;
    out.rest += phrase.substr(at, open - at);
    const std::string_view inside = bare(phrase.substr(open + 1, close - open - 1));
    const std::string words = " " + [inside] {
      std::string joined;
      for (const std::string& w : words_in(inside)) joined += w + " ";
      return joined;
    }();
    const bool metric = std::ranges::any_of(named_metrics, [&words](const named_metric& m) {
      return words == " " + std::string(m.words) + " ";
    });
    if (evidence::unit_of(inside)) {
      out.unit = inside;
    } else if (scope_told(inside) != row_scope::any) {
      out.scope = scope_told(inside);
    } else if (!metric && !inside.empty()) {
      out.narrowed = true;
    }
    at = close + 1;
  }
  out.rest += phrase.substr(std::min(at, phrase.size()));
  return out;
}

bool one_of(std::string_view word, const auto& list) {
  return std::ranges::find(list, word) != list.end();
}

// Takes the best known metric out of the words; "" if none is there.
std::string take_metric(std::vector<std::string>& words) {
  for (const named_metric& m : named_metrics) {
    const std::vector<std::string> wanted = words_in(m.words);
    const auto at = std::ranges::search(words, wanted);
    if (at.empty()) continue;
    words.erase(at.begin(), at.end());
    return std::string(m.metric);
  }
  return {};
}

bool is_statistic_word(std::string_view word) {
  return evidence::split_key(std::string(word) + "_x").statistic != stored_statistic::none;
}

}  // namespace

row_scope scope_told(std::string_view text) {
  const std::string low = lower_case(text);
  if (low.find("excluding cold") != std::string::npos || low.find("warm") != std::string::npos)
    return row_scope::warm;
  if (low.find("cold") != std::string::npos) return row_scope::cold;
  return row_scope::any;
}

std::string canonical_metric(std::string_view metric) {
  if (metric == "latency" || metric == "execution_time" || metric == "time") return "time";
  if (metric == "load_time" || metric == "load_duration") return "load";
  return std::string(metric);
}

std::string canonical_parameter(std::string_view header) {
  const std::string label = as_label(bare(header));
  for (const named_parameter& p : named_parameters)
    if (label == p.label) return std::string(p.name);
  return evidence::names_parameter(label) ? label : std::string{};
}

std::optional<measure_phrase> read_measure(std::string_view phrase) {
  const brackets_taken taken = take_brackets(bare(phrase));
  if (taken.narrowed || taken.rest.empty()) return std::nullopt;
  const evidence::key_parts parts = evidence::split_key(taken.rest);
  if (parts.delta) return std::nullopt;
  measure_phrase made;
  made.statistic = parts.statistic;
  made.scope = taken.scope == row_scope::any ? scope_told(taken.rest) : taken.scope;
  made.unit = !taken.unit.empty() ? taken.unit : (parts.unit ? parts.unit->symbol : std::string{});
  std::vector<std::string> words = parts.words;
  std::erase_if(words, [&made](const std::string& word) {
    if (!one_of(word, best_words)) return false;
    made.best = true;
    return true;
  });
  made.metric = take_metric(words);
  std::erase_if(words, [&made](const std::string& word) {
    if (!is_statistic_word(word)) return false;
    if (made.statistic == stored_statistic::none)
      made.statistic = evidence::split_key(word + "_x").statistic;
    return true;
  });
  if (made.metric.empty()) {
    // The name itself, as a column may have it; or nothing but a statistic.
    if (words.empty() && made.statistic == stored_statistic::none) return std::nullopt;
    if (!words.empty()) made.metric = canonical_metric(evidence::metric_of(parts));
    return made;
  }
  made.configured = has_word(words, "config") || has_word(words, "configuration");
  const bool narrowed =
      std::ranges::any_of(words, [](const std::string& word) { return !one_of(word, harmless); });
  if (narrowed) return std::nullopt;
  return made;
}

}  // namespace chimera::claims::auditing
