// How much of a prompt fits into a model's context: the arithmetic, without a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "agents/ports/text_generator.hpp"
#include "proto/persona.hpp"

namespace chimera::roles {

/// What a prompt and its answer have room for.
struct prompt_room {
  std::uint64_t prompt_tokens = 0;  ///< for the whole prompt; 0 = no bound
  std::uint64_t answer_tokens = 0;  ///< kept for the answer, and the most it may have; 0 = no bound
  std::uint32_t words = 0;          ///< that the answer is asked for
};

/// Divides a context. The answer is kept its num_predict, or else what `words_max` words with
/// references take, never more than a third of the context nor than the model's own bound. Where
/// that is less than words_max words need, fewer are asked for.
[[nodiscard]] prompt_room divide(const model_limits& limits, const proto::persona& who);

/// The most of `all` candidates, in order, with which a prompt has at most `room` tokens: found by
/// counting few prompts, first the whole one. More candidates must not make fewer tokens.
///
///     while (const auto kept = search.next()) search.counted(tokens of the prompt with *kept);
class fit_search {
 public:
  fit_search(std::size_t least, std::size_t all, std::uint64_t room)
      : least_(least), all_(all), room_(room) {}

  /// The number of candidates to count next; nothing when the search is over.
  [[nodiscard]] std::optional<std::size_t> next() const;
  void counted(std::uint64_t tokens);

  /// Nothing if even the least does not fit.
  [[nodiscard]] std::optional<std::size_t> kept() const;
  /// Of the prompt with `kept`; where that is nothing, of the least.
  [[nodiscard]] std::uint64_t tokens() const { return low_tokens_; }

 private:
  enum class stage { whole, least, between, over };

  std::size_t least_;
  std::size_t all_;
  std::uint64_t room_;
  stage at_ = stage::whole;
  std::size_t low_ = 0;   ///< fits
  std::size_t high_ = 0;  ///< does not
  std::uint64_t low_tokens_ = 0;
  std::uint64_t high_tokens_ = 0;
  std::size_t guesses_ = 0;
  bool fits_ = false;
};

}  // namespace chimera::roles
