#include "daemon/cli/job_report.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/cli/stream_event.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most = 100'000;

// A name that stays below the folder it is written to.
bool is_confined(const std::string& name) {
  const fs::path path(name);
  if (name.empty() || path.is_absolute()) return false;
  for (const fs::path& part : path)
    if (part.empty() || part == ".." || part == ".") return false;
  return name.find('\0') == std::string::npos;
}

task<proto::result<std::string>> fetch_whole(server* at, std::string sha256) {
  std::string content;
  auto take = [&content](std::string_view bytes) {
    content += bytes;
    return true;
  };
  const auto answer = co_await at->download("/v1/artifacts/" + encoded(sha256), take);
  if (!answer) co_return std::unexpected(answer.error());
  evidence::sha256_stream sum;
  sum.add(content);
  if (sum.hex() != sha256)
    co_return proto::fail("client.hash", "a file came with another content than its hash says",
                          "try again");
  co_return content;
}

}  // namespace

// The files of the report are those that the job itself made, not its steps.
task<proto::result<void>> fetch_report(server* at, std::string id, report_sink to) {
  const auto all = co_await at->read_all("/v1/jobs/" + encoded(id) + "/artifacts", most);
  if (!all) co_return std::unexpected(all.error());
  bool any = false;
  for (const ordered_json& one : *all) {
    if (!text_in(one, "step").empty()) continue;
    any = true;
    const std::string name = text_in(one, "name");
    if (!is_confined(name))
      co_return proto::fail("client.bad-answer", fmt::format("'{}' is no name of a file", name),
                            "the server must not choose where files go");
    if (!to.wants(name)) continue;
    const auto content = co_await fetch_whole(at, text_in(one, "sha256"));
    if (!content) co_return std::unexpected(content.error());
    if (auto kept = to.keep(name, *content); !kept) co_return kept;
  }
  if (any) co_return proto::result<void>{};
  // The daemon says best why there is none.
  const auto why = co_await at->ask(get("/v1/jobs/" + encoded(id) + "/report"));
  if (!why) co_return std::unexpected(why.error());
  co_return proto::fail("report.none", "the job has no report", "");
}

}  // namespace chimera::cli
