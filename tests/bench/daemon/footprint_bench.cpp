// What the daemon costs when nothing happens: start to ready, resident memory, and submitting into
// a store that holds more and more finished jobs. FOOTPRINT_BENCH_STARTS, FOOTPRINT_BENCH_JOBS (the
// largest store; tenfold fewer before it), FOOTPRINT_BENCH_SUBMITS.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "connection.hpp"
#include "daemon/store/data_folder.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "measured.hpp"
#include "served_daemon.hpp"

namespace {

using namespace chimera;
using namespace chimera::bench;

constexpr std::size_t jobs_a_commit = 1'000;
constexpr std::size_t everything = 1U << 30U;
constexpr std::uint64_t spread = 0x9e3779b97f4a7c15ULL;
constexpr std::int64_t long_ago_ms = 10'000'000'000;

template <class T>
T must(proto::result<T> r) {
  if (!r) {
    fmt::print(stderr, "{}\n", proto::to_text(r.error()));
    std::_Exit(1);
  }
  return std::move(*r);
}

/// Puts copies of the newest job of a store into it: its row, its events and its steps.
class filler {
 public:
  explicit filler(const std::filesystem::path& data)
      : folder_(must(store::data_folder::open(data))),
        kept_(must(store::sqlite_store::open({folder_.database(), folder_.shelf(), ""}))) {
    store::job_filter newest;
    newest.limit = 1;
    job_ = must(kept_->list_jobs(newest)).at(0);
    events_ = must(kept_->read_events(job_.id, 0, everything));
    steps_ = must(kept_->read_steps(job_.id));
  }

  void fill(std::size_t from, std::size_t to) {
    while (from < to) {
      store::batch many;
      const std::size_t end = std::min(to, from + jobs_a_commit);
      for (; from < end; ++from) add_copy(many, from);
      if (auto done = kept_->commit(many); !done) {
        fmt::print(stderr, "{}\n", proto::to_text(done.error()));
        std::_Exit(1);
      }
    }
  }

 private:
  void add_copy(store::batch& to, std::size_t number) const {
    proto::job copy = job_;
    copy.created_ms += static_cast<std::int64_t>(number) - long_ago_ms;
    copy.id = proto::make_id("job_", copy.created_ms, number * spread, 0);
    to.changes.emplace_back(store::insert_job{copy, "", ""});
    to.changes.emplace_back(store::append_events{copy.id, events_});
    for (const store::stored_step& step : steps_)
      to.changes.emplace_back(
          store::finish_step{copy.id, step.step, step.attempt, step.state, step.record});
  }

  store::data_folder folder_;
  std::unique_ptr<store::sqlite_store> kept_;
  proto::job job_;
  std::vector<proto::event> events_;
  std::vector<store::stored_step> steps_;
};

void run_jobs(const served_daemon& daemon, std::size_t count, series& ms) {
  asio::io_context context;
  http_caller caller(context, daemon.port());
  const std::string request = submit_text(daemon.port(), "three", "quick", true);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = steady::now();
    (void)caller.ask_now(request);
    ms.add(ms_since(begin));
  }
}

void measure_starts(std::size_t count) {
  series ms;
  series resident;
  for (std::size_t i = 0; i < count; ++i) {
    served_daemon daemon;
    const auto begin = steady::now();
    daemon.start();
    asio::io_context context;
    http_caller caller(context, daemon.port());
    (void)caller.ask_now(request_text("GET", "/readyz", daemon.port(), "", ""));
    ms.add(ms_since(begin));
    resident.add(static_cast<double>(daemon.resident_bytes()) / 1e6);
  }
  ms.print("start to ready (target 100 ms)", "ms");
  resident.print("resident memory when ready (target 20 MB)", "MB");
}

void measure_stores(std::size_t largest, std::size_t submits) {
  served_daemon daemon;
  daemon.start();
  series first;
  run_jobs(daemon, 1, first);
  daemon.stop();
  std::size_t held = 0;
  for (const std::size_t wanted : {std::size_t{1}, largest / 10, largest}) {
    const auto filling = steady::now();
    if (wanted > 1) filler(daemon.data()).fill(std::exchange(held, wanted), wanted);
    const double filled = ms_since(filling) / 1e3;
    const auto begin = steady::now();
    daemon.start();
    const double start = ms_since(begin);
    series ms;
    run_jobs(daemon, submits, ms);
    fmt::print("{} finished jobs: start {:.0f} ms, {:.1f} MB resident, filled in {:.0f} s\n",
               wanted, start, static_cast<double>(daemon.resident_bytes()) / 1e6, filled);
    ms.print_tail("POST to completed, one at a time", "ms");
    daemon.stop();
  }
}

}  // namespace

int main() {
  print_machine();
  measure_starts(count_setting("FOOTPRINT_BENCH_STARTS", 20));
  measure_stores(count_setting("FOOTPRINT_BENCH_JOBS", 1'000'000),
                 count_setting("FOOTPRINT_BENCH_SUBMITS", 300));
}
