// chimera doctor: what a user needs, checked one by one, each with its way out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/looked_backends.hpp"
#include "daemon/config/settings.hpp"

namespace chimera::cli {

struct doctor_options {
  std::optional<std::string> config;  ///< else CHIMERA_CONFIG, else none
  bool json = false;
};

enum class health : std::uint8_t { ok, warn, fail };

/// One line of what was looked at.
struct diagnosis {
  health how = health::ok;
  std::string check;    ///< "data folder", "backend local"
  std::string what;     ///< what was found
  std::string way_out;  ///< "" where nothing is to be done
};

/// 0; 2 if the settings, their folders or personas are not sound; 5 if a backend that the settings
/// name cannot be used. Warnings change nothing.
[[nodiscard]] exit_code doctor(const doctor_options& options);

/// Data folder, free disk, roots, personas, limits of the process: nothing is created.
[[nodiscard]] std::vector<diagnosis> examine_machine(const config::settings& settings);
/// Each backend that the settings name; a narrator that nobody named is left out.
[[nodiscard]] std::vector<diagnosis> examine_backends(const std::vector<looked_backend>& all);
/// Whether the embedded engine is there, beside this program and as the settings say.
[[nodiscard]] std::vector<diagnosis> examine_engine(const config::settings& settings);
/// An Ollama where it usually is, if the settings do not name it (`usual` then was looked at), and
/// what to do where no model was found at all.
[[nodiscard]] std::vector<diagnosis> examine_models(const std::vector<looked_backend>& all,
                                                    const std::optional<looked_backend>& usual);

/// A line a check, the way out below it.
[[nodiscard]] std::string diagnoses_text(const std::vector<diagnosis>& all);

}  // namespace chimera::cli
