// What watchers get: 100 WebSockets on jobs that speak as fast as they can (tokens delivered in
// all, merged ones counted), 1,000 on one job of 100 tokens a second (delay), 10,000 that are idle
// (memory). STREAMS_BENCH_RUNS, STREAMS_BENCH_SECONDS, STREAMS_BENCH_IDLE.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "connection.hpp"
#include "measured.hpp"
#include "served_daemon.hpp"

namespace {

using namespace chimera::bench;

constexpr std::size_t busy_jobs = 10;
constexpr std::size_t busy_watchers = 100;
constexpr std::size_t paced_watchers = 1'000;
constexpr std::int64_t ms_a_minute = 60'000;

std::string submit(served_daemon& daemon, std::string_view backend) {
  asio::io_context context;
  http_caller caller(context, daemon.port());
  const std::string request = submit_text(daemon.port(), "stream", backend, false);
  return std::string(member_of(caller.ask_now(request), "id"));
}

/// Any number of watchers of one thread, who look at tokens only.
class audience {
 public:
  using handler = watcher::handler;
  audience(served_daemon& daemon, asio::io_context& context) : daemon_(daemon), context_(context) {}

  void join(const std::string& job, handler on_token) {
    auto on_message = [on_token = std::move(on_token)](std::string_view message) {
      if (message.find(R"("type":"token.delta")") != std::string_view::npos) on_token(message);
    };
    all_.push_back(std::make_unique<watcher>(
        context_, daemon_.port(), fmt::format("/v1/jobs/{}/stream", job), std::move(on_message)));
  }

 private:
  served_daemon& daemon_;
  asio::io_context& context_;
  std::vector<std::unique_ptr<watcher>> all_;
};

void measure_busy(std::size_t runs, std::chrono::seconds length) {
  series delivered;
  series made;
  series frames_a_second;
  for (std::size_t run = 0; run < runs; ++run) {
    served_daemon daemon;
    daemon.start();
    asio::io_context context;
    audience watching(daemon, context);
    std::vector<std::string> jobs;
    std::vector<std::uint64_t> reached(busy_jobs, 0);
    for (std::size_t i = 0; i < busy_jobs; ++i) jobs.push_back(submit(daemon, "flood"));
    std::uint64_t tokens = 0;
    std::uint64_t frames = 0;
    for (std::size_t i = 0; i < busy_watchers; ++i) {
      std::uint64_t& last = reached[i % busy_jobs];
      watching.join(jobs[i % busy_jobs], [&tokens, &frames, &last](std::string_view message) {
        const std::uint64_t seq = number_of(message, "seq");
        const std::uint64_t first = number_of(message.substr(0, 120), "first_seq");
        tokens += first == 0 ? 1 : seq - first + 1;
        ++frames;
        last = std::max(last, seq);
      });
    }
    const auto sum = [&reached] {
      std::uint64_t all = 0;
      for (const std::uint64_t one : reached) all += one;
      return all;
    };
    context.run_for(std::chrono::seconds(1));
    const std::uint64_t before = tokens;
    const std::uint64_t frames_before = frames;
    const std::uint64_t made_before = sum();
    const auto begin = steady::now();
    context.run_for(length);
    const double seconds = ms_since(begin) / 1e3;
    delivered.add(static_cast<double>(tokens - before) / seconds);
    frames_a_second.add(static_cast<double>(frames - frames_before) / seconds);
    made.add(static_cast<double>(sum() - made_before) / seconds);
  }
  fmt::print("{} WebSockets on {} jobs that speak as fast as they can, {} s a run\n", busy_watchers,
             busy_jobs, length.count());
  delivered.print("tokens delivered in all (target 500,000)", "tokens/s");
  frames_a_second.print("in so many messages", "messages/s");
  made.print("tokens made", "tokens/s");
}

/// Milliseconds within the minute of an event's time, "2026-11-24T15:40:43.123Z".
std::int64_t ms_of_event(std::string_view message) {
  const std::string_view time = member_of(message, "time");
  if (time.size() != 24) std::_Exit(1);
  const auto number = [&time](std::size_t from, std::size_t count) {
    return std::strtoll(std::string(time.substr(from, count)).c_str(), nullptr, 10);
  };
  return number(17, 2) * 1'000 + number(20, 3);
}

double ms_of_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return static_cast<double>(ns % (ms_a_minute * 1'000'000)) / 1e6;
}

// The daemon dates an event when it appends it, in whole milliseconds, cut: the delay that is
// found here is up to 1 ms more than the true one.
void measure_paced(std::size_t runs, std::chrono::seconds length) {
  series medians;
  series tails;
  series worst;
  series messages;
  series daemon_cpu;
  series own_cpu;
  for (std::size_t run = 0; run < runs; ++run) {
    served_daemon daemon;
    daemon.start();
    asio::io_context context;
    audience watching(daemon, context);
    const std::string job = submit(daemon, "paced");
    series ms;
    bool measures = false;
    for (std::size_t i = 0; i < paced_watchers; ++i)
      watching.join(job, [&ms, &measures](std::string_view message) {
        if (!measures) return;
        const double delay = ms_of_now() - static_cast<double>(ms_of_event(message));
        ms.add(delay < 0 ? delay + static_cast<double>(ms_a_minute) : delay);
      });
    context.run_for(std::chrono::seconds(1));
    measures = true;
    const double daemon_before = daemon.cpu_seconds();
    const double own_before = own_cpu_seconds();
    context.run_for(length);
    const auto seconds = static_cast<double>(length.count());
    daemon_cpu.add((daemon.cpu_seconds() - daemon_before) / seconds * 100);
    own_cpu.add((own_cpu_seconds() - own_before) / seconds * 100);
    medians.add(ms.median());
    tails.add(ms.quantile(0.99));
    worst.add(ms.quantile(1));
    messages.add(static_cast<double>(ms.size()) / seconds);
  }
  fmt::print("{} WebSockets on one job of 100 tokens/s, {} s a run\n", paced_watchers,
             length.count());
  medians.print("p50 of a run, event's time to arrival", "ms");
  tails.print("p99 of a run (target 20 ms)", "ms");
  worst.print("worst of a run", "ms");
  messages.print("messages (100,000 if none is merged)", "messages/s");
  daemon_cpu.print("processor time of the daemon", "% of one");
  own_cpu.print("processor time of the clients", "% of one");
}

void measure_idle(std::size_t watchers) {
  served_daemon daemon;
  daemon.start();
  asio::io_context context;
  audience watching(daemon, context);
  const std::string job = submit(daemon, "silent");
  watching.join(job, [](std::string_view) {});
  context.run_for(std::chrono::milliseconds(200));
  const std::size_t before = daemon.resident_bytes();
  for (std::size_t i = 0; i < watchers; ++i) {
    watching.join(job, [](std::string_view) {});
    context.poll();
  }
  context.run_for(std::chrono::seconds(2));
  const std::size_t after = daemon.resident_bytes();
  fmt::print("{} idle WebSockets: {:.1f} KiB each (target 20), {:.1f} MB before, {:.1f} MB after\n",
             watchers, static_cast<double>(after - before) / 1024 / static_cast<double>(watchers),
             static_cast<double>(before) / 1e6, static_cast<double>(after) / 1e6);
}

}  // namespace

int main() {
  const std::size_t runs = count_setting("STREAMS_BENCH_RUNS", 5);
  const std::chrono::seconds length(count_setting("STREAMS_BENCH_SECONDS", 5));
  const std::size_t idle = count_setting("STREAMS_BENCH_IDLE", 9'900);
  print_machine();
  allow_many_files();
  measure_busy(runs, length);
  measure_paced(runs, length);
  measure_idle(idle);
}
