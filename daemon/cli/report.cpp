#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/output_folder.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most = 100'000;

const std::map<std::string, std::string> types = {
    {"md", "text/markdown"}, {"html", "text/html"}, {"json", "application/json"}};

// A name that stays below the folder it is written to.
bool is_confined(const std::string& name) {
  const fs::path path(name);
  if (name.empty() || path.is_absolute()) return false;
  for (const fs::path& part : path)
    if (part.empty() || part == ".." || part == ".") return false;
  return name.find('\0') == std::string::npos;
}

task<proto::result<std::string>> fetch_whole(server& at, std::string sha256) {
  std::string content;
  auto take = [&content](std::string_view bytes) {
    content += bytes;
    return true;
  };
  const auto answer = co_await at.download("/v1/artifacts/" + encoded(sha256), take);
  if (!answer) co_return std::unexpected(answer.error());
  evidence::sha256_stream sum;
  sum.add(content);
  if (sum.hex() != sha256)
    co_return proto::fail("client.hash", "a file came with another content than its hash says",
                          "try again");
  co_return content;
}

// The files of the report are those that the job itself made.
task<proto::result<void>> save(server& at, std::string id, std::string out) {
  const auto job = co_await at.read(get("/v1/jobs/" + encoded(id)));
  if (!job) co_return std::unexpected(job.error());
  const auto all = co_await at.read_all("/v1/jobs/" + encoded(id) + "/artifacts", most);
  if (!all) co_return std::unexpected(all.error());
  const auto inputs = job->find("inputs");
  std::string dataset = inputs == job->end() ? "" : text_in(*inputs, "path");
  // A dataset that the daemon holds lies in no folder of ours.
  if (dataset.empty()) dataset = "/dev/null";
  auto folder = output_folder::choose(out, dataset);
  if (!folder) co_return std::unexpected(std::move(folder.error()));
  std::size_t files = 0;
  for (const ordered_json& one : *all) {
    if (!text_in(one, "step").empty()) continue;
    const std::string name = text_in(one, "name");
    if (!is_confined(name))
      co_return proto::fail("client.bad-answer", fmt::format("'{}' is no name of a file", name),
                            "the server must not choose where files go");
    const auto content = co_await fetch_whole(at, text_in(one, "sha256"));
    if (!content) co_return std::unexpected(content.error());
    if (auto written = folder->write(name, *content); !written) co_return written;
    ++files;
  }
  if (files == 0) {
    // The daemon says best why there is none.
    const auto why = co_await at.ask(get("/v1/jobs/" + encoded(id) + "/report"));
    if (!why) co_return std::unexpected(why.error());
    co_return proto::fail("report.none", "the job has no report", "");
  }
  co_return folder->commit();
}

task<proto::result<exit_code>> work(server& at, job_options options) {
  const auto id = co_await at.complete_id(options.job);
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
  const auto answer = co_await at.ask(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  fmt::print("{}", answer->body);
  co_return exit_code::done;
}

}  // namespace

exit_code report(const job_options& options) {
  return with_server(options.at, [&options](server& at) { return work(at, options); });
}

}  // namespace chimera::cli
