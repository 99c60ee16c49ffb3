// The distinct texts of a column, numbered in the order of their first appearance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chimera::evidence {

/// Not thread-safe. The order of the texts is that of the calls, never that of a hash.
class text_pool {
 public:
  /// The number of `text`, a new one if it was not seen before.
  std::uint32_t code(std::string_view text);
  [[nodiscard]] const std::deque<std::string>& texts() const { return texts_; }
  /// An estimate of the bytes taken.
  [[nodiscard]] std::size_t memory() const { return memory_; }
  /// Hands over the texts; the pool is empty then.
  [[nodiscard]] std::vector<std::string> take();

 private:
  struct hash_text {
    std::size_t operator()(std::string_view text) const;
  };
  std::deque<std::string> texts_;  // a deque, so that the keys stay where they are
  std::unordered_map<std::string_view, std::uint32_t, hash_text> codes_;
  std::uint32_t last_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace chimera::evidence
