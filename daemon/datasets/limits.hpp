// What an upload may hold. Each bound is reached in tests.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chimera::datasets {

struct unpack_limits {
  std::uint64_t archive_bytes = 512ULL << 20U;  ///< the upload as it came
  std::size_t files = 20'000;                   ///< and as many folders
  std::uint64_t file_bytes = 1ULL << 30U;       ///< one file, unpacked
  std::uint64_t total_bytes = 2ULL << 30U;      ///< all files, unpacked
  std::uint64_t ratio = 200;  ///< unpacked to packed; asked only beyond ratio_from_bytes
  std::uint64_t ratio_from_bytes = 1ULL << 20U;
  std::size_t depth = 32;         ///< folders around a file
  std::size_t name_bytes = 255;   ///< one folder or file name
  std::size_t path_bytes = 1024;  ///< the whole path in the upload
};

}  // namespace chimera::datasets
