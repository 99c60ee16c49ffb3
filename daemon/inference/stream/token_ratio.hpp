// How many bytes of a prompt a token of a model stands for, learned from its answers. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace chimera::inference {

/// For servers without a tokenizer to ask. Before the first answer two bytes count as a token:
/// identifiers and digits are dense, so that is rather too many.
class token_ratio {
 public:
  /// A prompt of `bytes` was read as `tokens`; samples of a few bytes teach nothing.
  void learn(std::size_t bytes, std::uint64_t tokens);
  /// Rather too many: by the densest of the last 16 prompts, a twentieth more and some for the
  /// template.
  [[nodiscard]] std::uint64_t estimate(std::size_t bytes) const;
  /// Fewer cannot be, or the server did not read all of it.
  [[nodiscard]] std::uint64_t least(std::size_t bytes) const;

 private:
  static constexpr std::size_t kept = 16;
  std::array<double, kept> samples_{};
  std::size_t count_ = 0;
};

}  // namespace chimera::inference
