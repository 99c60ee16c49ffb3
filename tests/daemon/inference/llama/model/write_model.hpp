// A small model of random weights as a GGUF file, for tests and benches: the same bytes everywhere.
#pragma once

#include <cstdint>
#include <filesystem>

namespace chimera::test {

/// Writes words of no meaning, without digits, and ends some answers by itself. Its vocabulary
/// reads every character, a token each.
struct model_shape {
  std::uint32_t width = 64;
  std::uint32_t hidden = 128;
  std::uint32_t layers = 2;
  std::uint32_t heads = 4;
  std::uint32_t context = 16'384;
  std::uint64_t seed = 1;
  bool ends = true;  ///< false: it never ends an answer
};

/// Throws std::runtime_error if the file cannot be written.
void write_model(const std::filesystem::path& file, const model_shape& shape);

}  // namespace chimera::test
