// The metrics of a report as its reader sees them.
#include <catch2/catch.hpp>

#include "agents/report/compose.hpp"
#include "agents/report/render.hpp"

namespace chimera::report {
namespace {

call_metrics call(const std::string& step, std::uint64_t tokens, std::int64_t eval_ms) {
  constexpr std::int64_t ms = 1'000'000;
  call_metrics c;
  c.step = step;
  c.persona = "Agent";
  c.prompt_tokens = 100;
  c.output_tokens = tokens;
  c.ttft_ns = 50 * ms;
  c.total_ns = (eval_ms + 60) * ms;
  c.eval_ns = eval_ms * ms;
  c.finish_reason = "stop";
  c.model = "gemma3:latest";
  c.model_digest = "a2af6cc3eb7f";
  c.server = "ollama 0.33.0";
  c.options_asked = {{"num_ctx", "1024"}, {"seed", "7"}};
  c.options_in_effect = {{"num_ctx", "2048"}};
  return c;
}

// The section, and what is wrong in it.
std::string metrics_of(std::vector<call_metrics> calls) {
  const evidence::dataset data;
  outline plan;
  run_info info;
  info.date = "2026-01-01";
  info.calls = std::move(calls);
  composer composed(data, plan, info, {});
  const rendered made = render_markdown(composed.source({}, {}), plan.names);
  for (const proto::claim& c : made.claims) {
    CAPTURE(c.text, c.line);
    CHECK(c.judgement != proto::verdict::unsupported);
  }
  const std::size_t start = made.markdown.find("## Metrics");
  return made.markdown.substr(start, made.markdown.find("\n## ", start + 1) - start);
}

TEST_CASE("each call has its numbers, its done reason and what its backend reports") {
  const std::string text = metrics_of({call("analyse", 200, 2000)});
  CAPTURE(text);
  CHECK(text.contains("| `analyse` | Agent | stop | 100 | 200 | 100 tok/s | 50.00 ms |"));
  CHECK(text.contains("| `gemma3:latest` | `a2af6cc3eb7f` | ollama 0.33.0 | 1 |"));
}

TEST_CASE("an aggregate says how it was made, and of how many calls") {
  // 200 tokens in 2 s and 50 in 1 s: 250 in 3 s, but 100/s and 50/s on average.
  const std::string text =
      metrics_of({call("a", 200, 2000), call("a/repair-1", 50, 1000), call("b", 0, 0)});
  CAPTURE(text);
  CHECK(text.contains("| Calls | 3 | count | 3 |"));
  CHECK(text.contains("| Repairs among them | 1 | count | 3 |"));
  CHECK(text.contains("| Throughput | 83.33 tok/s | ratio of sums: tokens over eval time | 2 |"));
  CHECK(text.contains("| Throughput of a call | 75 tok/s | mean over calls | 2 |"));
  CHECK(text.contains("| Output tokens | 250 | sum | 2 |"));
  CHECK(text.contains("| TTFT | 50.00 ms | mean over calls | 3 |"));
}

TEST_CASE("what a backend does not report is named so, never zero") {
  call_metrics silent;
  silent.step = "a";
  silent.persona = "Agent";
  const std::string text = metrics_of({silent});
  CAPTURE(text);
  CHECK(text.contains("| `a` | Agent | not reported | not reported | not reported |"));
  CHECK(text.contains("| Load | not reported | sum | 0 |"));
  CHECK(text.contains("| not reported | not reported | not reported | 1 |"));
  CHECK_FALSE(text.contains("tok/s"));
}

TEST_CASE("options asked for stand beside those in effect") {
  call_metrics other = call("b", 1, 1);
  other.options_in_effect = {{"num_ctx", "4096"}};
  const std::string text = metrics_of({call("a", 1, 1), other});
  CAPTURE(text);
  CHECK(text.contains("| Agent | `num_ctx` | `1024` | `2048` and `4096` |"));
  CHECK(text.contains("| Agent | `seed` | `7` | not reported |"));
}

}  // namespace
}  // namespace chimera::report
