// chimera pull: a model to an Ollama server.
#pragma once

#include <string>

#include "daemon/cli/exit_code.hpp"

namespace chimera::cli {

struct pull_options {
  std::string model;
  std::string url = "http://127.0.0.1:11434";
  bool json = false;  ///< one JSON document on stdout, errors too
};

/// Fetches the model to the server; how far it is goes to stderr. What has come is kept by the
/// server if it is interrupted. 5 if the server cannot be reached.
[[nodiscard]] exit_code pull(const pull_options& options);

}  // namespace chimera::cli
