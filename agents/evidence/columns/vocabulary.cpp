#include "agents/evidence/columns/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chimera::evidence {
namespace {

using dim = evidence::dimension;
using pol = evidence::polarity;

// Whole names first, then last words; the first match counts.
constexpr std::array quantities{
    known_quantity{"ttft", true, dim::time, pol::lower, "", "TTFT"},
    known_quantity{"throughput", true, dim::rate, pol::higher, "", "throughput"},
    known_quantity{"load", true, dim::time, pol::lower, "", "load time"},
    known_quantity{"prompt_eval", true, dim::time, pol::lower, "", "prompt eval time"},
    known_quantity{"eval", true, dim::time, pol::lower, "", "eval time"},
    known_quantity{"eval_count", true, dim::count, pol::none, "tokens", "generated tokens"},
    known_quantity{"tokens_generated", true, dim::count, pol::none, "tokens", "generated tokens"},
    known_quantity{"prompt_eval_count", true, dim::count, pol::none, "tokens", "prompt tokens"},
    known_quantity{"response_chars", true, dim::count, pol::none, "chars", "response characters"},
    known_quantity{"total_time", true, dim::time, pol::lower, "", "total time"},
    known_quantity{"total_duration", true, dim::time, pol::lower, "", "total time"},
    known_quantity{"execution_time", true, dim::time, pol::lower, "", "execution time"},
    known_quantity{"tpot", true, dim::time, pol::lower, "", "time per output token"},
    known_quantity{"itl", true, dim::time, pol::lower, "", "inter-token latency"},
    known_quantity{"rtt", true, dim::time, pol::lower, "", "round-trip time"},
    known_quantity{"time", true, dim::time, pol::lower, "", "time"},
    known_quantity{"cv", true, dim::ratio, pol::none, "", "coefficient of variation"},
    known_quantity{"coefficient_of_variation", true, dim::ratio, pol::none, "", ""},
    known_quantity{"clock_graphics", true, dim::frequency, pol::none, "MHz", "graphics clock"},
    known_quantity{"clock_memory", true, dim::frequency, pol::none, "MHz", "memory clock"},
    known_quantity{"clock_sm", true, dim::frequency, pol::none, "MHz", "SM clock"},
    known_quantity{"utilization", false, dim::ratio, pol::none, "%", ""},
    known_quantity{"utilization_gpu", false, dim::ratio, pol::none, "%", ""},
    known_quantity{"utilization_memory", false, dim::ratio, pol::none, "%", ""},
    known_quantity{"fan_speed", false, dim::ratio, pol::none, "%", ""},
    known_quantity{"ttft", false, dim::time, pol::lower, "", ""},
    known_quantity{"latency", false, dim::time, pol::lower, "", ""},
    known_quantity{"latencies", false, dim::time, pol::lower, "", ""},
    known_quantity{"duration", false, dim::time, pol::lower, "", ""},
    known_quantity{"elapsed", false, dim::time, pol::lower, "", ""},
    known_quantity{"runtime", false, dim::time, pol::lower, "", ""},
    known_quantity{"time", false, dim::time, pol::lower, "", ""},
    known_quantity{"throughput", false, dim::rate, pol::higher, "", ""},
    known_quantity{"bandwidth", false, dim::rate, pol::higher, "", ""},
    known_quantity{"success_rate", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"pass_rate", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"hit_rate", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"acceptance_rate", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"error_rate", false, dim::ratio, pol::lower, "", ""},
    known_quantity{"failure_rate", false, dim::ratio, pol::lower, "", ""},
    known_quantity{"accuracy", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"efficiency", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"speedup", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"f1", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"precision", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"recall", false, dim::ratio, pol::higher, "", ""},
    known_quantity{"score", false, dim::none, pol::higher, "", ""},
    known_quantity{"loss", false, dim::none, pol::lower, "", ""},
    known_quantity{"perplexity", false, dim::none, pol::lower, "", ""},
    known_quantity{"error", false, dim::none, pol::lower, "", ""},
    known_quantity{"power", false, dim::power, pol::lower, "", ""},
    known_quantity{"power_draw", false, dim::power, pol::lower, "W", ""},
    known_quantity{"energy", false, dim::energy, pol::lower, "", ""},
    known_quantity{"temperature", false, dim::temperature, pol::lower,
                   "\xC2\xB0"
                   "C",
                   ""},
    known_quantity{"temp", false, dim::temperature, pol::lower, "", ""},
    known_quantity{"memory", false, dim::bytes, pol::lower, "", ""},
    known_quantity{"memory_used", false, dim::bytes, pol::lower, "", ""},
    known_quantity{"vram", false, dim::bytes, pol::lower, "", ""},
    known_quantity{"size", false, dim::none, pol::lower, "", ""},
    known_quantity{"cost", false, dim::money, pol::lower, "", ""},
    known_quantity{"tokens", false, dim::count, pol::none, "tokens", ""},
    known_quantity{"total_tokens_generated", false, dim::count, pol::none, "tokens", ""},
    known_quantity{"chars", false, dim::count, pol::none, "chars", ""},
    known_quantity{"count", false, dim::count, pol::none, "", ""},
    known_quantity{"counts", false, dim::count, pol::none, "", ""},
    known_quantity{"requests", false, dim::count, pol::none, "", ""},
    known_quantity{"inferences", false, dim::count, pol::none, "", ""},
    known_quantity{"tests", false, dim::count, pol::none, "", ""},
    known_quantity{"completed", false, dim::count, pol::none, "", ""},
    known_quantity{"detected", false, dim::count, pol::none, "", ""},
    known_quantity{"failures", false, dim::count, pol::none, "", ""},
    known_quantity{"errors", false, dim::count, pol::none, "", ""},
    known_quantity{"retries", false, dim::count, pol::none, "", ""},
    known_quantity{"analyzed", false, dim::count, pol::none, "", ""},
    known_quantity{"taken", false, dim::count, pol::none, "", ""},
};

constexpr std::array<std::string_view, 47> parameter_names{"num_gpu",
                                                           "num_ctx",
                                                           "num_thread",
                                                           "num_threads",
                                                           "num_predict",
                                                           "num_batch",
                                                           "temperature",
                                                           "top_p",
                                                           "top_k",
                                                           "min_p",
                                                           "repeat_penalty",
                                                           "batch_size",
                                                           "batch",
                                                           "threads",
                                                           "warmup_runs",
                                                           "warmup",
                                                           "warmups",
                                                           "runs",
                                                           "samples_per_run",
                                                           "iterations",
                                                           "seq_len",
                                                           "embed_dim",
                                                           "hidden_dim",
                                                           "input_dim",
                                                           "num_heads",
                                                           "num_layers",
                                                           "n_gpu_layers",
                                                           "n_ctx",
                                                           "n_batch",
                                                           "context_length",
                                                           "concurrency",
                                                           "workers",
                                                           "max_tokens",
                                                           "samples",
                                                           "n_threads",
                                                           "gpu",
                                                           "ctx",
                                                           "gpu_layers",
                                                           "block_size",
                                                           "power_limit",
                                                           "prompt_count",
                                                           "opset",
                                                           "workspace_size",
                                                           "num_runs",
                                                           "n_runs",
                                                           "repetitions",
                                                           "n"};

constexpr std::array<std::string_view, 12> sample_count_names{
    "runs",        "samples",   "samples_per_run", "n",           "count",     "num_runs", "n_runs",
    "num_samples", "n_samples", "sample_count",    "repetitions", "iterations"};

constexpr std::array<std::string_view, 16> settings_segments{
    "config",      "configuration",   "options",
    "settings",    "params",          "parameters",
    "environment", "chimera_config",  "optimization_config",
    "system_info", "hyperparameters", "env",
    "args",        "arguments",       "spec",
    "hardware"};

constexpr std::array<std::string_view, 28> note_words{"prompt",
                                                      "text",
                                                      "report",
                                                      "response",
                                                      "output",
                                                      "content",
                                                      "summary",
                                                      "message",
                                                      "description",
                                                      "citations",
                                                      "path",
                                                      "dir",
                                                      "directory",
                                                      "file",
                                                      "url",
                                                      "answer",
                                                      "completion",
                                                      "notes",
                                                      "note",
                                                      "comment",
                                                      "preview",
                                                      "findings",
                                                      "recommendations",
                                                      "traceback",
                                                      "suggestion",
                                                      "stdout",
                                                      "stderr",
                                                      "reply"};

constexpr std::array<std::string_view, 10> output_words{
    "text",  "response",   "output",     "content", "answer",
    "reply", "completion", "generation", "banter",  "result"};

constexpr std::array<std::string_view, 24> label_words{
    "model",     "tag",          "name",     "backend",   "scenario", "device",
    "dtype",     "tone",         "context",  "language",  "label",    "kind",
    "type",      "runtime",      "platform", "variant",   "mode",     "engine",
    "framework", "quantization", "strategy", "precision", "hostname", "version"};

bool one_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

bool ends_with_words(std::string_view name, std::string_view tail) {
  return name == tail || (name.size() > tail.size() && name.ends_with(tail) &&
                          name[name.size() - tail.size() - 1] == '_');
}

}  // namespace

const known_quantity* known(std::string_view metric) {
  for (const known_quantity& q : quantities) {
    if (q.whole ? metric == q.name : ends_with_words(metric, q.name)) return &q;
  }
  return nullptr;
}

outcome_kind outcome_of(const key_parts& parts) {
  if (parts.statistic != stored_statistic::none || parts.unit || parts.words.empty()) {
    return outcome_kind::none;
  }
  const std::string_view last = parts.last();
  if (parts.has("rate") || parts.has("loss")) return outcome_kind::none;
  if (last == "error" || last == "errors" || last == "exception" || last == "traceback") {
    return outcome_kind::error_text;
  }
  const bool message = last == "message" || last == "msg" || last == "text" || last == "detail";
  if (message && (parts.has("error") || parts.has("failure"))) return outcome_kind::error_text;
  if (last == "success" || last == "ok" || last == "passed" || last == "succeeded" ||
      parts.joined() == "is_ok" || parts.joined() == "is_successful") {
    return outcome_kind::success;
  }
  if (last == "failed" || parts.joined() == "is_error" || parts.joined() == "timed_out") {
    return outcome_kind::failure;
  }
  if (last == "status" || last == "outcome") return outcome_kind::state;
  return outcome_kind::none;
}

bool names_parameter(std::string_view metric) { return one_of(metric, parameter_names); }

bool names_identifier(const key_parts& parts) {
  if (parts.unit) return false;
  const std::string_view last = parts.last();
  return last == "id" || last == "pid" || last == "index" || last == "idx" || last == "uuid" ||
         last == "guid" || last == "hash" || last == "sha256" || last == "seed" || last == "sha" ||
         last == "rank" || parts.joined() == "run_number" || parts.joined() == "run" ||
         parts.joined() == "trial" || parts.joined() == "iteration" ||
         parts.joined() == "attempt" || parts.joined() == "row" || parts.joined() == "step" ||
         parts.joined() == "stream" || parts.joined() == "cc";
}

bool names_moment(const key_parts& parts) {
  const std::string_view last = parts.last();
  if (last == "timestamp" || last == "datetime" || last == "date" || last == "mtime" ||
      last == "ctime" || last == "when") {
    return true;
  }
  if (parts.words.size() < 2) return last == "time";
  const std::string_view first = parts.first();
  if (last == "at") return true;
  return last == "time" && (first == "start" || first == "end" || first == "create" ||
                            first == "created" || first == "modified" || first == "finish" ||
                            first == "stop" || first == "begin" || first == "started");
}

bool names_note(const key_parts& parts) { return one_of(parts.last(), note_words); }
bool names_output(const key_parts& parts) { return one_of(parts.last(), output_words); }
bool names_label(const key_parts& parts) { return one_of(parts.last(), label_words); }
bool names_sample_count(std::string_view metric) { return one_of(metric, sample_count_names); }

bool names_produced_tokens(const key_parts& parts) {
  if (parts.unit || parts.has("prompt") || parts.has("input") || parts.has("max") ||
      parts.has("context")) {
    return false;
  }
  const std::string name = parts.joined();
  return name == "eval_count" || parts.has("tokens") || parts.has("token");
}

bool is_settings_segment(std::string_view segment) { return one_of(segment, settings_segments); }

std::string label_for(std::string_view metric) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> acronyms{
      {{"ttft", "TTFT"},
       {"gpu", "GPU"},
       {"cpu", "CPU"},
       {"vram", "VRAM"},
       {"ram", "RAM"},
       {"id", "ID"},
       {"url", "URL"},
       {"cv", "CV"},
       {"tpot", "TPOT"},
       {"itl", "ITL"}}};
  std::string out;
  while (!metric.empty()) {
    const std::size_t end = std::min(metric.find('_'), metric.size());
    const std::string_view word = metric.substr(0, end);
    const auto* found =
        std::ranges::find(acronyms, word, &std::pair<std::string_view, std::string_view>::first);
    if (!out.empty()) out += ' ';
    out += found == acronyms.end() ? word : found->second;
    metric.remove_prefix(std::min(end + 1, metric.size()));
  }
  return out;
}

}  // namespace chimera::evidence
