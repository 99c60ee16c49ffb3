// What Ollama's errors mean. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::inference {

/// For lost_way(): whose speech is expected.
inline constexpr std::string_view ollamas = "Ollama's";

struct ollama_refusal {
  proto::problem what;
  std::uint64_t prompt_tokens = 0;   ///< of a prompt that did not fit, if it says so
  std::uint64_t context_tokens = 0;  ///< into what it did not fit
};

/// An answer with `status` and `body` (as it came) to a call for `model`. Each status has its code
/// (see backend.hpp); a prompt that does not fit is "backend.context" with both numbers, whichever
/// way the server says it. A body that is not Ollama's: "backend.protocol".
[[nodiscard]] ollama_refusal refusal_of(std::string_view who, std::string_view model,
                                        unsigned status, std::string_view body);

/// An error in the middle of an answer.
[[nodiscard]] ollama_refusal refusal_in_stream(std::string_view who, std::string_view model,
                                               std::string_view message);

}  // namespace chimera::inference
