// Where a symbolic link of the tree leads, and what that makes of it.
#pragma once

#include <string>

#include "agents/evidence/source/inventory.hpp"

namespace chimera::evidence {

/// Judges the link root/entry.path: fills status, reason, duplicate_of and, for a file inside the
/// root, its size. `real_root` is canonical (no links, no trailing '/'). Every link is set aside:
/// what it leads to inside the root is listed under its own path. Reasons name no path outside.
void judge_link(const std::string& real_root, file_entry& entry);

}  // namespace chimera::evidence
