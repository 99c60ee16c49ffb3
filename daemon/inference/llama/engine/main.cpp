// chimera-llama: llama.cpp in a process of its own, so that an abort in it kills no job. Started by
// the program; speaks one JSON object a line (protocol/message.hpp) on stdin and stdout, and ends
// with its parent or when stdin does.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <CLI/CLI.hpp>

#include "daemon/inference/llama/engine/engine.hpp"
#include "daemon/inference/llama/engine/library_log.hpp"
#include "daemon/inference/llama/engine/mailbox.hpp"

namespace {

using namespace chimera::embedded;

struct arguments {
  std::filesystem::path library;
  std::filesystem::path file;
  gpu_use gpu = gpu_use::automatic;
  engine_settings engine;
};

int say(const std::vector<event>& events) {
  std::string lines;
  for (const event& e : events) lines += to_line(e);
  const bool said = std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size() &&
                    std::fflush(stdout) == 0;
  return said ? 0 : 1;
}

int refuse(chimera::proto::problem why) {
  (void)say({refused{std::move(why)}});  // best effort: it ends anyway
  return 3;
}

int serve(engine& runs, mailbox& commands) {
  std::int64_t told = 0;
  std::vector<event> out{runs.describe()};
  for (;;) {
    if (say(out) != 0) return 1;
    out.clear();
    for (const command& c : runs.idle() ? commands.wait() : commands.take()) runs.apply(c, out);
    (void)runs.step(out);
    if (commands.tick(told)) out.emplace_back(working{});
  }
}

int run(const arguments& given) {
  auto loaded =
      load_library(given.library.empty() ? default_library() : given.library, library_log);
  if (!loaded) return refuse(std::move(loaded).error());
  auto weights = model::load(*loaded, given.file, given.gpu);
  if (!weights) return refuse(std::move(weights).error());
  auto runs = engine::make(*weights, given.engine);
  if (!runs) return refuse(std::move(runs).error());
  mailbox commands(*loaded);
  return serve(**runs, commands);
}

}  // namespace

int main(int argc, char** argv) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);  // best effort: the end of stdin says the same
  arguments given;
  CLI::App app("llama.cpp in a process of its own; started by chimera");
  const std::map<std::string, gpu_use> uses{
      {"auto", gpu_use::automatic}, {"require", gpu_use::required}, {"off", gpu_use::off}};
  app.add_option("--library", given.library, "libllama; default: where it was fetched to");
  app.add_option("--model", given.file, "a GGUF file")->required();
  app.add_option("--gpu", given.gpu)->transform(CLI::CheckedTransformer(uses));
  app.add_option("--context", given.engine.context, "tokens of all calls together");
  app.add_option("--slots", given.engine.slots, "calls at a time");
  app.add_option("--threads", given.engine.threads);
  CLI11_PARSE(app, argc, argv);
  return run(given);
}
