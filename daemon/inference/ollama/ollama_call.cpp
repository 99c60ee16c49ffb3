// One call: what is sent, what comes back, what is learned from it.
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "daemon/inference/ollama/answer_stream.hpp"
#include "daemon/inference/ollama/ollama.hpp"
#include "daemon/inference/ollama/refusal.hpp"
#include "daemon/inference/stream/answer_state.hpp"
#include "daemon/inference/stream/call_timer.hpp"
#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {

/// Lives in the frame of ollama::generate().
class ollama_call {
 public:
  ollama_call(ollama& owner, generation_request request,
              std::function<void(std::string_view)> on_token)
      : owner_(owner),
        who_(owner.who()),
        request_(std::move(request)),
        timer_(owner.settings_.budgets, owner.time_.now(), who_),
        state_(who_, timer_, owner.time_, std::move(on_token)) {
    if (request_.model.empty()) request_.model = owner_.settings_.model;
  }

  task<proto::result<generation>> run() {
    auto expired = co_await run_within(speak(), &timer_, &owner_.time_);
    if (expired) state_.fail(std::move(*expired));
    auto answer = state_.take();
    if (answer) answer = judged(std::move(*answer));
    co_return answer;
  }

 private:
  task<> speak();
  [[nodiscard]] proto::problem learn_from(ollama_refusal refusal);
  [[nodiscard]] proto::result<generation> judged(generation answer);
  [[nodiscard]] std::size_t prompt_bytes() const {
    return request_.system.size() + request_.prompt.size();
  }

  ollama& owner_;
  std::string who_;
  generation_request request_;
  call_timer timer_;
  answer_state state_;
  ollama::known_model* model_ = nullptr;
};

task<> ollama_call::speak() {
  auto known = co_await owner_.know(request_);
  if (!known) {
    state_.fail(std::move(known.error()));
    co_return;
  }
  model_ = *known;
  auto message = chat_request(request_, model_->manner);
  if (!message) {
    state_.fail(std::move(message.error()));
    co_return;
  }
  state_.draft().options_in_effect = std::move(message->in_effect);
  http::client_request what = owner_.request_to(message->target);
  what.method = "POST";
  what.headers.emplace_back("Content-Type", "application/json");
  what.body = std::move(message->body);
  what.silence_timeout = std::chrono::hours(24);  // the budgets end it before
  const auto refusal = [this](std::string_view text) {
    return learn_from(refusal_in_stream(who_, request_.model, text));
  };
  answer_stream incoming(who_, state_, timer_, owner_.time_, refusal);
  const auto on_head = [](const http::client_response& head) { return head.status == 200; };
  const http::piece_handler on_piece = [&incoming](std::string_view piece) {
    return incoming.push(piece);
  };
  auto ended = co_await http::stream(std::move(what), on_head, on_piece);
  if (!ended)
    state_.fail(lost_way(who_, ollamas, std::move(ended.error())));
  else if (ended->status != 200)
    state_.fail(learn_from(refusal_of(who_, request_.model, ended->status, ended->body)));
  else
    incoming.end();
}

proto::problem ollama_call::learn_from(ollama_refusal refusal) {
  if (refusal.prompt_tokens > 0) model_->ratio.learn(prompt_bytes(), refusal.prompt_tokens);
  return std::move(refusal.what);
}

proto::result<generation> ollama_call::judged(generation answer) {
  const std::uint64_t read = answer.usage.prompt_tokens;
  const std::uint64_t least = model_->ratio.least(prompt_bytes());
  if (read > 0 && read < least && counts_whole_prompts(owner_.version_))
    return proto::fail(
        "backend.truncated", fmt::format("{} cut the prompt", who_),
        fmt::format("it read {} tokens of a prompt that has at least {}; the context of the model "
                    "is {} tokens: raise num_ctx in the backend's profile, or give the persona "
                    "less to read",
                    read, least, number_of(model_->manner.profile, "num_ctx", 0)));
  model_->ratio.learn(prompt_bytes(), read);
  answer.model_digest = model_->digest;
  answer.server = "ollama " + owner_.version_;
  return answer;
}

task<proto::result<generation>> ollama::generate(generation_request request,
                                                 std::function<void(std::string_view)> on_token) {
  ollama_call call(*this, std::move(request), std::move(on_token));
  co_return co_await call.run();
}

}  // namespace chimera::inference
