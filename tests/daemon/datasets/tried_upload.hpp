// One upload unpacked in a folder of its own, and whether anything of it stayed.
#pragma once

#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "daemon/datasets/scratch_space.hpp"
#include "daemon/datasets/unpack.hpp"

namespace chimera::datasets {

/// Bytes that do not pack; the same each time.
inline std::string noise(std::size_t bytes) {
  std::mt19937_64 random(7);
  std::string out;
  while (out.size() < bytes) out += static_cast<char>(random() & 0xffU);
  return out;
}

struct outcome {
  proto::result<unpacked> result;
  bool left_behind = false;
};

inline outcome try_unpack(const std::string& bytes, const unpack_limits& limits,
                          std::string_view media_type = "application/octet-stream") {
  const scratch_space space;
  const auto upload = space.write("upload", bytes);
  auto result = unpack(upload, media_type, space / "target", limits);
  return {std::move(result), space.names() != std::set<std::string>{"upload"}};
}

}  // namespace chimera::datasets
