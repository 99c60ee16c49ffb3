// A model with a context of some tokens, and a count of tokens as a real tokenizer would make it.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/ports/text_generator.hpp"

namespace chimera::tests {

/// Runs of letters by four bytes, every digit and every other mark for itself, blanks with the word
/// behind them: close to what a byte-pair vocabulary gives for prompts full of identifiers.
inline std::uint64_t estimated_tokens(std::string_view text) {
  constexpr std::uint64_t letters_a_token = 4;
  std::uint64_t tokens = 0;
  std::uint64_t run = 0;
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      if (run++ % letters_a_token == 0) ++tokens;
      continue;
    }
    run = 0;
    if (c != ' ') ++tokens;
  }
  return tokens;
}

/// Answers by `answer`; refuses what does not fit with its answer, as Ollama does when it must not
/// truncate. Keeps the prompts.
class bounded_generator : public text_generator {
 public:
  static constexpr std::uint64_t template_tokens = 20;

  bounded_generator(model_limits limits,
                    std::function<std::string(const generation_request&)> answer)
      : limits_(limits), answer_(std::move(answer)) {}

  task<proto::result<model_limits>> limits(generation_request /*about*/) override {
    co_return limits_;
  }
  task<proto::result<std::uint64_t>> count_tokens(generation_request request) override {
    ++counts;
    co_return tokens_of(request);
  }
  task<proto::result<generation>> generate(generation_request request,
                                           std::function<void(std::string_view)>) override {
    requests.push_back(request);
    const std::uint64_t tokens = tokens_of(request) + surplus;
    std::uint64_t predict = 0;
    if (const auto set = request.options.find("num_predict"); set != request.options.end())
      std::from_chars(set->second.data(), set->second.data() + set->second.size(), predict);
    largest = std::max(largest, tokens + predict);
    if (tokens + predict > limits_.context_tokens && limits_.context_tokens > 0) {
      ++refused;
      surplus -= std::min(surplus, learned);
      co_return proto::fail("backend.context", "the prompt does not fit");
    }
    generation made;
    made.text = answer_(request);
    made.finish_reason = finish_reason;
    co_return made;
  }
  [[nodiscard]] std::string describe() const override { return "bounded"; }

  [[nodiscard]] static std::uint64_t tokens_of(const generation_request& request) {
    return template_tokens + estimated_tokens(request.system) + estimated_tokens(request.prompt);
  }

  std::vector<generation_request> requests;
  std::size_t counts = 0;
  std::size_t refused = 0;
  std::uint64_t surplus = 0;  ///< tokens that its count does not see
  std::uint64_t learned = 0;  ///< of them, what a refusal teaches
  std::uint64_t largest = 0;  ///< prompt and answer of a call
  std::string finish_reason = "stop";

 private:
  model_limits limits_;
  std::function<std::string(const generation_request&)> answer_;
};

}  // namespace chimera::tests
