// The parts of a pipeline that say how long, how often, at what cost and whether at all.
#pragma once

#include <optional>
#include <string>

#include "agents/personas/yaml_fields.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::personas {

/// Reads `attempts`, `timeout`, `budget` and `when` of a step whose fields are `fields`. `path` is
/// put before field names in errors ("steps[2]."). The first problem is kept in `first`.
void read_policies(const yaml_fields& fields, const std::string& file, const std::string& path,
                   std::optional<proto::problem>& first, proto::pipeline_step& step);

/// Reads `timeout` and `budget` of a pipeline.
void read_limits(yaml_fields& fields, const std::string& file, std::optional<proto::problem>& first,
                 proto::pipeline& p);

}  // namespace chimera::personas
