#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/loop/steady_clock.hpp"

namespace chimera::cli {
namespace {

std::string time_cell(const ordered_json& job, std::int64_t now_ms) {
  const auto began = time_of(text_in(job, "started_at"));
  const auto ended = time_of(text_in(job, "ended_at"));
  if (!began) return "";
  return duration_text(ended.value_or(now_ms) - *began);
}

std::string place_cell(const ordered_json& job) {
  const auto queue = job.find("queue");
  if (queue == job.end() || !queue->is_object()) return "";
  return fmt::format("{}", count_in(*queue, "position"));
}

std::string input_cell(const ordered_json& job) {
  const auto inputs = job.find("inputs");
  if (inputs == job.end()) return "";
  const std::string path = text_in(*inputs, "path");
  return printable(path.empty() ? text_in(*inputs, "dataset") : path);
}

std::string labels_cell(const ordered_json& job) {
  std::string text;
  const auto labels = job.find("labels");
  if (labels == job.end() || !labels->is_object()) return text;
  for (const auto& [key, value] : labels->items())
    if (value.is_string())
      text += (text.empty() ? "" : " ") + printable(key + "=" + value.get<std::string>());
  return text;
}

task<proto::result<exit_code>> work(server* at, ps_options options) {
  std::vector<std::string> states = options.states;
  if (states.empty() && !options.all) states = {"queued", "running", "input_required", "canceling"};
  std::string path = "/v1/jobs?limit=200";
  if (!states.empty()) path += "&state=" + encoded(fmt::format("{}", fmt::join(states, ",")));
  auto jobs = co_await at->read_all(path, options.limit);
  if (!jobs) co_return std::unexpected(std::move(jobs.error()));
  if (options.at.json) {
    print_json({{"data", std::move(*jobs)}});
    co_return exit_code::done;
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "STATE", "PLACE", "TIME", "CREATED", "PIPELINE", "INPUT", "LABELS"}};
  const std::int64_t now_ms = unix_ms(loop::steady_clock());
  for (const ordered_json& job : *jobs)
    rows.push_back({printable(text_in(job, "id")), printable(text_in(job, "state")),
                    place_cell(job), time_cell(job, now_ms), printable(text_in(job, "created_at")),
                    printable(text_in(job, "pipeline")), input_cell(job), labels_cell(job)});
  fmt::print("{}", table_text(rows));
  if (rows.size() == 1 && states.size() > 1)
    fmt::print(stderr,
               "chimera: no job waits or runs; 'chimera ps --all' shows those that ended\n");
  co_return exit_code::done;
}

}  // namespace

exit_code ps(const ps_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
