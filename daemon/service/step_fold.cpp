#include "daemon/service/step_fold.hpp"

#include <nlohmann/json.hpp>

#include "proto/job.hpp"

namespace chimera::service {
namespace {

using proto::event_type;
using proto::step_state;

std::string persona_in(const std::string& data) {
  const auto json = nlohmann::json::parse(data, nullptr, false);
  if (!json.is_object()) return {};
  const auto found = json.find("persona");
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The state that an event puts its step into; nothing for events that change none.
std::optional<step_state> state_after(event_type type) {
  switch (type) {
    case event_type::step_ready:
      return step_state::ready;
    case event_type::step_started:
      return step_state::running;
    case event_type::step_retrying:
    case event_type::step_attempt_discarded:
      return step_state::retrying;
    case event_type::step_completed:
      return step_state::completed;
    case event_type::step_failed:
      return step_state::failed;
    case event_type::step_skipped:
      return step_state::skipped;
    case event_type::step_canceled:
      return step_state::canceled;
    default:
      return std::nullopt;
  }
}

}  // namespace

void step_fold::take(const proto::event& e) {
  if (e.step.empty()) return;
  if (e.type == event_type::token_delta) {
    // Without text it stands for numbers, not for tokens: see recovery.
    const std::uint64_t count = e.text.empty() ? 0 : e.seq - e.first_seq + 1;
    step(e.step).tokens += count;
    tokens_ += count;
    return;
  }
  const std::optional<step_state> after = state_after(e.type);
  if (!after) return;
  jobs::step_view& s = step(e.step);
  set_running(s, *after == step_state::running);
  s.state = proto::to_text(*after);
  if (e.attempt != 0) s.attempt = e.attempt;
  switch (*after) {
    case step_state::running:
      attempts_[e.step] = e.attempt;
      s.started_ms = e.time_ms;
      s.ended_ms = 0;
      s.tokens = 0;
      s.persona = persona_in(e.data);
      break;
    case step_state::ready:
    case step_state::retrying:
      break;
    default:
      s.ended_ms = e.time_ms;
  }
}

std::vector<jobs::step_view> step_fold::steps() const { return steps_; }

std::vector<std::pair<std::string, std::uint32_t>> step_fold::cut() const {
  std::vector<std::pair<std::string, std::uint32_t>> found;
  for (const jobs::step_view& s : steps_)
    if (s.state == proto::to_text(step_state::running)) found.emplace_back(s.name, s.attempt);
  return found;
}

jobs::step_view& step_fold::step(const std::string& name) {
  const auto [known, is_new] = index_of_.try_emplace(name, steps_.size());
  if (is_new) {
    jobs::step_view s;
    s.name = name;
    s.state = proto::to_text(step_state::pending);
    steps_.push_back(std::move(s));
  }
  return steps_[known->second];
}

void step_fold::set_running(jobs::step_view& s, bool running) {
  const bool was = s.state == proto::to_text(step_state::running);
  if (running && !was) ++running_;
  if (!running && was) --running_;
}

}  // namespace chimera::service
