#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

void print_job(const ordered_json& job) {
  const auto line = [](std::string_view name, const std::string& value) {
    if (!value.empty()) fmt::print("{:<12}{}\n", name, printable(value));
  };
  line("job", text_in(job, "id"));
  line("state", text_in(job, "state"));
  if (const auto queue = job.find("queue"); queue != job.end() && queue->is_object())
    line("place", std::to_string(count_in(*queue, "position")));
  line("pipeline", text_in(job, "pipeline"));
  for (const char* part : {"inputs", "params", "labels"}) {
    const auto values = job.find(part);
    if (values == job.end() || !values->is_object()) continue;
    for (const auto& [key, value] : values->items())
      line(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  line("created", text_in(job, "created_at"));
  line("started", text_in(job, "started_at"));
  line("ended", text_in(job, "ended_at"));
  line("evidence", text_in(job, "evidence_sha256"));
  const auto error = job.find("error");
  if (error == job.end() || !error->is_object()) return;
  line("error", text_in(*error, "title"));
  line("", text_in(*error, "detail"));
}

void print_steps(const ordered_json& steps) {
  if (steps.empty()) return;
  std::vector<std::vector<std::string>> rows = {
      {"STEP", "STATE", "ATTEMPT", "TOKENS", "TIME", "PERSONA"}};
  for (const ordered_json& step : steps) {
    const auto began = time_of(text_in(step, "started_at"));
    const auto ended = time_of(text_in(step, "ended_at"));
    rows.push_back({printable(text_in(step, "name")), printable(text_in(step, "state")),
                    std::to_string(count_in(step, "attempt")),
                    std::to_string(count_in(step, "tokens")),
                    began && ended ? duration_text(*ended - *began) : "",
                    printable(text_in(step, "persona"))});
  }
  fmt::print("\n{}", table_text(rows));
}

task<proto::result<exit_code>> work(server* at, job_options options) {
  const auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(id.error());
  const std::string path = "/v1/jobs/" + encoded(*id);
  auto job = co_await at->read(get(path));
  if (!job) co_return std::unexpected(std::move(job.error()));
  auto steps = co_await at->read_all(path + "/steps", 10'000);
  if (!steps) co_return std::unexpected(std::move(steps.error()));
  if (options.at.json) {
    (*job)["steps"] = std::move(*steps);
    print_json(*job);
    co_return exit_code::done;
  }
  print_job(*job);
  print_steps(*steps);
  co_return exit_code::done;
}

}  // namespace

exit_code show(const job_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
