#include "daemon/inference/simulated.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "daemon/loop/asio.hpp"

namespace chimera::inference {
namespace {

constexpr std::size_t asked_max = 1U << 16U;
constexpr std::uint32_t words_a_sentence = 12;
constexpr std::array<std::string_view, 32> words = {
    "the",   "rows",   "of",       "this", "folder", "hold",   "what",    "was",
    "asked", "and",    "where",    "it",   "came",   "from",   "each",    "reading",
    "has",   "a",      "source",   "that", "stands", "beside", "its",     "name",
    "while", "others", "describe", "how",  "they",   "were",   "written", "down"};

// SplitMix64: small, and the same everywhere.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  /// 0 <= x < 1.
  double share() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

std::uint64_t hash_of(const generation_request& request, std::uint64_t seed) {
  const auto mix = [&seed](std::string_view text) {
    seed = XXH3_64bits_withSeed(text.data(), text.size(), seed);
  };
  for (const std::string* text : {&request.step, &request.model, &request.system, &request.prompt})
    mix(*text);
  for (const auto& [name, value] : request.options) {
    mix(name);
    mix(value);
  }
  return seed;
}

std::uint64_t count_words(std::string_view text) {
  std::uint64_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool letter = c != ' ' && c != '\n' && c != '\t';
    if (letter && !inside) ++count;
    inside = letter;
  }
  return count;
}

// Tokens that num_predict allows; 0 = as many as there are.
std::uint32_t allowed_tokens(const generation_request& request) {
  const auto found = request.options.find("num_predict");
  if (found == request.options.end()) return 0;
  std::int64_t number = 0;
  const std::string& text = found->second;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool sound = error == std::errc() && stop == text.data() + text.size();
  constexpr std::int64_t most = 1'000'000'000;
  return sound && number > 0 ? static_cast<std::uint32_t>(std::min(number, most)) : 0;
}

std::chrono::nanoseconds seconds_of(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

proto::problem problem_of(simulated::fault what, std::uint32_t tokens) {
  using enum simulated::fault;
  proto::problem p;
  p.detail = "the settings of this backend ask for such faults";
  if (what == unavailable) {
    p.code = "backend.unavailable";
    p.title = "the simulated backend cannot be reached";
  } else if (what == empty) {
    p.code = "backend.empty";
    p.title = "the simulated backend ended its answer without a token";
  } else if (what == cut) {
    p.code = "backend.cut";
    p.title = fmt::format("the simulated backend broke off after {} tokens", tokens);
  } else {
    p.code = "backend.stalled";
    p.title = fmt::format("the simulated backend said nothing more after {} tokens", tokens);
  }
  return p;
}

// One token: a word, with what stands before and after it.
std::string_view next_token(dice& chance, std::uint32_t index, bool last, std::string& token) {
  const bool first_of_sentence = index % words_a_sentence == 0;
  const bool last_of_sentence = last || (index + 1) % words_a_sentence == 0;
  token = index == 0 ? "" : " ";
  token += words[chance.next() % words.size()];
  char& first = token[index == 0 ? 0 : 1];
  if (first_of_sentence) first = static_cast<char>(first - 'a' + 'A');
  if (last_of_sentence) token += '.';
  return token;
}

}  // namespace

std::string simulated::describe() const {
  const std::string speed = how_.tokens_per_second > 0
                                ? fmt::format("{} tokens/s", how_.tokens_per_second)
                                : std::string("as fast as it can");
  return fmt::format("simulated ({}, seed {})", speed, how_.seed);
}

simulated::fate simulated::decide(const generation_request& request) {
  fate f;
  const std::uint64_t hash = hash_of(request, how_.seed);
  f.words = hash;
  const std::uint32_t allowed = allowed_tokens(request);
  f.shortened = allowed != 0 && allowed < how_.tokens;
  f.tokens = f.shortened ? allowed : how_.tokens;
  const double any = how_.fail_rate + how_.cut_rate + how_.stall_rate + how_.empty_rate;
  if (any <= 0) return f;
  if (asked_.size() >= asked_max && !asked_.contains(hash)) asked_.clear();
  dice chance(hash ^ (std::uint64_t{++asked_[hash]} * 0xd1342543de82ef95ULL));
  double drawn = chance.share();
  const auto falls_under = [&drawn](double rate) {
    const bool under = drawn < rate;
    drawn -= rate;
    return under;
  };
  if (falls_under(how_.fail_rate)) {
    f.what = fault::unavailable;
  } else if (falls_under(how_.empty_rate)) {
    f.what = fault::empty;
  } else if (falls_under(how_.cut_rate)) {
    f.what = fault::cut;
  } else if (falls_under(how_.stall_rate)) {
    f.what = fault::stalled;
  }
  if (f.what == fault::unavailable || f.what == fault::empty) f.tokens = 0;
  if (f.what == fault::cut || f.what == fault::stalled)
    f.tokens = static_cast<std::uint32_t>(chance.next() % f.tokens);
  return f;
}

task<proto::result<generation>> simulated::generate(
    generation_request request, std::function<void(std::string_view)> on_token) {
  const std::chrono::nanoseconds start = time_.now();
  const fate what = decide(request);
  if (what.what == fault::unavailable) co_return std::unexpected(problem_of(what.what, 0));
  generation answer;
  answer.usage.prompt_tokens = count_words(request.system) + count_words(request.prompt);
  std::chrono::nanoseconds first = start + how_.ttft;
  if (how_.prefill_per_second > 0)
    first += seconds_of(static_cast<double>(answer.usage.prompt_tokens) / how_.prefill_per_second);
  co_await sleep_until(first);
  answer.usage.prompt_eval_ns = (time_.now() - start).count();
  co_await speak(what, start, first, std::move(on_token), &answer);
  if (what.what == fault::stalled) co_await time_.sleep(how_.stall);
  if (what.what != fault::none) co_return std::unexpected(problem_of(what.what, what.tokens));
  answer.finish_reason = what.shortened ? "length" : "stop";
  answer.usage.total_ns = (time_.now() - start).count();
  answer.usage.eval_ns = answer.usage.total_ns - answer.usage.prompt_eval_ns;
  co_return answer;
}

task<> simulated::speak(fate what, std::chrono::nanoseconds start, std::chrono::nanoseconds first,
                        std::function<void(std::string_view)> on_token, generation* answer) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const bool whole = what.what == fault::none;
  dice chance(what.words);
  std::string token;
  for (std::uint32_t i = 0; i < what.tokens; ++i) {
    // Every token has its time from the beginning, so that being late once does not add up.
    if (how_.tokens_per_second > 0)
      co_await sleep_until(first + seconds_of(i / how_.tokens_per_second));
    else
      co_await boost::asio::post(executor, loop::as_result);
    const std::string_view piece = next_token(chance, i, whole && i + 1 == what.tokens, token);
    if (i == 0) answer->usage.ttft_ns = (time_.now() - start).count();
    ++answer->usage.output_tokens;
    answer->text += piece;
    if (on_token) on_token(piece);
  }
}

task<> simulated::sleep_until(std::chrono::nanoseconds when) {
  const std::chrono::nanoseconds left = when - time_.now();
  if (left > std::chrono::nanoseconds::zero()) co_await time_.sleep(left);
}

}  // namespace chimera::inference
