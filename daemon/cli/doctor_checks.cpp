#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"
#include "daemon/cli/doctor.hpp"
#include "daemon/library/library.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t disk_least = 64 * mib;
constexpr std::uint64_t disk_comfortable = 1024 * mib;
constexpr rlim_t files_comfortable = 4096;  // a watcher, a job's stream and a call take one each

// The folder, or the nearest one above it that is there.
fs::path existing(fs::path folder) {
  std::error_code ignored;  // best effort: what cannot be looked at is not there
  while (!folder.empty() && folder != folder.root_path() && !fs::exists(folder, ignored))
    folder = folder.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

diagnosis examine_data(const fs::path& data) {
  const fs::path there = existing(data);
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    return {health::fail, "data folder", fmt::format("'{}' cannot be written", there.string()),
            "name another one with --data or as data: of the settings, or let this user write it"};
  return {health::ok, "data folder",
          fmt::format("{}{}", data.string(), there == data ? "" : " (made when the daemon starts)"),
          ""};
}

diagnosis examine_disk(const fs::path& data) {
  std::error_code error;
  const fs::space_info space = fs::space(existing(data), error);
  if (error) return {health::warn, "free disk", error.message(), ""};
  const std::string what = fmt::format("{} MiB beside the data", space.available / mib);
  if (space.available < disk_least)
    return {health::fail, "free disk", what, "make room, or move the data folder (--data)"};
  if (space.available < disk_comfortable)
    return {health::warn, "free disk", what,
            "retention.bytes of the settings removes the oldest ended jobs"};
  return {health::ok, "free disk", what, ""};
}

diagnosis examine_root(const fs::path& root) {
  if (::access(root.c_str(), R_OK | X_OK) == 0) return {health::ok, "root", root.string(), ""};
  return {health::fail, "root", fmt::format("'{}' cannot be read", root.string()),
          "let this user read it, or name another one with --root"};
}

std::vector<diagnosis> examine_personas(const std::vector<fs::path>& named) {
  std::vector<std::optional<std::string>> folders(named.begin(), named.end());
  if (folders.empty()) folders.emplace_back(std::nullopt);
  std::vector<diagnosis> all;
  library::catalog known;
  for (const std::optional<std::string>& folder : folders) {
    auto more = library::load_library(folder);
    if (more) {
      if (known.folder.empty()) known.folder = more->folder;
      if (auto joined = library::join(known, std::move(*more)); !joined)
        all.push_back({health::fail, "personas", proto::to_text(joined.error()), ""});
    } else {
      all.push_back({health::fail, "personas", proto::to_text(more.error()), ""});
    }
  }
  for (const proto::pipeline& one : known.pipelines)
    if (const auto sound = personas::check_pipeline(one, known.personas); !sound)
      all.push_back({health::fail, "pipelines", proto::to_text(sound.error()), ""});
  if (all.empty())
    all.push_back({health::ok, "personas",
                   fmt::format("{} personas, {} pipelines, in {}", known.personas.size(),
                               known.pipelines.size(), known.folder.string()),
                   ""});
  return all;
}

diagnosis examine_limits() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return {health::warn, "open files", "unknown", ""};
  const std::string what = files.rlim_cur == RLIM_INFINITY
                               ? std::string("no limit")
                               : fmt::format("{} at a time", files.rlim_cur);
  if (files.rlim_cur >= files_comfortable) return {health::ok, "open files", what, ""};
  return {health::warn, "open files", what,
          "enough for few watchers; 'ulimit -n 65536', or LimitNOFILE= of its unit, allows many"};
}

}  // namespace

std::vector<diagnosis> examine_machine(const config::settings& settings) {
  std::vector<diagnosis> all = {examine_data(settings.data), examine_disk(settings.data)};
  for (const fs::path& root : settings.roots) all.push_back(examine_root(root));
  std::ranges::move(examine_personas(settings.personas), std::back_inserter(all));
  all.push_back(examine_limits());
  return all;
}

std::vector<diagnosis> examine_engine(const config::settings& settings) {
  std::error_code ignored;  // best effort: what cannot be looked at is not there
  const fs::path engine =
      fs::read_symlink("/proc/self/exe", ignored).parent_path() / "chimera-llama";
  const bool wanted = std::ranges::find(settings.backends, "llama",
                                        &config::backend_settings::type) != settings.backends.end();
  std::vector<diagnosis> all;
  if (fs::exists(engine, ignored))
    all.push_back({health::ok, "embedded engine", engine.string(), ""});
  else
    all.push_back({wanted ? health::warn : health::ok, "embedded engine",
                   fmt::format("not built in (looked for {})", engine.string()),
                   "to run a GGUF file without a server: deploy/fetch-llama, then build again "
                   "(docs/backends.md)"});
  for (const config::backend_settings& b : settings.backends) {
    if (b.type != "llama" || b.llama.library.empty() || fs::exists(b.llama.library, ignored))
      continue;
    all.push_back({health::fail, "backend " + b.name,
                   fmt::format("'{}' is not there", b.llama.library.string()),
                   "deploy/fetch-llama fetches the library; leave 'library' out to use that one"});
  }
  return all;
}

}  // namespace chimera::cli
