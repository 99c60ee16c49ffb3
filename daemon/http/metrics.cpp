#include "daemon/http/metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace chimera::http {
namespace {

using labels = std::vector<std::pair<std::string_view, std::string>>;

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\' || c == '"') safe += '\\';
    safe += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return safe;
}

class exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <class Number>
  void sample(const labels& with, Number value) {
    text_ += name_;
    const char* mark = "{";
    for (const auto& [key, said] : with) {
      text_ += fmt::format("{}{}=\"{}\"", mark, key, escaped(said));
      mark = ",";
    }
    text_ += fmt::format("{} {}\n", with.empty() ? "" : "}", value);
  }
  template <class Number>
  void only(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample({}, value);
  }
  /// One series of a histogram, whose buckets count what lies below their upper end.
  void series(labels with, const jobs::histogram& of) {
    const std::string name = name_;
    const std::size_t plain = with.size();
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < of.counts().size(); ++i) {
      below += of.counts()[i];
      const bool last = i == of.bounds().size();
      with.emplace_back("le", last ? "+Inf" : fmt::format("{}", of.bounds()[i]));
      name_ = name + "_bucket";
      sample(with, below);
      with.resize(plain);
    }
    name_ = name + "_sum";
    sample(with, of.sum());
    name_ = name + "_count";
    sample(with, below);
    name_ = name;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

// Buckets are those of daemon/jobs/histogram.hpp.
void write_histograms(exposition& out, const jobs::counters& count) {
  out.family("chimera_queue_wait_seconds", "histogram",
             "From the submission of a job to its start.");
  out.series({}, count.queue_wait);
  out.family("chimera_step_duration_seconds", "histogram",
             "Of the last attempt of completed steps.");
  out.series({}, count.step_duration);
  out.family("chimera_backend_first_token_seconds", "histogram", "From a call to its first token.");
  for (const auto& [backend, of] : count.first_token) out.series({{"backend", backend}}, of);
  out.family("chimera_backend_tokens_per_second", "histogram", "Tokens per second of a call.");
  for (const auto& [backend, of] : count.tokens_per_second) out.series({{"backend", backend}}, of);
}

void write_jobs(exposition& out, const jobs::service& service) {
  const jobs::counters count = service.count();
  const jobs::queue_view queue = service.queue();
  out.only("chimera_jobs_submitted_total", "counter", "Jobs accepted.", count.jobs_submitted);
  out.family("chimera_jobs_total", "counter", "Jobs that ended, by outcome.");
  for (const auto& [outcome, ended] : count.jobs_ended) out.sample({{"outcome", outcome}}, ended);
  out.family("chimera_jobs", "gauge", "Jobs that have not ended, by state.");
  out.sample({{"state", "queued"}}, queue.waiting);
  out.sample({{"state", "running"}}, queue.running);
  out.family("chimera_queue_depth", "gauge", "Jobs that wait, by tenant.");
  for (const auto& [tenant, waiting] : queue.waiting_of) out.sample({{"tenant", tenant}}, waiting);
  out.only("chimera_queue_capacity", "gauge", "Jobs that may wait.", queue.waiting_max);
  out.only("chimera_steps_running", "gauge", "Steps at work.", count.steps_running);
  out.only("chimera_tokens_total", "counter", "Tokens that backends gave out.", count.tokens);
  out.only("chimera_store_commits_total", "counter", "Transactions of the store.", count.commits);
  out.only("chimera_store_syncs_total", "counter", "Transactions that were synced to disk.",
           count.syncs);
  out.only("chimera_store_commit_failures_total", "counter", "Transactions that failed.",
           count.commit_failures);
  out.only("chimera_recovery_seconds", "gauge", "Time that the last start took to recover.",
           count.recovery_seconds);
  out.family("chimera_claims_total", "counter", "Claims that were judged, by verdict.");
  for (const auto& [verdict, judged] : count.claims) out.sample({{"verdict", verdict}}, judged);
  write_histograms(out, count);
}

void write_backends(exposition& out, const jobs::service& service) {
  const std::vector<jobs::backend_view> backends = service.backends();
  out.family("chimera_backend_up", "gauge", "1 if the backend can be asked.");
  for (const jobs::backend_view& each : backends)
    out.sample({{"backend", each.name}}, each.available ? 1 : 0);
  out.family("chimera_backend_calls", "gauge", "Calls of a backend, by state.");
  for (const jobs::backend_view& each : backends) {
    out.sample({{"backend", each.name}, {"state", "in_flight"}}, each.in_flight);
    out.sample({{"backend", each.name}, {"state", "waiting"}}, each.waiting);
  }
}

void write_doors(exposition& out, const api_counts& counted) {
  out.family("chimera_http_requests_total", "counter", "Requests answered, by status.");
  for (const auto& [status, count] : counted.requests)
    out.sample({{"status", std::to_string(status)}}, count);
  out.family("chimera_stream_connections", "gauge", "Open streams of events, by transport.");
  for (const auto& [transport, count] : counted.streams)
    out.sample({{"transport", transport}}, count);
  out.only("chimera_stream_gaps_total", "counter", "Gaps that slow watchers were told of.",
           counted.gaps);
  out.family("chimera_stream_resumes_total", "counter", "Streams that gave a cursor, by result.");
  for (const auto& [result, count] : counted.resumes) out.sample({{"result", result}}, count);
}

// Linux: /proc/self; what cannot be read is left out.
void write_process(exposition& out) {
  std::ifstream pages("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages >> size >> resident && page_bytes > 0) {
    const auto bytes = static_cast<std::uint64_t>(page_bytes);
    out.only("process_resident_memory_bytes", "gauge", "Memory in use.", resident * bytes);
    out.only("process_virtual_memory_bytes", "gauge", "Memory reserved.", size * bytes);
  }
  struct rusage used = {};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    out.only("process_cpu_seconds_total", "counter", "Time on a processor.",
             seconds(used.ru_utime) + seconds(used.ru_stime));
  }
}

}  // namespace

std::string metrics_text(const api& a) {
  exposition out;
  out.family("chimera_build_info", "gauge", "The version that runs.");
  out.sample({{"version", a.given.version}}, 1);
  write_jobs(out, a.given.jobs);
  write_backends(out, a.given.jobs);
  write_doors(out, a.counted);
  write_process(out);
  return out.take();
}

}  // namespace chimera::http
