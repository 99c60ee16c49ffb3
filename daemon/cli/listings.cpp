// personas and pipelines of a daemon.
#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t most = 10'000;

task<proto::result<exit_code>> list(server* at, std::string what, bool json) {
  auto all = co_await at->read_all("/v1/" + what, most);
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (json) {
    print_json({{"data", std::move(*all)}});
    co_return exit_code::done;
  }
  for (const ordered_json& one : *all)
    fmt::print("{}  (version {})  {}\n", printable(text_in(one, "name")),
               printable(text_in(one, "version")), printable(text_in(one, "description")));
  co_return exit_code::done;
}

}  // namespace

exit_code list_of_server(const server_options& options, const std::string& what) {
  return with_server(options, [&](server* at) { return list(at, what, options.json); });
}

}  // namespace chimera::cli
