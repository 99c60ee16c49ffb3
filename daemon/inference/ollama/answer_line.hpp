// One line of Ollama's answer (NDJSON of /api/chat and /api/generate). Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agents/ports/text_generator.hpp"

namespace chimera::inference {

struct answer_line {
  enum class kind : std::uint8_t { piece, last, error, garbage };
  kind what = kind::garbage;
  std::string_view text;    ///< of the answer; in an error its message
  bool thinking = false;    ///< the piece has thoughts, which are no part of the answer
  std::string_view model;   ///< that answers
  std::string_view reason;  ///< of the last: "stop", "length", "load"
  generation_usage usage;   ///< of the last; 0 where the server says nothing (ttft_ns always)
};

/// Reads lines one after the other, with memory of its own that it keeps.
class answer_line_reader {
 public:
  answer_line_reader();
  ~answer_line_reader();
  answer_line_reader(const answer_line_reader&) = delete;
  answer_line_reader& operator=(const answer_line_reader&) = delete;

  /// Valid until the next call. Bytes that are no UTF-8 are replaced before the line is read.
  [[nodiscard]] answer_line read(std::string_view line);

 private:
  struct memory;
  std::unique_ptr<memory> memory_;
};

}  // namespace chimera::inference
