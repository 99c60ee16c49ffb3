// One event of an OpenAI-compatible answer: a chunk of a chat completion. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace chimera::inference {

/// What servers say of an answer's cost; 0 = not said.
struct chunk_usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t output_tokens = 0;
  double prompt_ms = 0;  ///< llama-server's `timings`
  double eval_ms = 0;
};

struct completion_chunk {
  enum class kind : std::uint8_t { piece, error, garbage };
  kind what = kind::garbage;
  std::string_view text;    ///< of the answer
  bool thinking = false;    ///< it has thoughts, which are no part of the answer
  std::string_view reason;  ///< why the answer ends; "" = it goes on
  std::string_view model;   ///< that answers
  chunk_usage usage;
};

/// Reads chunks one after the other, with memory of its own that it keeps. A whole answer
/// (`message` instead of `delta`) is read alike.
class chunk_reader {
 public:
  chunk_reader();
  ~chunk_reader();
  chunk_reader(const chunk_reader&) = delete;
  chunk_reader& operator=(const chunk_reader&) = delete;

  /// Valid until the next call. `data` is followed by 64 bytes that may be read. Bytes that are no
  /// UTF-8 and lone surrogates become U+FFFD.
  [[nodiscard]] completion_chunk read(std::string_view data);

 private:
  struct memory;
  std::unique_ptr<memory> memory_;
};

}  // namespace chimera::inference
