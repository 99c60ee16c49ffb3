// The embedded engine on a model of random weights: prefill of eight agents that share evidence,
// with and without sharing, and decoding of eight sequences beside llama.cpp's own loop, taken in
// turns. One thread. Prints n, median, least and greatest.
// usage: llama_bench [RUNS]     LLAMA_BENCH_WIDTH, LLAMA_BENCH_LAYERS change the model
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "daemon/inference/llama/engine/engine.hpp"
#include "daemon/inference/llama/engine/library_log.hpp"
#include "daemon/inference/llama/engine_host.hpp"
#include "plain_loop.hpp"

namespace {

using namespace chimera;
using namespace chimera::embedded;
using steady = std::chrono::steady_clock;

constexpr std::size_t agents = 8;
constexpr std::size_t evidence_tokens = 1024;
constexpr std::size_t own_tokens = 48;  ///< and 16 of the template
constexpr std::size_t written_tokens = 192;
constexpr std::uint32_t context = 12'288;

double seconds_since(steady::time_point begin) {
  return std::chrono::duration<double>(steady::now() - begin).count();
}

void print(const std::string& what, std::vector<double> values, const char* unit) {
  std::ranges::sort(values);
  fmt::print("{:<44} n={} median {:.2f} {} ({:.2f}..{:.2f})\n", what, values.size(),
             values[values.size() / 2], unit, values.front(), values.back());
  std::fflush(stdout);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// The model reads each letter as a token. `run` makes it new evidence each time.
std::string prompt_of(std::size_t run, std::size_t agent, std::size_t shared, std::size_t own) {
  std::string text = fmt::format("run {} ", run);
  while (text.size() < shared) text += fmt::format("row {} took {} s. ", text.size(), run * 7);
  text.resize(shared);
  std::string mine = fmt::format("agent {} asks: ", agent);
  while (mine.size() < own) mine += fmt::format("what of {}? ", mine.size() * (agent + 1));
  mine.resize(own);
  return text + mine;
}

std::unique_ptr<engine> engine_of(const model& m, bool share) {
  auto made = engine::make(m, {context, agents, 1, share});
  if (!made) {
    fmt::print(stderr, "{}\n", proto::to_text(made.error()));
    std::exit(1);
  }
  return *std::move(made);
}

struct taken {
  double seconds = 0;
  double cpu_seconds = 0;  ///< says the same on a machine that does other work too
};

// Until all agents have read their prompts and said one token.
taken prefill(engine& e, std::size_t run) {
  std::vector<event> out;
  const auto begin = steady::now();
  const std::clock_t cpu = std::clock();
  for (std::size_t a = 0; a < agents; ++a)
    e.apply(generate{run * agents + a + 1,
                     "",
                     prompt_of(run, a, evidence_tokens, own_tokens),
                     {{"temperature", "0"}, {"num_predict", "1"}},
                     ""},
            out);
  while (e.step(out)) {
  }
  return {seconds_since(begin), static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

// Tokens a second of all together, from the moment on that all write.
double decode(engine& e, std::size_t run) {
  std::vector<event> out;
  for (std::size_t a = 0; a < agents; ++a)
    e.apply(generate{1'000'000 + run * agents + a,
                     "",
                     prompt_of(run, a, 16, own_tokens),
                     {{"temperature", "0"}, {"num_predict", fmt::format("{}", written_tokens)}},
                     ""},
            out);
  while (out.size() < agents && e.step(out)) {
  }
  const std::size_t before = out.size();
  const auto begin = steady::now();
  while (e.step(out)) {
  }
  const double took = seconds_since(begin);
  const auto pieces =
      std::ranges::count_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                            [](const event& what) { return std::holds_alternative<piece>(what); });
  return static_cast<double>(pieces) / took;
}

// The same through the engine's process, its protocol and the backend.
double decode_through_process(test::engine_host& host, std::size_t run) {
  std::size_t talking = 0;
  std::size_t before = 0;
  steady::time_point begin;
  std::vector<std::shared_ptr<test::engine_call>> calls;
  host.when_heard([&](test::engine_call& call) {
    if (std::exchange(call.ended, true)) return;
    if (++talking == agents) begin = steady::now();
    ++before;
  });
  for (std::size_t a = 0; a < agents; ++a) {
    generation_request r;
    r.prompt = prompt_of(run, a, 16, own_tokens);
    r.options = {{"temperature", "0"}, {"num_predict", fmt::format("{}", written_tokens)}};
    calls.push_back(host.start(std::move(r)));
  }
  if (!host.finish()) std::exit(1);
  const double took = seconds_since(begin);
  return static_cast<double>(agents * written_tokens - before) / took;
}

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5;
  test::model_shape shape;
  shape.width = from_environment("LLAMA_BENCH_WIDTH", 384);
  shape.layers = from_environment("LLAMA_BENCH_LAYERS", 6);
  shape.hidden = shape.width * 8 / 3;
  shape.heads = 6;
  shape.ends = false;
  const test::scratch_folder folder;
  test::write_model(folder / "random.gguf", shape);
  const auto loaded = load_library(default_library(), library_log);
  if (!loaded) {
    fmt::print(stderr, "{}\n", proto::to_text(loaded.error()));
    return 1;
  }
  const auto m = model::load(*loaded, folder / "random.gguf", gpu_use::off);
  fmt::print("model: {:.1f} MB of F32 weights\n",
             static_cast<double>(loaded->llama_model_size(m->handle())) / 1e6);
  {
    const auto shared = engine_of(*m, true);
    const auto alone = engine_of(*m, false);
    std::vector<double> with;
    std::vector<double> without;
    std::vector<double> times;
    std::vector<double> cpu_times;
    for (std::size_t run = 0; run < runs; ++run) {
      const taken a = prefill(*shared, run);
      const taken b = prefill(*alone, run);
      with.push_back(a.seconds);
      without.push_back(b.seconds);
      times.push_back(b.seconds / a.seconds);
      cpu_times.push_back(b.cpu_seconds / a.cpu_seconds);
    }
    print("prefill, 8 agents, evidence shared", with, "s");
    print("prefill, 8 agents, each for itself", without, "s");
    print("times faster", times, "times");
    print("times less CPU", cpu_times, "times");
  }
  const auto ours = engine_of(*m, true);
  test::engine_host host(
      [](config::backend_settings& how) {
        how.llama.context = context;
        how.llama.gpu = "off";
      },
      shape);
  std::vector<std::string> prompts;
  std::vector<double> plain;
  std::vector<double> engine_rate;
  std::vector<double> process_rate;
  for (std::size_t run = 0; run < runs; ++run) {
    prompts.clear();
    for (std::size_t a = 0; a < agents; ++a) prompts.push_back(prompt_of(run, a, 16, own_tokens));
    plain.push_back(bench::plain_decode(*m, prompts, written_tokens, context));
    engine_rate.push_back(decode(*ours, run));
    process_rate.push_back(decode_through_process(host, run));
  }
  print("decode, 8 sequences, llama.cpp's own loop", plain, "tokens/s");
  print("decode, 8 sequences, engine", engine_rate, "tokens/s");
  print("decode, 8 sequences, through its process", process_rate, "tokens/s");
  fmt::print("engine / own loop {:.3f}, through its process / own loop {:.3f}\n",
             median(engine_rate) / median(plain), median(process_rate) / median(plain));
  return 0;
}
