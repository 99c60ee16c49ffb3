#include "daemon/serve/fresh_state.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "daemon/config/values.hpp"

namespace chimera::serve {
namespace {

// All folders as one; check_pipeline finds what they lack, a name that two of them have is refused.
proto::result<library::catalog> load_library(const config::settings& settings) {
  std::vector<std::optional<std::string>> folders;
  for (const std::filesystem::path& one : settings.personas) folders.emplace_back(one.string());
  if (folders.empty()) folders.emplace_back(std::nullopt);
  library::catalog all;
  for (const std::optional<std::string>& folder : folders) {
    auto more = library::load_library(folder);
    if (!more) return more;
    if (auto joined = library::join(all, std::move(*more)); !joined)
      return std::unexpected(std::move(joined.error()));
  }
  for (const proto::pipeline& one : all.pipelines)
    if (auto sound = library::check_pipeline(one, all.personas); !sound)
      return std::unexpected(std::move(sound.error()));
  return all;
}

datasets::unpack_limits limits_of(const config::upload_limits& from) {
  datasets::unpack_limits limits;
  limits.archive_bytes = from.bytes;
  limits.total_bytes = from.unpacked_bytes;
  limits.files = from.files;
  limits.ratio = from.ratio;
  return limits;
}

}  // namespace

proto::result<fresh_state> read_state(config::settings settings,
                                      const std::filesystem::path& uploads) {
  auto roots = datasets::allowed_roots::open(settings.roots);
  if (!roots) return std::unexpected(std::move(roots.error()));
  auto kept = datasets::dataset_store::open(uploads, limits_of(settings.upload));
  if (!kept) return std::unexpected(std::move(kept.error()));
  std::optional<http::token_table> tokens;
  if (!settings.token_file.empty()) {
    auto read = http::token_table::read(settings.token_file);
    if (!read) return std::unexpected(std::move(read.error()));
    tokens = std::move(*read);
  }
  auto known = load_library(settings);
  if (!known) return std::unexpected(std::move(known.error()));
  return fresh_state{std::move(settings),
                     {std::move(*roots), std::move(*kept)},
                     std::move(tokens),
                     std::move(*known)};
}

proto::result<std::vector<std::string>> keep_fixed(config::settings& fresh,
                                                   const config::settings& before) {
  std::vector<std::string> kept;
  if (fresh.listen != before.listen)
    kept.push_back(fmt::format("listen stays {} until a restart",
                               address_of(before.listen, before.listen.port)));
  if (fresh.data != before.data)
    kept.push_back(fmt::format("data stays '{}' until a restart", before.data.string()));
  if (fresh.connections_max != before.connections_max)
    kept.push_back(
        fmt::format("limits.connections stays {} until a restart", before.connections_max));
  fresh.connections_max = before.connections_max;
  fresh.listen = before.listen;
  fresh.data = before.data;
  if (!fresh.insecure && fresh.token_file.empty() && !config::is_loopback(fresh.listen.host))
    return proto::fail("config.exposed", "the daemon listens beyond this machine, without tokens",
                       "keep auth.token_file, or restart with another address");
  return kept;
}

watched_files files_of(const config::settings& settings, const library::catalog& known) {
  watched_files files;
  const auto add_file = [&](const std::filesystem::path& file) {
    if (file.empty()) return;
    std::error_code ignored;  // best effort: a path that cannot be made absolute is taken as it is
    std::filesystem::path whole = std::filesystem::absolute(file, ignored);
    files[whole.parent_path()].insert(whole.filename().string());
  };
  add_file(settings.file);
  add_file(settings.token_file);
  for (const std::filesystem::path& folder : settings.personas) files[folder].clear();
  if (settings.personas.empty()) files[known.folder].clear();
  return files;
}

service::service_settings service_settings_of(const config::settings& from, bool tail_lost) {
  service::service_settings to;
  to.queue = {from.running_max, from.waiting_max, from.tenant_waiting_max};
  to.default_model = from.default_model;
  to.threads = std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  to.retention.older_than_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(from.keep.age).count();
  to.retention.bytes_max = from.keep.bytes;
  to.tail_may_be_lost = tail_lost;
  return to;
}

http::server_limits server_limits_of(const config::settings& from) {
  http::server_limits limits;
  limits.connections = from.connections_max;
  return limits;
}

std::string address_of(const config::listen_address& listen, std::uint16_t port) {
  const bool six = listen.host.contains(':');
  return fmt::format("{}{}{}:{}", six ? "[" : "", listen.host, six ? "]" : "", port);
}

}  // namespace chimera::serve
