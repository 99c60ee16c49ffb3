// Messages of a WebSocket, one a line: every answer is JSON, and nothing else is said.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/http/stream_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chimera::http;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  stream_limits limits;
  limits.subscriptions = 2;
  stream_session session(limits);
  chimera::proto::job job;
  job.id = "job_a";
  job.epoch = "E1";
  job.last_seq = 3;
  const std::chrono::nanoseconds now{1};
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    stream_action action = session.take(rest.substr(0, end), now);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (auto* text = std::get_if<say>(&action))
      if (!nlohmann::json::accept(text->text)) std::abort();
    if (auto* command = std::get_if<subscribe_command>(&action)) {
      const auto made = session.subscribe(command->id, command->wish, job, now);
      if (!nlohmann::json::accept(made.reply)) std::abort();
      if (session.size() > limits.subscriptions) std::abort();
    }
    if (auto* command = std::get_if<unsubscribe_command>(&action)) session.forget(command->sub);
    if (std::holds_alternative<hang_up>(action)) return 0;
  }
  return 0;
}
