// The personas and pipelines that a run may use: where they are found, and read from disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::library {

/// In the order of their file names.
struct catalog {
  std::filesystem::path folder;
  std::vector<proto::persona> personas;
  std::vector<proto::pipeline> pipelines;
};

/// Reads every .yaml and .yml file of a folder, hidden ones left out: `asked`, else the
/// environment's CHIMERA_PERSONAS, else ../share/chimera/personas beside an installed program, else
/// the source tree's. Errors: no such folder, a file that is not sound (the first, by name), two
/// personas or pipelines of one name.
[[nodiscard]] proto::result<catalog> load_library(const std::optional<std::string>& asked);

/// Adds what `more` holds to `all`, whose folder stays the first. Error: a name that both have.
[[nodiscard]] proto::result<void> join(catalog& all, catalog more);

/// personas::check_pipeline; what is refused has the line and column in the pipeline's file, which
/// is read once more for it.
[[nodiscard]] proto::result<void> check_pipeline(const proto::pipeline& p,
                                                 const std::vector<proto::persona>& personas);

/// Whole content of a file; an error names the file and the cause.
[[nodiscard]] proto::result<std::string> read_text(const std::filesystem::path& file);

/// By name, with the nearest spelling in the error.
[[nodiscard]] proto::result<proto::persona> find_persona(const catalog& all, std::string_view name);
[[nodiscard]] proto::result<proto::pipeline> find_pipeline(const catalog& all,
                                                           std::string_view name);

}  // namespace chimera::library
