#include "daemon/inference/stream/token_ratio.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace chimera::inference {
namespace {

constexpr double bytes_a_token_at_first = 2;
constexpr double bytes_a_token_most = 8;  // prose of long words
constexpr std::uint64_t template_tokens = 16;
constexpr std::size_t bytes_min = 200;

}  // namespace

void token_ratio::learn(std::size_t bytes, std::uint64_t tokens) {
  if (bytes < bytes_min || tokens == 0) return;
  const double ratio = static_cast<double>(bytes) / static_cast<double>(tokens);
  samples_[count_ % kept] = std::clamp(ratio, 0.25, bytes_a_token_most);
  ++count_;
}

std::uint64_t token_ratio::estimate(std::size_t bytes) const {
  double densest = bytes_a_token_at_first;
  const std::span known(samples_.data(), std::min(count_, kept));
  if (!known.empty()) densest = std::ranges::min(known);
  const double tokens = std::ceil(static_cast<double>(bytes) / densest * 1.05);
  return static_cast<std::uint64_t>(tokens) + template_tokens;
}

std::uint64_t token_ratio::least(std::size_t bytes) const {
  // Other texts may be thinner than all before; a server that cuts leaves half of it at most.
  double thinnest = bytes_a_token_most;
  const std::span known(samples_.data(), std::min(count_, kept));
  if (!known.empty()) thinnest = std::ranges::max(known) * 1.5;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) / thinnest);
}

}  // namespace chimera::inference
