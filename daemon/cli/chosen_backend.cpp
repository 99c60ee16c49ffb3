#include "daemon/cli/chosen_backend.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"
#include "daemon/config/load_settings.hpp"

namespace chimera::cli {
namespace {

// As servers call their models: "gemma3" is "gemma3:latest".
bool is_named(const inference::seen_model& model, std::string_view name) {
  return model.name == name || model.name == std::string(name) + ":latest";
}

std::vector<std::string> names_of(const inference::backend_view& view) {
  std::vector<std::string> names;
  for (const inference::seen_model& m : view.models) names.push_back(m.name);
  return names;
}

proto::problem no_such_model(const inference::backend_view& view, const std::string& wanted) {
  const std::vector<std::string> names = names_of(view);
  proto::problem p;
  p.code = "backend.model";
  p.title = fmt::format("{} has no model '{}'", view.server, wanted);
  const std::string near = personas::nearest(wanted, names);
  p.detail = near.empty() ? "name one of them with --model, or install it"
                          : fmt::format("did you mean '{}'?", near);
  p.allowed = fmt::format("{}", fmt::join(names, ", "));
  return p;
}

proto::problem which_model(const inference::backend_view& view) {
  proto::problem p;
  p.code = "backend.model";
  p.title = fmt::format("{} has {} models, and none was chosen", view.server, view.models.size());
  p.detail = "name one with --model, or as defaults.model of the settings";
  p.allowed = fmt::format("{}", fmt::join(names_of(view), ", "));
  return p;
}

}  // namespace

proto::result<config::settings> settings_with(const std::optional<std::string>& file,
                                              const std::string& backend,
                                              const std::string& model) {
  std::optional<std::filesystem::path> from;
  if (file && !file->empty()) from = *file;
  // No job is kept: the folder for jobs need not be known.
  config::flag_values flags = {{"data", {"."}}};
  if (!backend.empty()) flags["backend"] = {backend};
  if (!model.empty()) flags["model"] = {model};
  auto settings = config::load_settings(from, config::environment_of_process(), flags);
  if (!settings) return settings;
  const bool chosen = !backend.empty() || settings->default_backend != "narrator";
  // The model that was asked for here goes before the one that the file gives the backend.
  if (chosen && !model.empty())
    for (config::backend_settings& one : settings->backends)
      if (one.name == settings->default_backend) one.model = model;
  return settings;
}

wanted_models models_of(const std::vector<proto::persona>& personas, const std::string& fallback) {
  wanted_models wanted;
  wanted.fallback = fallback;
  for (const proto::persona& who : personas) {
    if (who.model == "default")
      wanted.uses_fallback = true;
    else
      wanted.personas.push_back(who.model);
  }
  return wanted;
}

proto::result<std::string> choose_model(const inference::backend_view& view,
                                        const wanted_models& wanted) {
  if (view.models.empty()) return wanted.fallback;
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(view.models,
                               [&](const inference::seen_model& m) { return is_named(m, name); });
  };
  for (const std::string& name : wanted.personas)
    if (!has(name)) return std::unexpected(no_such_model(view, name));
  if (!wanted.uses_fallback) return wanted.fallback;
  if (!wanted.fallback.empty()) {
    if (!has(wanted.fallback)) return std::unexpected(no_such_model(view, wanted.fallback));
    return wanted.fallback;
  }
  if (view.models.size() > 1) return std::unexpected(which_model(view));
  return view.models.front().name;
}

bool means_unusable(std::string_view problem_code) {
  constexpr std::array codes = {"backend.unavailable", "backend.model",  "backend.unauthorized",
                                "backend.protocol",    "backend.no-gpu", "backend.library",
                                "backend.type",        "backend.loading"};
  return std::ranges::find(codes, problem_code) != codes.end();
}

}  // namespace chimera::cli
