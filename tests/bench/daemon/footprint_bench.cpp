// What the daemon costs when nothing happens: start to ready, resident memory, and submitting into
// a store that holds more and more finished jobs. FOOTPRINT_BENCH_STARTS, FOOTPRINT_BENCH_JOBS (the
// largest store; one tenfold smaller beside it), FOOTPRINT_BENCH_SUBMITS, FOOTPRINT_BENCH_ROUNDS.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
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

// Side by side: a round measures each store once, so that a busy disk is busy for all of them.
void measure_stores(std::size_t largest, std::size_t submits, std::size_t rounds) {
  struct sized {
    std::size_t jobs = 0;
    std::unique_ptr<served_daemon> daemon = std::make_unique<served_daemon>();
    series start_ms;
    series submit_ms;
    series ratio;
  };
  std::vector<sized> stores;
  for (const std::size_t wanted : {std::size_t{1}, largest / 10, largest}) {
    sized& one = stores.emplace_back();
    one.jobs = wanted;
    one.daemon->start();
    series first;
    run_jobs(*one.daemon, 1, first);
    one.daemon->stop();
    if (wanted > 1) filler(one.daemon->data()).fill(1, wanted);
  }
  // What the filling left to be written would be waited for by the syncs of the jobs.
  sync();
  for (std::size_t round = 0; round < rounds; ++round) {
    double least = 0;
    for (sized& one : stores) {
      const auto begin = steady::now();
      one.daemon->start();
      one.start_ms.add(ms_since(begin));
      series ms;
      run_jobs(*one.daemon, submits, ms);
      one.submit_ms.add(ms.median());
      if (least == 0) least = ms.median();
      one.ratio.add(ms.median() / least);
      one.daemon->stop();
    }
  }
  for (sized& one : stores) {
    fmt::print("{} finished jobs, {} rounds of {} jobs\n", one.jobs, rounds, submits);
    one.start_ms.print("start to ready", "ms");
    one.submit_ms.print("POST to completed, p50 of a round", "ms");
    one.ratio.print("its ratio to that of 1 finished job", "");
  }
}

}  // namespace

int main() {
  print_machine();
  measure_starts(count_setting("FOOTPRINT_BENCH_STARTS", 20));
  measure_stores(count_setting("FOOTPRINT_BENCH_JOBS", 1'000'000),
                 count_setting("FOOTPRINT_BENCH_SUBMITS", 100),
                 count_setting("FOOTPRINT_BENCH_ROUNDS", 7));
}
