#include "agents/roles/fit_prompt.hpp"

#include <algorithm>
#include <charconv>

namespace chimera::roles {
namespace {

// Words of a report with identifiers between them; a list or a heading takes some more.
constexpr std::uint64_t tokens_of_two_words = 5;
constexpr std::uint64_t tokens_of_form = 64;
constexpr std::uint64_t context_shares = 3;  // one for the answer
constexpr std::uint64_t words_least = 20;
constexpr std::size_t guesses_max = 3;  // then halves, so that few counts suffice whatever comes

std::uint64_t tokens_for(std::uint64_t words) {
  return words * tokens_of_two_words / 2 + tokens_of_form;
}

std::uint64_t words_within(std::uint64_t tokens) {
  if (tokens <= tokens_of_form) return words_least;
  return std::max(words_least, (tokens - tokens_of_form) * 2 / tokens_of_two_words);
}

// num_predict of the persona; 0 if it leaves it open or sets no limit (-1, -2).
std::uint64_t answer_asked(const proto::persona& who) {
  const auto set = who.options.find("num_predict");
  if (set == who.options.end()) return 0;
  std::int64_t tokens = 0;
  const char* end = set->second.data() + set->second.size();
  const auto [stop, error] = std::from_chars(set->second.data(), end, tokens);
  return error == std::errc() && stop == end && tokens > 0 ? static_cast<std::uint64_t>(tokens) : 0;
}

}  // namespace

prompt_room divide(const model_limits& limits, const proto::persona& who) {
  prompt_room room;
  room.words = who.words_max;
  if (limits.context_tokens == 0 && limits.answer_tokens == 0) return room;
  const std::uint64_t asked = answer_asked(who);
  room.answer_tokens = asked > 0 ? asked : tokens_for(who.words_max);
  if (limits.answer_tokens > 0)
    room.answer_tokens = std::min(room.answer_tokens, limits.answer_tokens);
  if (limits.context_tokens > 0) {
    const std::uint64_t share = std::max<std::uint64_t>(1, limits.context_tokens / context_shares);
    room.answer_tokens = std::min(room.answer_tokens, share);
    room.prompt_tokens = std::max<std::uint64_t>(1, limits.context_tokens - room.answer_tokens);
  }
  room.words = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(who.words_max, words_within(room.answer_tokens)));
  return room;
}

std::optional<std::size_t> fit_search::next() const {
  switch (at_) {
    case stage::whole:
      return all_;
    case stage::least:
      return least_;
    case stage::over:
      return std::nullopt;
    case stage::between:
      break;
  }
  std::size_t guess = low_ + (high_ - low_) / 2;
  if (guesses_ < guesses_max && high_tokens_ > low_tokens_) {
    // As if every candidate had the same length.
    const double share =
        static_cast<double>(room_ - low_tokens_) / static_cast<double>(high_tokens_ - low_tokens_);
    guess = low_ + static_cast<std::size_t>(share * static_cast<double>(high_ - low_));
  }
  return std::clamp(guess, low_ + 1, high_ - 1);
}

void fit_search::counted(std::uint64_t tokens) {
  const bool fits = tokens <= room_;
  switch (at_) {
    case stage::whole:
      if (fits || all_ <= least_) {
        low_ = all_;
        low_tokens_ = tokens;
        fits_ = fits;
        at_ = stage::over;
        return;
      }
      high_ = all_;
      high_tokens_ = tokens;
      at_ = stage::least;
      return;
    case stage::least:
      low_ = least_;
      low_tokens_ = tokens;
      fits_ = fits;
      at_ = fits ? stage::between : stage::over;
      break;
    case stage::between: {
      const std::size_t asked = *next();
      ++guesses_;
      (fits ? low_ : high_) = asked;
      (fits ? low_tokens_ : high_tokens_) = tokens;
      break;
    }
    case stage::over:
      return;
  }
  if (at_ == stage::between && high_ - low_ <= 1) at_ = stage::over;
}

std::optional<std::size_t> fit_search::kept() const {
  if (!fits_) return std::nullopt;
  return low_;
}

}  // namespace chimera::roles
