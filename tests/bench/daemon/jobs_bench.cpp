// Jobs of three calls with one token each: one at a time, from POST to its answer when the job has
// ended; then 64 at a time, jobs a second. JOBS_BENCH_RUNS, JOBS_BENCH_JOBS (of the second part).
#include <cstddef>
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

constexpr std::size_t at_a_time = 64;
constexpr std::size_t single_jobs = 500;
constexpr std::size_t warm_up_jobs = 50;

void expect_completed(unsigned status, std::string_view body) {
  if (status == 200 && member_of(body, "state") == "completed") return;
  fmt::print(stderr, "a job did not complete: {} {}\n", status, body);
  std::_Exit(1);
}

void run_one_at_a_time(const served_daemon& daemon, std::size_t jobs, series& ms) {
  asio::io_context context;
  http_caller caller(context, daemon.port());
  const std::string request = submit_text(daemon.port(), "three", "quick", true);
  for (std::size_t i = 0; i < jobs; ++i) {
    const auto begin = steady::now();
    expect_completed(200, caller.ask_now(request));
    ms.add(ms_since(begin));
  }
}

/// `at_a_time` callers who submit again as soon as their job has ended.
class crowd {
 public:
  crowd(const served_daemon& daemon, std::size_t jobs)
      : left_(jobs), request_(submit_text(daemon.port(), "three", "quick", true)) {
    for (std::size_t i = 0; i < at_a_time; ++i)
      callers_.push_back(std::make_unique<http_caller>(context_, daemon.port()));
  }
  void run() {
    for (const auto& caller : callers_) submit(*caller);
    context_.run();
  }

 private:
  void submit(http_caller& caller) {
    if (left_ == 0) return;
    --left_;
    caller.ask(request_, [this, &caller](unsigned status, std::string_view body) {
      expect_completed(status, body);
      submit(caller);
    });
  }

  asio::io_context context_;
  std::size_t left_;
  std::string request_;
  std::vector<std::unique_ptr<http_caller>> callers_;
};

}  // namespace

int main() {
  const std::size_t runs = count_setting("JOBS_BENCH_RUNS", 5);
  const std::size_t jobs = count_setting("JOBS_BENCH_JOBS", 5'000);
  print_machine();
  served_daemon daemon;
  daemon.start();
  series ignored;
  run_one_at_a_time(daemon, warm_up_jobs, ignored);
  series all;
  series medians;
  series tails;
  for (std::size_t i = 0; i < runs; ++i) {
    series ms;
    run_one_at_a_time(daemon, single_jobs, ms);
    medians.add(ms.median());
    tails.add(ms.quantile(0.99));
  }
  fmt::print("one job at a time, {} a run, POST to completed (targets 2 and 10 ms)\n", single_jobs);
  medians.print("p50 of a run", "ms");
  tails.print("p99 of a run", "ms");
  series rate;
  series daemon_cpu;
  series own_cpu;
  for (std::size_t i = 0; i < runs; ++i) {
    const double daemon_before = daemon.cpu_seconds();
    const double own_before = own_cpu_seconds();
    const auto begin = steady::now();
    crowd(daemon, jobs).run();
    const double seconds = ms_since(begin) / 1e3;
    const auto count = static_cast<double>(jobs);
    rate.add(count / seconds);
    daemon_cpu.add((daemon.cpu_seconds() - daemon_before) * 1e6 / count);
    own_cpu.add((own_cpu_seconds() - own_before) * 1e6 / count);
  }
  fmt::print("{} jobs at a time, {} a run (target 5,000 jobs/s)\n", at_a_time, jobs);
  rate.print("jobs a second", "jobs/s");
  daemon_cpu.print("processor time of the daemon for a job", "us");
  own_cpu.print("processor time of the clients for a job", "us");
  daemon.stop();
}
