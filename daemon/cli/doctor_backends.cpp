#include <algorithm>

#include <utility>

#include <fmt/format.h>

#include "daemon/cli/doctor.hpp"

namespace chimera::cli {
namespace {

using inference::seen_model;

constexpr std::size_t models_named = 8;
constexpr double gib = 1024.0 * 1024.0 * 1024.0;

bool has_models(const looked_backend& one) {
  return one.what.type != "narrator" && one.what.type != "simulated";
}

std::string model_text(const seen_model& m) {
  std::string text = m.name;
  if (m.context_tokens > 0) text += fmt::format(", context {}", m.context_tokens);
  if (m.bytes > 0) text += fmt::format(", {:.1f} GiB", static_cast<double>(m.bytes) / gib);
  if (m.resident && m.bytes > 0)
    text += fmt::format(", resident, {:.0f} % on GPU",
                        100.0 * static_cast<double>(m.gpu_bytes) / static_cast<double>(m.bytes));
  return text;
}

std::string models_text(const inference::backend_view& view) {
  std::string text;
  for (std::size_t i = 0; i < std::min(models_named, view.models.size()); ++i)
    text += (i == 0 ? "" : "; ") + model_text(view.models[i]);
  if (view.models.size() > models_named)
    text += fmt::format("; and {} more", view.models.size() - models_named);
  return text;
}

std::string address_of(const looked_backend& one) {
  const std::string url = one.what.url.empty() ? one.what.file.string() : one.what.url;
  return url.empty() ? "" : " at " + url;
}

bool lacks_its_model(const looked_backend& one) {
  const std::string& wanted = one.what.model;
  if (wanted.empty() || one.look.view->models.empty() || one.what.type == "llama") return false;
  return std::ranges::none_of(one.look.view->models, [&](const seen_model& m) {
    return m.name == wanted || m.name == wanted + ":latest";
  });
}

void examine(const looked_backend& one, std::vector<diagnosis>& all) {
  const std::string check = "backend " + one.what.name;
  if (one.look.problem) {
    proto::problem p = *one.look.problem;
    const std::string way_out = std::exchange(p.detail, "");
    all.push_back({health::fail, check, proto::to_text(p), way_out});
    return;
  }
  const inference::backend_view& view = *one.look.view;
  all.push_back({health::ok, check, view.server + address_of(one), ""});
  if (!has_models(one)) return;
  if (view.models.empty())
    all.push_back({health::warn, check, "it shows no model",
                   one.what.type == "ollama" ? "install one: ollama pull gemma3" : ""});
  else
    all.push_back({health::ok, check, "models: " + models_text(view), ""});
  if (lacks_its_model(one))
    all.push_back({health::fail, check, fmt::format("it has no model '{}'", one.what.model),
                   "install it, or name another one as model: of this backend"});
  for (const std::string& warning : view.warnings)
    all.push_back({health::warn, check, warning, ""});
}

bool shows_models(const looked_backend& one) {
  return has_models(one) && one.look.view && !one.look.view->models.empty();
}

}  // namespace

std::vector<diagnosis> examine_backends(const std::vector<looked_backend>& all) {
  std::vector<diagnosis> found;
  for (const looked_backend& one : all) {
    const bool is_built_in = one.what.type == "narrator" && one.what.origin.empty();
    if (!is_built_in) examine(one, found);
  }
  return found;
}

std::vector<diagnosis> examine_models(const std::vector<looked_backend>& all,
                                      const std::optional<looked_backend>& usual) {
  std::vector<diagnosis> found;
  const bool usual_answers = usual && usual->look.view;
  if (usual_answers) {
    const auto& models = usual->look.view->models;
    const std::string model = models.empty() ? "" : ", model: \"" + models.front().name + "\"";
    found.push_back(
        {health::warn, "ollama",
         fmt::format("{} answers at {}, and no backend of the settings uses it",
                     usual->look.view->server, usual->what.url),
         fmt::format("to use it: chimera analyze DIR --backend {}\nin the settings:\nbackends:\n"
                     "  - {{name: local, type: ollama, url: \"{}\"{}}}",
                     usual->what.url, usual->what.url, model)});
    if (models.empty())
      found.push_back({health::warn, "ollama", "it has no model", "ollama pull gemma3"});
  } else if (usual) {
    found.push_back({health::ok, "ollama", fmt::format("none at {}", usual->what.url), ""});
  }
  if (std::ranges::any_of(all, shows_models) || (usual_answers && shows_models(*usual)))
    return found;
  found.push_back(
      {health::warn, "models",
       "none was found; reports are written by the narrator that is built in, which needs none",
       "one of these gives the agents a model:\n"
       "- Ollama: install it, 'ollama pull gemma3', then --backend http://127.0.0.1:11434\n"
       "- any server with an OpenAI-compatible API: --backend openai:http://HOST:PORT/v1\n"
       "- a GGUF file on this machine: deploy/fetch-llama, build, then --backend llama:FILE"});
  return found;
}

}  // namespace chimera::cli
