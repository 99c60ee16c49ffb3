// The entries of a tar or zip file, one after the other. libarchive reads them.
#pragma once

#include <cstdint>

#include "daemon/datasets/tree_writer.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

/// Reads from the descriptor `file` (a regular file of `bytes` bytes, at its start) into `tree`.
[[nodiscard]] proto::result<void> read_archive(int file, std::uint64_t bytes, tree_writer& tree);

}  // namespace chimera::datasets
