// chimera personas|pipelines list|show|check: results on stdout, problems on stderr.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/exit_code.hpp"

namespace chimera::cli {

enum class library_part { personas, pipelines };

/// Name, version and description, a line each; with `json` as one document, as a daemon lists them.
[[nodiscard]] exit_code list_library(library_part part, const std::optional<std::string>& folder,
                                     bool json = false);
/// The file of one of them as it is.
[[nodiscard]] exit_code show_of_library(library_part part, const std::string& name,
                                        const std::optional<std::string>& folder);
/// Checks a file: a pipeline also against the personas of the folder.
[[nodiscard]] exit_code check_file(library_part part, const std::string& file,
                                   const std::optional<std::string>& folder);

}  // namespace chimera::cli
