// The options of a request as the engine understands them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::embedded {

/// Defaults are those of llama.cpp's own programs.
struct sampling {
  double temperature = 0.8;  ///< 0 = always the likeliest token
  std::int64_t top_k = 40;   ///< 0 = all
  double top_p = 0.95;
  double min_p = 0.05;
  double repeat_penalty = 1;  ///< 1 = none
  std::int64_t repeat_last_n = 64;
  double frequency_penalty = 0;
  double presence_penalty = 0;
  std::int64_t seed = -1;         ///< -1 = another one each time
  std::int64_t num_predict = -1;  ///< -1, -2 = as many as `answer_default`, or as fit if fewer
  std::int64_t num_ctx = 0;       ///< prompt and answer together; 0 = the engine's bound alone
  std::vector<std::string> stop;
};

/// Tokens of an answer to which nobody set a bound. They are reserved before the call starts, so
/// that a whole context would let no other call in.
inline constexpr std::int64_t answer_default = 2048;

/// Options of other names (num_gpu, keep_alive) have no effect here. Error "backend.refused".
[[nodiscard]] proto::result<sampling> sampling_of(
    const std::map<std::string, std::string>& options);
/// All of it, as options.
[[nodiscard]] std::map<std::string, std::string> in_effect(const sampling& s);

}  // namespace chimera::embedded
