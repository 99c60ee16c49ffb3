// What a person waits for: the first event of a job while 50 run, work going on after kill -9, a
// cancelled call. LATENCY_BENCH_JOBS (first events), LATENCY_BENCH_KILLS, LATENCY_BENCH_CANCELS.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "connection.hpp"
#include "measured.hpp"
#include "served_daemon.hpp"

namespace {

using namespace chimera::bench;

constexpr std::size_t running = 50;

std::string submit(http_caller& caller, std::uint16_t port, std::string_view pipeline,
                   std::string_view backend) {
  return std::string(member_of(caller.ask_now(submit_text(port, pipeline, backend, false)), "id"));
}

std::string cancel_text(std::uint16_t port, const std::string& job) {
  return request_text("POST", fmt::format("/v1/jobs/{}/cancel", job), port, "", "{}");
}

/// Runs the context until an event of one of `types` comes to a new watcher of the job.
class event_wait {
 public:
  event_wait(asio::io_context& context, std::uint16_t port, const std::string& job,
             std::uint64_t after, std::vector<std::string> types)
      : context_(context),
        types_(std::move(types)),
        watcher_(context, port, fmt::format("/v1/jobs/{}/stream?after={}", job, after),
                 [this](std::string_view message) { look(message); }) {}

  /// Milliseconds from `begin` to the event.
  double run(steady::time_point begin) {
    context_.restart();
    while (!came_)
      if (context_.run_one() == 0) {
        fmt::print(stderr, "a stream ended without {}\n", types_.front());
        std::_Exit(1);
      }
    return std::chrono::duration<double, std::milli>(at_ - begin).count();
  }
  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

 private:
  void look(std::string_view message) {
    if (const std::uint64_t seq = number_of(message, "seq"); seq > last_seq_) last_seq_ = seq;
    const std::string_view type = member_of(message, "type");
    for (const std::string& wanted : types_)
      if (!came_ && type.starts_with(wanted)) {
        at_ = steady::now();
        came_ = true;
      }
  }

  asio::io_context& context_;
  std::vector<std::string> types_;
  bool came_ = false;
  std::uint64_t last_seq_ = 0;
  steady::time_point at_;
  watcher watcher_;
};

void measure_first_events(std::size_t count) {
  served_daemon daemon;
  daemon.start();
  asio::io_context context;
  http_caller caller(context, daemon.port());
  for (std::size_t i = 0; i < running; ++i) submit(caller, daemon.port(), "stream", "paced");
  series answers;
  series ms;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = steady::now();
    const std::string job = submit(caller, daemon.port(), "three", "quick");
    answers.add(ms_since(begin));
    event_wait first(context, daemon.port(), job, 0, {"job."});
    ms.add(first.run(begin));
  }
  fmt::print("{} jobs running, 100 tokens/s each\n", running);
  answers.print_tail("POST to 202", "ms");
  ms.print_tail("POST to first event (target p99 20 ms)", "ms");
}

void measure_kills(std::size_t count) {
  served_daemon daemon;
  daemon.start();
  std::vector<std::string> jobs;
  {
    asio::io_context context;
    http_caller caller(context, daemon.port());
    for (std::size_t i = 0; i < running; ++i)
      jobs.push_back(submit(caller, daemon.port(), "stream", "paced"));
  }
  series ready;
  series ms;
  std::uint64_t seq = 0;
  for (std::size_t i = 0; i <= count; ++i) {
    asio::io_context before;
    event_wait speaks(before, daemon.port(), jobs.back(), seq, {"token.delta"});
    speaks.run(steady::now());
    seq = speaks.last_seq();
    if (i == count) break;
    const auto begin = steady::now();
    daemon.kill();
    daemon.start();
    ready.add(ms_since(begin));
    asio::io_context after;
    event_wait works(after, daemon.port(), jobs.back(), seq, {"step.started", "token.delta"});
    ms.add(works.run(begin));
    seq = works.last_seq();
  }
  fmt::print("kill -9 with {} jobs running\n", running);
  ready.print_tail("kill to listening", "ms");
  ms.print_tail("kill to the youngest job's step (target 300 ms)", "ms");
}

void measure_cancels(std::size_t count) {
  served_daemon daemon;
  daemon.start();
  asio::io_context context;
  http_caller caller(context, daemon.port());
  series ms;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string job =
        submit(caller, daemon.port(), "stream", i % 2 == 0 ? "silent" : "paced");
    event_wait started(context, daemon.port(), job, 0, {"message.started"});
    started.run(steady::now());
    event_wait ended(context, daemon.port(), job, 0, {"job.canceled"});
    const auto begin = steady::now();
    caller.ask_now(cancel_text(daemon.port(), job));
    ms.add(ended.run(begin));
  }
  fmt::print(
      "cancel of a call that waits or speaks; job.canceled comes after the call has ended\n");
  ms.print_tail("cancel to job.canceled (target 50 ms)", "ms");
}

}  // namespace

int main() {
  print_machine();
  measure_first_events(count_setting("LATENCY_BENCH_JOBS", 300));
  measure_kills(count_setting("LATENCY_BENCH_KILLS", 20));
  measure_cancels(count_setting("LATENCY_BENCH_CANCELS", 100));
}
