#include "daemon/inference/stream/answer_state.hpp"

#include <utility>

#include <fmt/format.h>

namespace chimera::inference {
namespace {

constexpr std::size_t shown_bytes = 60;

// The end of the text on one line, whole characters.
std::string_view tail_of(std::string_view text) {
  std::string_view tail = text.size() > shown_bytes ? text.substr(text.size() - shown_bytes) : text;
  while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xC0U) == 0x80U)
    tail.remove_prefix(1);
  const std::size_t line = tail.find_last_of("\r\n", tail.find_last_not_of("\r\n"));
  if (line != std::string_view::npos) tail.remove_prefix(line + 1);
  while (tail.ends_with('\n') || tail.ends_with('\r')) tail.remove_suffix(1);
  return tail;
}

}  // namespace

answer_state::answer_state(std::string who, call_timer& timer, const clock& time,
                           std::function<void(std::string_view)> on_token)
    : who_(std::move(who)), timer_(timer), time_(time), on_token_(std::move(on_token)) {}

bool answer_state::text(std::string_view bytes) {
  if (over_) return false;
  if (bytes.empty()) return true;
  timer_.token(time_.now());
  ++pieces_;
  return give(characters_.push(bytes));
}

bool answer_state::give(std::string_view whole) {
  if (whole.empty()) return true;
  draft_.text += whole;
  if (on_token_) on_token_(whole);
  if (!guard_.push(whole)) return true;
  proto::problem p;
  p.code = "backend.repetition";
  p.title = fmt::format("the model behind {} repeats itself without end", who_);
  p.detail = "the answer was stopped; a higher repeat_penalty or another seed may help";
  fail(std::move(p));
  return false;
}

void answer_state::finish(std::string reason) {
  if (over_ || !give(characters_.finish())) return;
  draft_.finish_reason = std::move(reason);
  over_ = true;
  if (!draft_.text.empty()) return;
  problem_.code = "backend.empty";
  problem_.title = fmt::format("{} ended its answer without any text", who_);
  problem_.detail = fmt::format("it says that it is done ({})", draft_.finish_reason);
  if (draft_.usage.output_tokens > 0)
    problem_.detail += fmt::format(" after {} tokens, none of which is text of the answer",
                                   draft_.usage.output_tokens);
}

void answer_state::fail(proto::problem what) {
  if (over_) return;
  over_ = true;
  problem_ = std::move(what);
  // Whoever was cut off because the time was over hears of a connection that was closed.
  if (auto late = timer_.expired(time_.now())) problem_ = std::move(*late);
  if (problem_.code.empty()) problem_.code = "backend.failed";
  if (!problem_.detail.empty()) problem_.detail += "; ";
  problem_.detail += arrived();
}

void answer_state::end(std::string_view cause) {
  if (over_) return;
  proto::problem p;
  p.code = "backend.cut";
  p.title = fmt::format("the answer of {} broke off", who_);
  p.detail = cause.empty() ? std::string("the stream ended without the mark that it is done")
                           : std::string(cause);
  fail(std::move(p));
}

std::string answer_state::arrived() const {
  if (draft_.text.empty()) return "nothing of the answer had arrived";
  return fmt::format("{} pieces with {} bytes had arrived, the last of them '{}'", pieces_,
                     draft_.text.size(), tail_of(draft_.text));
}

proto::result<generation> answer_state::take() {
  end();
  if (!problem_.code.empty()) return std::unexpected(std::move(problem_));
  generation_usage& usage = draft_.usage;
  if (usage.output_tokens == 0) usage.output_tokens = pieces_;
  const auto first = timer_.first_token();
  if (usage.ttft_ns == 0 && first) usage.ttft_ns = first->count();
  if (usage.total_ns == 0) usage.total_ns = (time_.now() - timer_.began()).count();
  return std::move(draft_);
}

}  // namespace chimera::inference
