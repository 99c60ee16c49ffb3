#include "daemon/inference/openai/completion_stream.hpp"

#include <utility>

#include <fmt/format.h>

#include "daemon/inference/openai/refusal.hpp"
#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

std::int64_t ns(double ms) { return static_cast<std::int64_t>(ms * 1e6); }

// TGI tells which kind of stop it was.
std::string common_reason(std::string_view reason) {
  if (reason == "eos_token" || reason == "stop_sequence" || reason == "eos") return "stop";
  if (reason == "max_tokens") return "length";
  return std::string(reason);
}

}  // namespace

completion_stream::completion_stream(std::string who, answer_state& state, call_timer& timer,
                                     const clock& time,
                                     std::function<proto::problem(std::string_view)> refusal)
    : who_(std::move(who)),
      state_(state),
      timer_(timer),
      time_(time),
      refusal_(std::move(refusal)) {}

bool completion_stream::push(std::string_view chunk) {
  events_.push(chunk);
  while (!state_.is_over()) {
    const auto event = events_.next();
    if (!event) break;
    take(*event, true);
  }
  give();
  if (events_.too_long()) protocol("an event of its answer is longer than 16 MiB", {});
  return !state_.is_over();
}

void completion_stream::take_whole(std::string object) {
  object.reserve(object.size() + sse_events::padding);
  take({object, false}, true);
  if (!state_.is_over() && text_.empty() && reason_.empty())
    protocol("its answer holds no text", object);
  end();
}

void completion_stream::end(std::string_view cause) {
  if (!state_.is_over())
    if (const auto event = events_.finish()) take(*event, false);
  give();
  if (!reason_.empty()) finish();
  state_.end(cause);
}

void completion_stream::take(sse_event event, bool is_whole) {
  if (event.data == "[DONE]") {
    take_done();
    return;
  }
  if (event.data.empty()) return;
  const completion_chunk chunk = reader_.read(event.data);
  using enum completion_chunk::kind;
  if (chunk.what == error || event.is_error) {
    give();
    state_.fail(refusal_(event.data));
  } else if (chunk.what == piece) {
    take_chunk(chunk);
  } else if (is_whole) {
    give();
    protocol("an event of its answer is no JSON object", event.data);
  }
}

void completion_stream::take_chunk(const completion_chunk& chunk) {
  text_ += chunk.text;
  was_thinking_ = was_thinking_ || chunk.thinking;
  if (chunk.thinking || !chunk.text.empty()) ++counted_;
  generation& draft = state_.draft();
  if (draft.model.empty() && !chunk.model.empty()) draft.model = chunk.model;
  if (!chunk.reason.empty()) reason_ = common_reason(chunk.reason);
  take_usage(chunk.usage);
}

void completion_stream::take_usage(const chunk_usage& usage) {
  generation_usage& kept = state_.draft().usage;
  if (usage.prompt_tokens > 0) kept.prompt_tokens = usage.prompt_tokens;
  if (usage.output_tokens > 0) kept.output_tokens = usage.output_tokens;
  if (usage.prompt_ms > 0) kept.prompt_eval_ns = ns(usage.prompt_ms);
  if (usage.eval_ms > 0) kept.eval_ns = ns(usage.eval_ms);
  has_usage_ = has_usage_ || usage.output_tokens > 0;
}

void completion_stream::take_done() {
  give();
  const bool says_nothing = reason_.empty() && !has_usage_ && state_.pieces() == 0;
  if (says_nothing) {
    state_.end("it said that it is done, but neither why nor anything else: it has lost an error");
    return;
  }
  if (reason_.empty()) reason_ = "stop";
  finish();
}

void completion_stream::give() {
  if (std::exchange(was_thinking_, false)) timer_.sign_of_life(time_.now());
  if (text_.empty() || state_.is_over()) return;
  static_cast<void>(state_.text(text_));  // whether it is over is asked for where it matters
  text_.clear();
}

void completion_stream::finish() {
  if (state_.is_over()) return;
  generation_usage& usage = state_.draft().usage;
  if (!has_usage_) usage.output_tokens = counted_;
  if (reason_ != "abort" && reason_ != "error") {
    state_.finish(reason_);
    return;
  }
  proto::problem p;
  p.code = "backend.failed";
  p.title = fmt::format("{} gave up its answer", who_);
  p.detail = fmt::format("its finish_reason is '{}'", reason_);
  state_.fail(std::move(p));
}

void completion_stream::protocol(std::string_view why, std::string_view data) {
  proto::problem p;
  p.code = "backend.protocol";
  p.title = fmt::format("{} does not speak as OpenAI's servers do", who_);
  p.detail = why;
  if (!data.empty()) p.detail += fmt::format(": '{}'", beginning_of(data));
  state_.fail(std::move(p));
}

}  // namespace chimera::inference
