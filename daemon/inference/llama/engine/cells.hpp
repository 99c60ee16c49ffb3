// Which cells of the context's memory the sequences hold, shared ones counted once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chimera::embedded {

/// Mirrors a unified cache of keys and values: a token of a sequence is in one cell, and a cell is
/// free when the last sequence that holds it lets go. Sequences are numbered from 0. Pure; costs a
/// few nanoseconds a token.
class cells {
 public:
  cells(std::size_t capacity, std::size_t sequences) : capacity_(capacity), held_(sequences) {}

  void append(std::size_t sequence, std::size_t tokens);
  /// `to`, which is empty, holds the first `tokens` of `from` too.
  void share(std::size_t from, std::size_t to, std::size_t tokens);
  /// Keeps the first `tokens`.
  void truncate(std::size_t sequence, std::size_t tokens);

  [[nodiscard]] std::size_t size(std::size_t sequence) const { return held_[sequence].size(); }
  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::vector<std::vector<std::uint32_t>> held_;
  std::vector<std::uint32_t> holders_;  ///< of each cell
  std::vector<std::uint32_t> free_;
};

}  // namespace chimera::embedded
