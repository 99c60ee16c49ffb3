#include "daemon/inference/llama/engine/cells.hpp"

namespace chimera::embedded {

void cells::append(std::size_t sequence, std::size_t tokens) {
  for (std::size_t i = 0; i < tokens; ++i) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(holders_.size()));
      holders_.push_back(0);
    }
    const std::uint32_t cell = free_.back();
    free_.pop_back();
    holders_[cell] = 1;
    held_[sequence].push_back(cell);
    ++used_;
  }
}

void cells::share(std::size_t from, std::size_t to, std::size_t tokens) {
  for (std::size_t i = 0; i < tokens; ++i) {
    const std::uint32_t cell = held_[from][i];
    ++holders_[cell];
    held_[to].push_back(cell);
  }
}

void cells::truncate(std::size_t sequence, std::size_t tokens) {
  std::vector<std::uint32_t>& held = held_[sequence];
  while (held.size() > tokens) {
    const std::uint32_t cell = held.back();
    held.pop_back();
    if (--holders_[cell] > 0) continue;
    free_.push_back(cell);
    --used_;
  }
}

}  // namespace chimera::embedded
