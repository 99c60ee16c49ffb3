// chimera analyze: one job in this process, from a folder of result files to a report.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "agents/evidence/source/scan.hpp"
#include "daemon/cli/exit_code.hpp"

namespace chimera::cli {

struct analyze_options {
  std::string folder;
  std::string out = "chimera-report";
  std::string pipeline = "technical-report";
  std::optional<std::string> config;    ///< settings file; else CHIMERA_CONFIG, else none
  std::string backend;                  ///< "" = the default of the settings, else the narrator
  std::string model;                    ///< "" = as the personas say
  std::optional<std::string> personas;  ///< folder
  std::size_t threads = 0;              ///< 0 = one a core
  evidence::scan_limits limits;
  bool json = false;
  bool quiet = false;
};

/// Runs to the end, to a problem, or to SIGINT or SIGTERM. The report appears whole or not at all.
/// With `json` stdout gets exactly one JSON document, of the problem if there is one.
[[nodiscard]] exit_code analyze(const analyze_options& options);

}  // namespace chimera::cli
