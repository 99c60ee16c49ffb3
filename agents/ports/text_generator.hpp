// Text generation as agents see it: a prompt in, tokens while it runs, the text and its usage out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "agents/ports/task.hpp"
#include "proto/problem.hpp"

namespace chimera {

struct generation_request {
  std::string step;  ///< which step asks, for logs and transcripts
  std::string model;
  std::string system;  ///< the persona's instructions
  std::string prompt;
  std::map<std::string, std::string> options;  ///< only what the persona sets; never 'default'
  std::string job;                             ///< which job asks; "" = none
  std::int32_t priority = 0;                   ///< higher goes first where calls wait for a slot
};

/// Durations are wall time in nanoseconds unless the backend reports its own.
struct generation_usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::int64_t ttft_ns = 0;  ///< from the call to the first token
  std::int64_t total_ns = 0;
  std::int64_t load_ns = 0;
  std::int64_t prompt_eval_ns = 0;
  std::int64_t eval_ns = 0;
};

struct generation {
  std::string text;
  generation_usage usage;
  std::string finish_reason;  ///< "stop", "length"
};

/// A backend behind its gate. Called on the loop thread; suspends.
class text_generator {
 public:
  virtual ~text_generator() = default;
  /// Calls `on_token` on the loop thread for each piece of text, whole UTF-8, in order. Cancelling
  /// the coroutine stops the generation. Zero tokens are an error ("generation.empty").
  virtual task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) = 0;
  /// "narrator", "ollama gemma3:latest at http://..."; for the report's header.
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace chimera
