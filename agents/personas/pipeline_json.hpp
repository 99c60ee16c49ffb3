// Personas and pipelines as JSON: what a run keeps of the agents that it started with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::personas {

struct definition {
  proto::pipeline pipeline;
  std::vector<proto::persona> personas;
};

/// One line of JSON each, without line end. Policies that are the usual ones are left out; files
/// and lines are not kept.
[[nodiscard]] std::string write_json(const proto::persona& who);
[[nodiscard]] std::string write_json(const proto::pipeline& p);
/// {"pipeline": ..., "personas": [...]}
[[nodiscard]] std::string write_definition(const proto::pipeline& p,
                                           const std::vector<proto::persona>& personas);

/// Back, held to every rule that holds for the files of personas (persona_file.hpp); `file` is only
/// named in errors. Errors of the form: "json.syntax", "json.type".
[[nodiscard]] proto::result<proto::persona> read_persona_json(std::string_view json,
                                                              const std::string& file);
[[nodiscard]] proto::result<proto::pipeline> read_pipeline_json(std::string_view json,
                                                                const std::string& file);
/// Checks the pipeline against the personas too.
[[nodiscard]] proto::result<definition> read_definition(std::string_view json);

}  // namespace chimera::personas
