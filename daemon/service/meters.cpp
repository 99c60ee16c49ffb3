#include "daemon/service/meters.hpp"

#include <nlohmann/json.hpp>

namespace chimera::service {
namespace {

using nlohmann::json;
using proto::event_type;

constexpr double ms_per_second = 1000;

double number_in(const json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_number() ? found->get<double>() : 0;
}

}  // namespace

void meters::take(const proto::event& e, const std::string& backend) {
  switch (e.type) {
    case event_type::token_delta:
      ++tokens_;
      return;
    case event_type::llm_usage:
    case event_type::step_completed:
    case event_type::claim_verified:
    case event_type::claim_refuted:
    case event_type::claim_unresolved:
      break;
    default:
      return;
  }
  const json data = json::parse(e.data, nullptr, false);
  if (!data.is_object()) return;
  if (e.type == event_type::step_completed) {
    step_duration_.add(number_in(data, "duration_ms") / ms_per_second);
  } else if (e.type == event_type::llm_usage) {
    const double first_ms = number_in(data, "ttft_ms");
    const double eval_ms = number_in(data, "eval_ms");
    // Where the backend does not say how long it made tokens: the time after the first one.
    const double made_ms = eval_ms > 0 ? eval_ms : number_in(data, "total_ms") - first_ms;
    speed& of = speed_of_[backend];
    of.first_token.add(first_ms / ms_per_second);
    if (made_ms > 0)
      of.tokens_per_second.add(number_in(data, "output_tokens") * ms_per_second / made_ms);
  } else {
    const auto verdict = data.find("verdict");
    if (verdict != data.end() && verdict->is_string()) ++claims_[verdict->get<std::string>()];
  }
}

void meters::fill(jobs::counters& into) const {
  into.tokens = tokens_;
  into.queue_wait = queue_wait_;
  into.step_duration = step_duration_;
  into.claims = claims_;
  for (const auto& [backend, of] : speed_of_) {
    into.first_token.emplace(backend, of.first_token);
    into.tokens_per_second.emplace(backend, of.tokens_per_second);
  }
}

}  // namespace chimera::service
