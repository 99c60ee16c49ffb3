// A problem as the one document that `--json` prints.
#pragma once

#include <string>

#include "daemon/cli/exit_code.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// {"error": {"exit_code", "code", "title", "detail", "file", "line", "column", "field",
/// "allowed"}} without line end. Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string problem_document(const proto::problem& p, exit_code code);

}  // namespace chimera::cli
