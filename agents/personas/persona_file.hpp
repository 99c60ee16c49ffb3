// YAML to personas and pipelines, with errors that a person can act on: file, line, column, field,
// what is allowed, the nearest spelling. Reads text, not files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::personas {

/// What a file declares itself to be: "persona" or "pipeline". `file` is only named in errors, here
/// and below.
[[nodiscard]] proto::result<std::string> read_kind(std::string_view yaml, std::string file);
[[nodiscard]] proto::result<proto::persona> read_persona(std::string_view yaml, std::string file);
[[nodiscard]] proto::result<proto::pipeline> read_pipeline(std::string_view yaml, std::string file);

/// True if a step takes `dataset`, runs for each question or has a condition on lints.
[[nodiscard]] bool needs_dataset(const proto::pipeline& p);

/// A pipeline against the personas that exist: unknown persona, unknown or unused artifact, cycle,
/// missing report, two steps with one name or output. Only a persona of the role plain is asked by
/// a `prompt`; it knows no dataset and no questions, and never writes the report of a dataset. A
/// critic takes the dataset and one draft, of a reporter or a critic whose step is never skipped.
[[nodiscard]] proto::result<void> check_pipeline(const proto::pipeline& p,
                                                 const std::vector<proto::persona>& personas);

/// The nearest of `allowed` to `word` by edit distance, or "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& allowed);

}  // namespace chimera::personas
