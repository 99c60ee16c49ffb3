// The metrics of the report: every call of the backend, what they come to, which models answered,
// and the options asked for beside those in effect. What a backend does not report is named so,
// never shown as zero.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "agents/report/compose.hpp"

namespace chimera::report {
namespace {

constexpr const char* unknown = "not reported";

bool is_repair(const call_metrics& c) { return c.step.contains("/repair-"); }

// Tokens generated in a second of generating; 0 = not reported.
double throughput_of(const call_metrics& c) {
  const double seconds = static_cast<double>(c.eval_ns) / 1e9;
  return seconds > 0 ? static_cast<double>(c.output_tokens) / seconds : 0;
}

// Of the calls that report it: their sum and how many they are.
struct total {
  std::int64_t sum = 0;
  std::uint64_t calls = 0;

  void add(std::int64_t value) {
    if (value <= 0) return;
    sum += value;
    ++calls;
  }
  [[nodiscard]] std::int64_t mean() const {
    return calls == 0 ? 0 : sum / static_cast<std::int64_t>(calls);
  }
};

struct totals {
  total prompt_tokens, output_tokens, ttft, whole, prompt_eval, eval, load;
  double rates = 0;  ///< sum of the throughput of each call
  std::uint64_t rated = 0;
  std::uint64_t rated_tokens = 0;
  std::int64_t rated_ns = 0;
};

totals sum_up(const std::vector<call_metrics>& calls) {
  totals all;
  for (const call_metrics& c : calls) {
    all.prompt_tokens.add(static_cast<std::int64_t>(c.prompt_tokens));
    all.output_tokens.add(static_cast<std::int64_t>(c.output_tokens));
    all.ttft.add(c.ttft_ns);
    all.whole.add(c.total_ns);
    all.prompt_eval.add(c.prompt_eval_ns);
    all.eval.add(c.eval_ns);
    all.load.add(c.load_ns);
    const double rate = throughput_of(c);
    if (rate <= 0) continue;
    all.rates += rate;
    ++all.rated;
    all.rated_tokens += c.output_tokens;
    all.rated_ns += c.eval_ns;
  }
  return all;
}

}  // namespace

std::string composer::amount_of(const std::string& path, std::uint64_t amount,
                                std::string_view phrase) {
  return amount == 0 ? unknown : number(path, static_cast<double>(amount), "", "count", phrase);
}

std::string composer::duration_of(const std::string& path, std::int64_t ns,
                                  std::string_view phrase) {
  return ns <= 0 ? unknown : duration(path, ns, phrase);
}

std::string composer::rate_of(const std::string& path, double tokens_per_second,
                              std::string_view phrase) {
  return tokens_per_second <= 0 ? unknown
                                : number(path, tokens_per_second, "tok/s", "rate", phrase);
}

// What the run says of itself; nothing is not reported.
std::string composer::said(std::string_view text, bool code) {
  return text.empty() ? unknown : name(text, "run", code);
}

void composer::metrics(std::string& out) {
  out += "## Metrics\n\n";
  if (run_.calls.empty()) {
    out += "No backend was called.\n\n";
    return;
  }
  call_table();
  sum_table();
  model_table();
  option_table();
  out +=
      "Throughput is tokens generated over eval time. TTFT is the time from the call to its first "
      "token; waiting for a slot is not part of it. A call that asks a model to correct its text "
      "is "
      "a repair and counts like any other. The narrator counts words as tokens.\n\n"
      "{{table:calls-sum}}\n\n{{table:calls}}\n\n{{table:models}}\n\n{{table:options}}\n\n";
}

void composer::call_table() {
  table_block table;
  table.caption = "Calls of the backend";
  table.header = {"Step", "Persona", "Done",        "Tokens in", "Tokens out", "Throughput",
                  "TTFT", "Total",   "Prompt eval", "Eval",      "Load"};
  table.align = {"l", "l", "l", "r", "r", "r", "r", "r", "r", "r", "r"};
  std::size_t index = 0;
  for (const call_metrics& c : run_.calls) {
    const std::string path = fmt::format("/calls/{}", index++);
    table.rows.push_back(
        {name(c.step, "run"), name(c.persona, "run", false), said(c.finish_reason, false),
         amount_of(path + "/prompt_tokens", c.prompt_tokens, "tokens of the prompt"),
         amount_of(path + "/tokens", c.output_tokens, "tokens generated"),
         rate_of(path + "/throughput", throughput_of(c), "tokens over eval time"),
         duration_of(path + "/ttft", c.ttft_ns, "time to first token"),
         duration_of(path + "/total", c.total_ns, "total time"),
         duration_of(path + "/prompt_eval", c.prompt_eval_ns, "prompt evaluation"),
         duration_of(path + "/eval", c.eval_ns, "generation"),
         duration_of(path + "/load", c.load_ns, "load")});
  }
  plan_.names.tables.insert_or_assign("calls", std::move(table));
}

void composer::sum_table() {
  const totals all = sum_up(run_.calls);
  table_block table;
  table.caption = "All calls together";
  table.header = {"Measure", "Value", "Aggregated as", "Calls that report it"};
  table.align = {"l", "r", "l", "r"};
  const auto add = [&](const char* measure, const char* key, std::string value, const char* how,
                       std::uint64_t calls) {
    table.rows.push_back(
        {measure, std::move(value), how,
         number(fmt::format("/aggregate/reported/{}", key), static_cast<double>(calls), "", "count",
                fmt::format("calls that report {}", measure))});
  };
  const auto repairs = static_cast<std::uint64_t>(std::ranges::count_if(run_.calls, is_repair));
  const std::uint64_t calls = run_.calls.size();
  const auto count = [&](const char* path, std::uint64_t value, const char* phrase) {
    return number(path, static_cast<double>(value), "", "count", phrase);
  };
  add("Calls", "calls", count("/aggregate/calls", calls, "calls of the backend"), "count", calls);
  add("Repairs among them", "repairs", count("/aggregate/repairs", repairs, "calls for a repair"),
      "count", calls);
  add("Prompt tokens", "prompt_tokens",
      amount_of("/aggregate/prompt_tokens", static_cast<std::uint64_t>(all.prompt_tokens.sum),
                "tokens of all prompts"),
      "sum", all.prompt_tokens.calls);
  add("Output tokens", "tokens",
      amount_of("/aggregate/tokens", static_cast<std::uint64_t>(all.output_tokens.sum),
                "tokens generated"),
      "sum", all.output_tokens.calls);
  const double pooled = all.rated_ns == 0 ? 0
                                          : static_cast<double>(all.rated_tokens) /
                                                (static_cast<double>(all.rated_ns) / 1e9);
  add("Throughput", "throughput",
      rate_of("/aggregate/throughput", pooled, "tokens of all calls over their eval time"),
      "ratio of sums: tokens over eval time", all.rated);
  const double mean = all.rated == 0 ? 0 : all.rates / static_cast<double>(all.rated);
  add("Throughput of a call", "throughput_mean",
      rate_of("/aggregate/throughput_mean", mean, "mean throughput of a call"), "mean over calls",
      all.rated);
  const auto times = [&](const char* measure, const char* key, std::int64_t ns, const char* how,
                         std::uint64_t reporting) {
    add(measure, key, duration_of(fmt::format("/aggregate/{}", key), ns, measure), how, reporting);
  };
  times("TTFT", "ttft", all.ttft.mean(), "mean over calls", all.ttft.calls);
  times("Total", "total", all.whole.sum, "sum; calls may run at the same time", all.whole.calls);
  times("Prompt eval", "prompt_eval", all.prompt_eval.sum, "sum", all.prompt_eval.calls);
  times("Eval", "eval", all.eval.sum, "sum", all.eval.calls);
  times("Load", "load", all.load.sum, "sum", all.load.calls);
  plan_.names.tables.insert_or_assign("calls-sum", std::move(table));
}

// Who answered: one row for each model, digest and server that calls tell of.
void composer::model_table() {
  using answered = std::tuple<std::string, std::string, std::string>;
  std::map<answered, std::uint64_t> calls;
  for (const call_metrics& c : run_.calls) ++calls[{c.model, c.model_digest, c.server}];
  table_block table;
  table.caption = "Models that answered";
  table.header = {"Model", "Digest", "Server", "Calls"};
  table.align = {"l", "l", "l", "r"};
  std::size_t index = 0;
  for (const auto& [who, count] : calls) {
    const auto& [model, digest, server] = who;
    table.rows.push_back(
        {said(model), said(digest), said(server, false),
         number(fmt::format("/models/{}/calls", index++), static_cast<double>(count), "", "count",
                "calls that this model answered")});
  }
  plan_.names.tables.insert_or_assign("models", std::move(table));
}

// By persona, for each option that it asked for or that an answer shows: all values there were.
void composer::option_table() {
  using values = std::set<std::string>;
  struct option {
    values asked;
    values effect;
  };
  std::vector<std::pair<std::string, std::map<std::string, option>>> personas;
  for (const call_metrics& c : run_.calls) {
    auto at = std::ranges::find(personas, c.persona, [](const auto& p) { return p.first; });
    if (at == personas.end()) at = personas.insert(personas.end(), {c.persona, {}});
    for (const auto& [key, value] : c.options_asked) at->second[key].asked.insert(value);
    for (const auto& [key, value] : c.options_in_effect) at->second[key].effect.insert(value);
  }
  const auto listed = [&](const values& all, const char* none) {
    std::string text;
    for (const std::string& value : all) text += (text.empty() ? "" : " and ") + said(value);
    return text.empty() ? std::string(none) : text;
  };
  table_block table;
  table.caption = "Options";
  table.header = {"Persona", "Option", "Asked for", "In effect"};
  table.align = {"l", "l", "l", "l"};
  for (const auto& [who, options] : personas) {
    if (options.empty()) table.rows.push_back({name(who, "run", false), "all", "default", unknown});
    for (const auto& [key, o] : options)
      table.rows.push_back({name(who, "run", false), name(key, "run"), listed(o.asked, "default"),
                            listed(o.effect, unknown)});
  }
  plan_.names.tables.insert_or_assign("options", std::move(table));
}

}  // namespace chimera::report
