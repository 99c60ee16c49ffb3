// A tree without a file that could be analysed.
#pragma once

#include <string>

#include "agents/evidence/source/inventory.hpp"
#include "proto/problem.hpp"

namespace chimera::reporting {

/// True if a file of a known type could be read.
[[nodiscard]] bool holds_data(const evidence::inventory& files);

/// What was looked for, what was found instead, and why files of the right kind were set aside.
/// `folder` is named as the user wrote it. Code "dataset.nothing".
[[nodiscard]] proto::problem nothing_found(const evidence::inventory& files,
                                           const std::string& folder);

}  // namespace chimera::reporting
