#include "daemon/inference/narrator.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "agents/roles/finding_lines.hpp"
#include "daemon/inference/narrator_phrases.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::inference {
namespace {

// A turn of the loop costs as much as a few dozen words.
constexpr std::uint64_t words_a_turn = 64;

constexpr std::string_view white_space = " \t\n";

// The first word of `text` with the white space after it.
std::string_view first_word(std::string_view text) {
  const std::size_t start = text.find_first_not_of(white_space);
  if (start == std::string_view::npos) return text;
  const std::size_t space = text.find_first_of(white_space, start);
  if (space == std::string_view::npos) return text;
  return text.substr(0, text.find_first_not_of(white_space, space));
}

std::uint64_t count_words(std::string_view text) {
  std::uint64_t words = 0;
  for (; !text.empty(); text.remove_prefix(first_word(text).size())) ++words;
  return words;
}

}  // namespace

task<proto::result<generation>> narrator::generate(generation_request request,
                                                   std::function<void(std::string_view)> on_token) {
  const std::chrono::nanoseconds start = time_.now();
  const roles::asked what = roles::read_prompt(request.prompt);
  if (what.task.empty())
    co_return proto::fail(
        "narrator.prompt", fmt::format("step '{}': the prompt names no task", request.step),
        "the narrator answers the prompts of collector, analyst, reporter and critic only");
  generation answer;
  if (what.task == "critic" && !what.artifacts.empty())
    answer.text = object_to(what.artifacts.back(), what.findings);
  else
    answer.text = put_into_words(what.task, what.title, what.findings);
  if (answer.text.empty()) answer.text = "These files hold nothing that supports a statement.";
  answer.finish_reason = "stop";
  answer.usage.prompt_tokens = count_words(request.system) + count_words(request.prompt);
  answer.usage.prompt_eval_ns = (time_.now() - start).count();

  const auto executor = co_await boost::asio::this_coro::executor;
  std::string_view rest = answer.text;
  while (!rest.empty()) {
    const std::string_view word = first_word(rest);
    if (answer.usage.output_tokens++ == 0) answer.usage.ttft_ns = (time_.now() - start).count();
    if (on_token) on_token(word);
    rest.remove_prefix(word.size());
    if (answer.usage.output_tokens % words_a_turn == 0)
      co_await boost::asio::post(executor, loop::as_result);
  }
  answer.usage.total_ns = (time_.now() - start).count();
  answer.usage.eval_ns = answer.usage.total_ns - answer.usage.prompt_eval_ns;
  co_return answer;
}

}  // namespace chimera::inference
