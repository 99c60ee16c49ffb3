// Which backend and model a run in this process uses.
#include "daemon/cli/chosen_backend.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace chimera::cli {
namespace {

inference::backend_view server_with(const std::vector<std::string>& models) {
  inference::backend_view view;
  view.server = "ollama 0.33.0";
  for (const std::string& name : models) {
    inference::seen_model m;
    m.name = name;
    view.models.push_back(m);
  }
  return view;
}

std::vector<proto::persona> personas_of(const std::vector<std::string>& models) {
  std::vector<proto::persona> all;
  for (const std::string& model : models) {
    proto::persona who;
    who.model = model;
    all.push_back(who);
  }
  return all;
}

// The model, or the problem.
std::string chosen(const std::vector<std::string>& installed, const std::string& asked,
                   const std::vector<std::string>& personas = {"default"}) {
  const auto model = choose_model(server_with(installed), models_of(personas_of(personas), asked));
  return model ? *model : model.error().code + ": " + to_text(model.error());
}

TEST_CASE("the model that was asked for must be installed") {
  CHECK(chosen({"gemma3:latest", "llama3.1:8b"}, "llama3.1:8b") == "llama3.1:8b");
  CHECK(chosen({"gemma3:latest"}, "gemma3") == "gemma3");
  CHECK(chosen({"gemma3:latest", "llama3.1:8b"}, "gemma4") ==
        "backend.model: ollama 0.33.0 has no model 'gemma4': name one of them with --model, or "
        "install it (allowed: gemma3:latest, llama3.1:8b)");
}

TEST_CASE("models that personas name must be installed, too") {
  CHECK(chosen({"a:latest"}, "", {"a"}).empty());
  CHECK(chosen({"a:latest", "b:latest"}, "", {"a", "b"}).empty());
  CHECK(chosen({"a:latest"}, "a", {"default", "other"})
            .starts_with("backend.model: ollama 0.33.0 has no model 'other'"));
}

TEST_CASE("without a wish the only model is taken, and one of many must be named") {
  CHECK(chosen({"only:latest"}, "") == "only:latest");
  CHECK(chosen({"a", "b"}, "")
            .starts_with("backend.model: ollama 0.33.0 has 2 models, and none was chosen: name one "
                         "with --model"));
}

TEST_CASE("a backend without a list of models takes any name") {
  CHECK(chosen({}, "") == "");
  CHECK(chosen({}, "whatever") == "whatever");
}

TEST_CASE("settings take the backend and the model of the command line") {
  const auto given = settings_with(std::nullopt, "http://127.0.0.1:11434", "gemma3");
  REQUIRE(given);
  const auto used =
      std::ranges::find(given->backends, given->default_backend, &config::backend_settings::name);
  REQUIRE(used != given->backends.end());
  CHECK(used->type == "ollama");
  CHECK(used->model == "gemma3");
  const auto none = settings_with(std::nullopt, "", "");
  REQUIRE(none);
  CHECK(none->default_backend == "narrator");
  const auto unknown = settings_with(std::nullopt, "gpu", "");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "config.backend");
}

TEST_CASE("what has to be put right before another try is told apart") {
  CHECK(means_unusable("backend.unavailable"));
  CHECK(means_unusable("backend.model"));
  CHECK_FALSE(means_unusable("backend.cut"));
  CHECK_FALSE(means_unusable("role.empty"));
}

}  // namespace
}  // namespace chimera::cli
