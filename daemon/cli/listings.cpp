// chimera backends, and personas and pipelines of a daemon.
#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t most = 10'000;

task<proto::result<exit_code>> list(server& at, std::string what, bool json) {
  auto all = co_await at.read_all("/v1/" + what, most);
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (json) {
    print_json({{"data", std::move(*all)}});
    co_return exit_code::done;
  }
  if (what != "backends") {
    for (const ordered_json& one : *all)
      fmt::print("{}  (version {})  {}\n", printable(text_in(one, "name")),
                 printable(text_in(one, "version")), printable(text_in(one, "description")));
    co_return exit_code::done;
  }
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "TYPE", "STATE", "CALLS", "WAITING", "DESCRIPTION"}};
  for (const ordered_json& one : *all) {
    const std::uint64_t slots = count_in(one, "slots");
    const auto available = one.find("available");
    const bool gone = available != one.end() && available->is_boolean() && !available->get<bool>();
    rows.push_back({printable(text_in(one, "name")), printable(text_in(one, "type")),
                    gone ? "unavailable" : "available",
                    slots == 0 ? std::to_string(count_in(one, "in_flight"))
                               : fmt::format("{} of {}", count_in(one, "in_flight"), slots),
                    std::to_string(count_in(one, "waiting")),
                    printable(text_in(one, "description"))});
  }
  fmt::print("{}", table_text(rows));
  co_return exit_code::done;
}

}  // namespace

exit_code backends(const server_options& options) {
  return with_server(options,
                     [&options](server& at) { return list(at, "backends", options.json); });
}

exit_code list_of_server(const server_options& options, const std::string& what) {
  return with_server(options, [&](server& at) { return list(at, what, options.json); });
}

}  // namespace chimera::cli
