// The backend of a run in this process: which one was asked for, and whether it can be used.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/inference/gate.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// The settings with `backend` as their default backend and `model` as their default model, if they
/// say something: a name of the file's backends, narrator, simulated, a URL, openai:URL,
/// llama:FILE. Errors: as config::load_settings.
[[nodiscard]] proto::result<config::settings> settings_with(const std::optional<std::string>& file,
                                                            const std::string& backend,
                                                            const std::string& model);

/// What a backend that was looked at is asked for.
struct wanted_models {
  std::string fallback;               ///< of personas that name none; "" = none was chosen
  bool uses_fallback = false;         ///< a persona names none
  std::vector<std::string> personas;  ///< models that personas name
};
[[nodiscard]] wanted_models models_of(const std::vector<proto::persona>& personas,
                                      const std::string& fallback);

/// The model for personas that name none, once every wanted model is found at the backend: the
/// fallback, else the only one there is. "" where the backend has no models to choose from.
/// Error "backend.model": names those that are installed.
[[nodiscard]] proto::result<std::string> choose_model(const inference::backend_view& view,
                                                      const wanted_models& wanted);

/// True for problems that trying again as things are cannot solve: the backend, or what it lacks,
/// has to be put right first. The exit code is 5 then.
[[nodiscard]] bool means_unusable(std::string_view problem_code);

}  // namespace chimera::cli
