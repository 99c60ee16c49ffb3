// What llama.cpp does by itself: the loop of its own example of batched decoding.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/inference/llama/engine/model.hpp"

namespace chimera::bench {

/// Reads `prompts`, then writes `tokens` more for each, all together, always the likeliest. Tokens
/// a second of the writing. `context` cells, one thread.
[[nodiscard]] double plain_decode(const embedded::model& of,
                                  const std::vector<std::string>& prompts, std::size_t tokens,
                                  std::uint32_t context);

}  // namespace chimera::bench
