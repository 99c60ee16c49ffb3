#include <cstdio>
#include <map>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/job_report.hpp"
#include "daemon/cli/output_folder.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

const std::map<std::string, std::string> types = {
    {"md", "text/markdown"}, {"html", "text/html"}, {"json", "application/json"}};

task<proto::result<void>> save(server* at, std::string id, std::string out) {
  const auto job = co_await at->read(get("/v1/jobs/" + encoded(id)));
  if (!job) co_return std::unexpected(job.error());
  const auto inputs = job->find("inputs");
  std::string dataset = inputs == job->end() ? "" : text_in(*inputs, "path");
  // A dataset that the daemon holds lies in no folder of ours.
  if (dataset.empty()) dataset = "/dev/null";
  auto folder = output_folder::choose(out, dataset);
  if (!folder) co_return std::unexpected(std::move(folder.error()));
  report_sink sink;
  sink.wants = [](const std::string&) { return true; };
  sink.keep = [&folder](const std::string& name, const std::string& content) {
    return folder->write(name, content);
  };
  const auto fetched = co_await fetch_report(at, id, sink);
  if (!fetched) co_return fetched;
  co_return folder->commit();
}

task<proto::result<exit_code>> work(server* at, job_options options) {
  const auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(id.error());
  if (!options.out.empty()) {
    const auto saved = co_await save(at, *id, options.out);
    if (!saved) co_return std::unexpected(saved.error());
    if (options.at.json)
      print_json({{"job", *id}, {"out", options.out}});
    else
      fmt::print("{0}/report.html\n{0}/report.md\n", options.out);
    co_return exit_code::done;
  }
  server_request request = get("/v1/jobs/" + encoded(*id) + "/report");
  const std::string format = options.at.json ? "json" : options.format;
  request.headers = {{"accept", types.at(format)}};
  const auto answer = co_await at->ask(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  fmt::print("{}", answer->body);
  co_return exit_code::done;
}

}  // namespace

exit_code report(const job_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
