// Waiting for a job without watching it.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "proto/job.hpp"

namespace chimera::cli {
namespace {

constexpr std::chrono::seconds ask_for{30};
constexpr std::chrono::seconds silence{60};
constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::milliseconds longest_pause{5000};
constexpr std::chrono::minutes patience{2};

}  // namespace

exit_code outcome_of(std::string_view state) {
  return state == "completed" ? exit_code::done : exit_code::job_failed;
}

void print_json(const ordered_json& document) {
  fmt::print("{}\n", document.dump(1, ' ', false, ordered_json::error_handler_t::replace));
}

task<proto::result<ordered_json>> wait_for_end(server* at, std::string id) {
  const loop::steady_clock time;
  std::chrono::milliseconds pause = first_pause;
  auto lost = std::chrono::nanoseconds::zero();
  while (true) {
    server_request request;
    request.path = "/v1/jobs/" + encoded(id);
    request.headers = {{"prefer", fmt::format("wait={}", ask_for.count())}};
    request.silence = silence;
    auto job = co_await at->read(std::move(request));
    if (job) {
      const auto state = proto::job_state_of(text_in(*job, "state"));
      if (state && proto::is_terminal(*state)) co_return job;
      lost = std::chrono::nanoseconds::zero();
      pause = first_pause;
      continue;
    }
    if (!may_pass(job.error())) co_return job;
    if (lost == std::chrono::nanoseconds::zero()) {
      lost = time.now();
      fmt::print(stderr, "chimera: the server is gone; waiting for it to come back\n");
    }
    if (time.now() - lost > patience) co_return job;
    co_await time.sleep(pause);
    pause = std::min(pause * 2, longest_pause);
  }
}

}  // namespace chimera::cli
