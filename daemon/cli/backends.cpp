#include "daemon/cli/backends.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/backends/backend_watch.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/looked_backends.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t most = 10'000;
constexpr int asks_max = 20;  // of a daemon whose looks are under way
constexpr std::chrono::milliseconds between_asks{250};

std::string size_text(std::uint64_t bytes) {
  constexpr double gib = 1024.0 * 1024.0 * 1024.0;
  return bytes == 0 ? "-" : fmt::format("{:.1f} GiB", static_cast<double>(bytes) / gib);
}

std::string gpu_text(const ordered_json& model) {
  const std::uint64_t bytes = count_in(model, "bytes");
  if (!model.value("resident", false) || bytes == 0) return "-";
  return fmt::format("{:.0f} %", 100.0 * static_cast<double>(count_in(model, "gpu_bytes")) /
                                     static_cast<double>(bytes));
}

std::string state_of(const ordered_json& one) {
  const auto look = one.find("look");
  if (look == one.end() || look->is_null()) return "not looked at";
  return look->value("reachable", false) ? "reachable" : "unusable";
}

std::string calls_of(const ordered_json& one) {
  const std::uint64_t slots = count_in(one, "slots");
  return slots == 0 ? std::to_string(count_in(one, "in_flight"))
                    : fmt::format("{} of {}", count_in(one, "in_flight"), slots);
}

// What a look tells of a backend, below the table.
void add_look(const ordered_json& one, std::string& out) {
  const auto look = one.find("look");
  if (look == one.end() || !look->is_object()) return;
  const std::string name = printable(text_in(one, "name"));
  if (const ordered_json& p = (*look)["problem"]; p.is_object())
    out += fmt::format("{}: {}\n  {}\n", name, printable(text_in(p, "title")),
                       printable(text_in(p, "detail")));
  std::vector<std::vector<std::string>> rows = {
      {"  MODEL", "RESIDENT", "CONTEXT", "SIZE", "ON GPU", "QUANTIZATION", "DIGEST"}};
  for (const ordered_json& m : (*look)["models"]) {
    const std::uint64_t context = count_in(m, "context_tokens");
    const std::string quantization = text_in(m, "quantization");
    const std::string digest = text_in(m, "digest");
    rows.push_back({"  " + printable(text_in(m, "name")), m.value("resident", false) ? "yes" : "no",
                    context == 0 ? "-" : std::to_string(context), size_text(count_in(m, "bytes")),
                    gpu_text(m), quantization.empty() ? "-" : printable(quantization),
                    digest.empty() ? "-" : printable(digest).substr(0, 12)});
  }
  if (rows.size() > 1) out += name + ":\n" + table_text(rows);
  for (const ordered_json& warning : (*look)["warnings"])
    out += fmt::format("{}: warning: {}\n", name, printable(warning.get<std::string>()));
}

bool all_looked_at(const ordered_json& all) {
  // Older looks are being made anew, and an embedded engine is looked at by its first call.
  constexpr double fresh =
      static_cast<double>(std::chrono::seconds(inference::backend_watch::fresh_for).count());
  return std::ranges::all_of(all, [&](const ordered_json& one) {
    if (text_in(one, "type") == "llama") return true;
    const auto look = one.find("look");
    return look != one.end() && look->is_object() && look->value("age_seconds", fresh) < fresh;
  });
}

task<proto::result<exit_code>> list(server* at, bool json) {
  proto::result<ordered_json> all = co_await at->read_all("/v1/backends", most);
  for (int asked = 1; all && !all_looked_at(*all) && asked < asks_max; ++asked) {
    boost::asio::steady_timer wait(co_await boost::asio::this_coro::executor, between_asks);
    co_await wait.async_wait(loop::as_result);
    all = co_await at->read_all("/v1/backends", most);
  }
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (json)
    print_json({{"data", std::move(*all)}});
  else
    fmt::print("{}", backends_text(*all));
  co_return exit_code::done;
}

}  // namespace

std::string backends_text(const ordered_json& all) {
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "TYPE", "STATE", "SERVER", "CALLS", "WAITING", "ADDRESS"}};
  std::string details;
  for (const ordered_json& one : all) {
    const auto look = one.find("look");
    const std::string server =
        look != one.end() && look->is_object() ? text_in(*look, "server") : "";
    const std::string url = text_in(one, "url");
    rows.push_back({printable(text_in(one, "name")), printable(text_in(one, "type")), state_of(one),
                    server.empty() ? "-" : printable(server), calls_of(one),
                    std::to_string(count_in(one, "waiting")), url.empty() ? "-" : printable(url)});
    add_look(one, details);
  }
  return table_text(rows) + (details.empty() ? "" : "\n" + details);
}

exit_code backends(const backends_options& options) {
  if (!options.config)
    return with_server(options.at, [&options](server* at) { return list(at, options.at.json); });
  const auto settings = settings_of(*options.config);
  if (!settings) return tell(settings.error(), options.at.json);
  auto looked = look_at_all(*settings);
  if (!looked) return tell(looked.error(), options.at.json);
  const ordered_json all = as_listed(*looked);
  if (options.at.json)
    print_json({{"data", all}});
  else
    fmt::print("{}", backends_text(all));
  return exit_code::done;
}

}  // namespace chimera::cli
