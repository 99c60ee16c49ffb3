// What errors of OpenAI-compatible servers mean. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::inference {

/// For lost_way(): whose speech is expected.
inline constexpr std::string_view openais = "OpenAI's";

/// An answer that is none.
struct refused_call {
  unsigned status = 0;           ///< 200 = an error in the middle of an answer
  std::string body;              ///< as it came, or the error object
  std::string_view retry_after;  ///< the header; "" = none
};

/// Each status has its code (see backend.hpp); a prompt that does not fit is "backend.context",
/// whichever server says it. A body of 404 or 405 that is no error object: "backend.protocol".
[[nodiscard]] proto::problem problem_of(std::string_view who, std::string_view model,
                                        const refused_call& call);

/// True: it may be about a field that only some servers know, so that a call without it is worth a
/// try.
[[nodiscard]] bool may_be_unknown_field(const refused_call& call);

}  // namespace chimera::inference
