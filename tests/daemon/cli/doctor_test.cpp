// What the doctor says of backends and models, with the way out.
#include "daemon/cli/doctor.hpp"

#include <catch2/catch.hpp>

#include "daemon/cli/completion.hpp"
#include "support/scratch_folder.hpp"

namespace chimera::cli {
namespace {

looked_backend ollama(const std::string& name) {
  looked_backend one;
  one.what.name = name;
  one.what.type = "ollama";
  one.what.url = "http://127.0.0.1:11434";
  one.look.view.emplace();
  one.look.view->server = "ollama 0.33.0";
  inference::seen_model m;
  m.name = "gemma3:latest";
  m.bytes = 4ULL << 30U;
  m.gpu_bytes = 3ULL << 30U;
  m.context_tokens = 8192;
  m.resident = true;
  one.look.view->models = {m};
  return one;
}

TEST_CASE("a backend shows its server, its models and what is on the GPU") {
  CHECK(
      diagnoses_text(examine_backends({ollama("local")})) ==
      "ok    backend local: ollama 0.33.0 at http://127.0.0.1:11434\n"
      "ok    backend local: models: gemma3:latest, context 8192, 4.0 GiB, resident, 75 % on GPU\n");
}

TEST_CASE("a backend that cannot be used says why, and what to do") {
  looked_backend one = ollama("local");
  one.look.view.reset();
  one.look.problem = proto::fail("backend.unavailable", "nobody answers at http://127.0.0.1:11434",
                                 "start it with 'ollama serve'")
                         .error();
  CHECK(diagnoses_text(examine_backends({one})) ==
        "fail  backend local: nobody answers at http://127.0.0.1:11434\n"
        "      start it with 'ollama serve'\n");
}

TEST_CASE("a model that is not installed is a failure, warnings are passed on") {
  looked_backend one = ollama("local");
  one.what.model = "llama3";
  one.look.view->warnings = {"gemma3:latest runs partly on the CPU"};
  const auto all = examine_backends({one});
  REQUIRE(all.size() == 4);
  CHECK(all[2].how == health::fail);
  CHECK(all[2].what == "it has no model 'llama3'");
  CHECK(all[3].how == health::warn);
  one.what.model = "gemma3";
  CHECK(examine_backends({one}).size() == 3);
}

TEST_CASE("an Ollama that nobody configured is suggested as a line of the settings") {
  const auto all = examine_models({}, ollama("x"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].way_out.contains(
      "- {name: local, type: ollama, url: \"http://127.0.0.1:11434\", model: \"gemma3:latest\"}"));
}

TEST_CASE("where there is no model at all, the ways to one are told") {
  looked_backend narrator;
  narrator.what.type = "narrator";
  narrator.look.view.emplace();
  const auto all = examine_models({narrator}, std::nullopt);
  REQUIRE(all.size() == 1);
  CHECK(all[0].how == health::warn);
  for (const char* way : {"ollama pull", "openai:", "llama:FILE"})
    CHECK(all[0].way_out.contains(way));
  CHECK(examine_backends({narrator}).empty());
}

TEST_CASE("folders are checked without making any") {
  const test::scratch_folder folder;
  config::settings settings;
  settings.data = folder / "data";
  settings.roots = {folder / "", folder / "gone"};
  const auto all = examine_machine(settings);
  CHECK(all[0].how == health::ok);
  CHECK(all[0].what.contains("made when the daemon starts"));
  CHECK(all[2].how == health::ok);
  CHECK(all[3].how == health::fail);
  CHECK_FALSE(std::filesystem::exists(settings.data));
}

TEST_CASE("completion knows the commands and options of the command line") {
  CLI::App app("what for", "chimera");
  CLI::App* sub = app.add_subcommand("personas", "it's a group");
  CLI::App* list = sub->add_subcommand("list", "");
  bool json = false;
  list->add_flag("-j,--json", json, "");
  const std::string bash = completion_text(app, "bash");
  CHECK(bash.contains("' personas list') at=' personas list' ;;"));
  CHECK(bash.contains("'--help -h --json -j'"));
  CHECK(completion_text(app, "zsh").starts_with("autoload"));
  const std::string fish = completion_text(app, "fish");
  CHECK(fish.contains("-a personas -d 'it\\'s a group'"));
  CHECK(fish.contains("-l json"));
}

}  // namespace
}  // namespace chimera::cli
