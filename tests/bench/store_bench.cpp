// The store on this machine's disk: commits of 64 jobs at a time (640 changes), one job with sync,
// then find and list while the store grows. Prints n, median, least and greatest.
// STORE_BENCH_FOLDER names the folder (default: the current one); STORE_BENCH_JOBS=1000000.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "daemon/store/data_folder.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace {

using namespace chimera;
using namespace chimera::store;

constexpr std::size_t jobs_a_commit = 64;
constexpr std::size_t changes_a_job = 10;

const std::string definition(10'000, 'd');

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
T must(proto::result<T> r) {
  if (!r) {
    fmt::print(stderr, "{}\n", proto::to_text(r.error()));
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ (n >> 31U)) * 0x9E3779B97F4A7C15U;
  return (n ^ (n >> 29U)) * 0xBF58476D1CE4E5B9U;
}

std::string hash_of(std::uint64_t n) {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", mixed(n), mixed(n + 1), n, mixed(n + 2));
}

std::string name_of(std::uint64_t n) {
  return proto::make_id("job_", 1'790'000'000'000 + static_cast<std::int64_t>(n), mixed(n), 0);
}

append_events events_of(const std::string& job, std::uint64_t first) {
  append_events a{job, {}};
  for (std::uint64_t seq = first; seq < first + 3; ++seq) {
    proto::event& e = a.events.emplace_back();
    e.seq = e.first_seq = seq;
    e.type = proto::event_type::step_started;
    e.time_ms = 1'790'000'000'000;
    e.step = "analyse/sweep-gemma";
    e.attempt = 1;
    e.data = R"({"persona":"analyst","model":"narrator","question":"which is faster"})";
  }
  return a;
}

void add_job(batch& b, std::uint64_t n) {
  const std::string id = name_of(n);
  insert_job first;
  first.job.id = id;
  first.job.epoch = "01KE5X0000";
  first.job.tenant = "local";
  first.job.created_ms = 1'790'000'000'000 + static_cast<std::int64_t>(n);
  first.job.request.pipeline = "report";
  first.job.request.path = "runs/2026-11-20/sweep";
  first.job.definition = definition;
  b.changes.emplace_back(std::move(first));
  b.changes.emplace_back(events_of(id, 1));
  b.changes.emplace_back(events_of(id, 4));
  for (const char* step : {"collect", "analyse/sweep-gemma", "report"})
    b.changes.emplace_back(finish_step{id, step, 1, "completed", std::string(300, 'r')});
  for (const char* name : {"inventory", "findings", "draft"}) {
    put_artifact a;
    a.content = fmt::format("{} of {} {}", name, n, std::string(200, 'a'));
    a.artifact = {id,
                  "collect",
                  name,
                  hash_of(n * 3 + static_cast<std::uint64_t>(name[0])),
                  "text/markdown",
                  a.content.size()};
    b.changes.emplace_back(std::move(a));
  }
  update_job end;
  end.job = id;
  end.state = proto::job_state::completed;
  end.started_ms = end.ended_ms = 1'790'000'000'000 + static_cast<std::int64_t>(n);
  end.epoch = "01KE5X0000";
  b.changes.emplace_back(std::move(end));
}

void print(const std::string& name, std::vector<double> times, double unit, const char* suffix) {
  std::ranges::sort(times);
  fmt::print("{:<44} n={:<6} median {:>9.1f} {}  least {:.1f}  greatest {:.1f}\n", name,
             times.size(), times[times.size() / 2] * unit, suffix, times.front() * unit,
             times.back() * unit);
}

void fill(sqlite_store& kept, std::uint64_t& n, std::uint64_t until, bool sync, const char* name) {
  std::vector<double> times;
  double all = 0;
  std::size_t changes = 0;
  while (n < until) {
    batch b;
    b.sync = sync;
    for (std::size_t i = 0; i < jobs_a_commit; ++i) add_job(b, n++);
    times.push_back(seconds_of([&] { must(kept.commit(b)); }));
    all += times.back();
    changes += b.changes.size();
  }
  if (times.empty()) return;
  fmt::print("{:<44} {:.0f} changes/s in all\n", name, static_cast<double>(changes) / all);
  print(fmt::format("  one commit of {} changes", jobs_a_commit * changes_a_job), std::move(times),
        1e6, "us");
}

void measure_reads(sqlite_store& kept, std::uint64_t jobs) {
  std::vector<double> finds, events, pages, failed;
  for (std::uint64_t i = 0; i < 2001; ++i) {
    const std::string id = name_of(mixed(i) % jobs);
    finds.push_back(seconds_of([&] { must(kept.find_job(id)).value(); }));
    events.push_back(seconds_of([&] { must(kept.read_events(id, 2, 1U << 20U)); }));
    job_filter f;
    f.before = id;
    f.tenant = "local";
    pages.push_back(seconds_of([&] { must(kept.list_jobs(f)); }));
    f.states = {proto::job_state::failed, proto::job_state::running};
    failed.push_back(seconds_of([&] { must(kept.list_jobs(f)); }));
  }
  fmt::print("{} jobs\n", jobs);
  print("  find_job", std::move(finds), 1e6, "us");
  print("  read_events of one job", std::move(events), 1e6, "us");
  print("  list_jobs: 50 of a tenant", std::move(pages), 1e6, "us");
  print("  list_jobs: failed or running (none)", std::move(failed), 1e6, "us");
}

void measure_one_job_synced(sqlite_store& kept, std::uint64_t& n) {
  std::vector<double> times;
  for (int i = 0; i < 501; ++i) {
    batch b;
    b.sync = true;
    add_job(b, n++);
    times.push_back(seconds_of([&] { must(kept.commit(b)); }));
  }
  print("one job (10 changes) with sync", std::move(times), 1e6, "us");
}

}  // namespace

int main() {
  const char* folder = std::getenv("STORE_BENCH_FOLDER");
  const char* wanted = std::getenv("STORE_BENCH_JOBS");
  const std::uint64_t most = wanted != nullptr ? std::stoull(wanted) : 1'000'000;
  const auto path = std::filesystem::path(folder != nullptr ? folder : ".") / "store-bench-data";
  std::filesystem::remove_all(path);
  {
    auto data = must(data_folder::open(path));
    auto kept = must(sqlite_store::open({data.database(), data.shelf(), "e"}));
    std::uint64_t n = 0;
    fill(*kept, n, jobs_a_commit, false, "first commit");
    measure_reads(*kept, 1);
    fill(*kept, n, 10'000, false, "64 jobs a commit, without sync");
    measure_reads(*kept, n);
    fill(*kept, n, 20'000, true, "64 jobs a commit, with sync");
    measure_one_job_synced(*kept, n);
    fill(*kept, n, most, false, "64 jobs a commit, without sync, on");
    measure_reads(*kept, n);
    const auto all = must(kept->count());
    fmt::print("{} jobs take {:.2f} kB each\n", all.jobs,
               static_cast<double>(all.bytes) / static_cast<double>(all.jobs) / 1000);
  }
  std::filesystem::remove_all(path);
}
