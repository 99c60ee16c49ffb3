#include "daemon/inference/ollama/answer_stream.hpp"

#include <utility>

#include <fmt/format.h>

#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {

answer_stream::answer_stream(std::string who, answer_state& state, call_timer& timer,
                             const clock& time,
                             std::function<proto::problem(std::string_view)> refusal)
    : who_(std::move(who)),
      state_(state),
      timer_(timer),
      time_(time),
      refusal_(std::move(refusal)) {}

bool answer_stream::push(std::string_view chunk) {
  lines_.push(chunk);
  while (const auto line = lines_.next())
    if (!take(*line, true)) return false;
  if (lines_.too_long()) protocol("a line of its answer is longer than 16 MiB", {});
  return !state_.is_over();
}

void answer_stream::end() {
  if (!state_.is_over()) take(lines_.rest(), false);
  state_.end();
}

bool answer_stream::take(std::string_view line, bool is_whole) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  answer_line read = reader_.read(line);
  using enum answer_line::kind;
  if (read.what == garbage) {
    if (is_whole) protocol("a line of its answer is none of Ollama's", line);
    return false;
  }
  if (read.what == error) {
    state_.fail(refusal_(read.text));
    return false;
  }
  generation& draft = state_.draft();
  if (!read.model.empty() && draft.model.empty()) draft.model = read.model;
  if (read.thinking) timer_.sign_of_life(time_.now());
  if (!state_.text(read.text)) return false;
  if (read.what == piece) return true;
  draft.usage = read.usage;
  state_.finish(read.reason.empty() ? std::string("stop") : std::string(read.reason));
  return false;
}

void answer_stream::protocol(std::string_view why, std::string_view line) {
  proto::problem p;
  p.code = "backend.protocol";
  p.title = fmt::format("{} does not speak as Ollama does", who_);
  p.detail = why;
  if (!line.empty()) p.detail += fmt::format(": '{}'", beginning_of(line));
  state_.fail(std::move(p));
}

}  // namespace chimera::inference
