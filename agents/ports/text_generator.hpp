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
  /// A JSON Schema for the answer, where the backend can hold to one; "" = free text. Nobody may
  /// rely on it: the answer is checked as any other.
  std::string format = {};
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
  /// Options as the backend used them, as far as it shows: may differ from what was asked for.
  std::map<std::string, std::string> options_in_effect = {};
  std::string model = {};         ///< that answered; "" = the one asked for
  std::string model_digest = {};  ///< of its weights; "" = not shown
  std::string server = {};        ///< "ollama 0.33.0"; "" = not shown
};

/// What a model takes, asked before a prompt is built.
struct model_limits {
  std::uint64_t context_tokens = 0;  ///< prompt and answer together; 0 = no bound is known
  std::uint64_t answer_tokens = 0;   ///< the most that an answer may have; 0 = no bound
  /// The backend holds the answer to generation_request::format. Asked for a report, such a model
  /// is asked for JSON; another one for Markdown.
  bool holds_to_schema = false;
  bool operator==(const model_limits&) const = default;
};

/// A backend behind its gate. Called on the loop thread; suspends.
class text_generator {
 public:
  virtual ~text_generator() = default;
  /// Calls `on_token` on the loop thread for each piece of text, whole UTF-8, in order. Cancelling
  /// the coroutine stops the generation. Zero tokens are an error ("generation.empty").
  virtual task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) = 0;
  /// What holds for such a request: its model and its options (num_ctx, num_predict). Takes no
  /// slot.
  virtual task<proto::result<model_limits>> limits(generation_request about);
  /// Tokens of the whole prompt as the model will read it, template included: exact where the
  /// backend counts, else an estimate that is rather too high. Takes no slot.
  virtual task<proto::result<std::uint64_t>> count_tokens(generation_request request);
  /// "narrator", "ollama gemma3:latest at http://..."; for the report's header.
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace chimera
