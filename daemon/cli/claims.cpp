#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t most = 1'000'000;
constexpr std::size_t text_columns = 60;

std::string facts_cell(const ordered_json& claim) {
  std::string text;
  const auto facts = claim.find("facts");
  if (facts == claim.end() || !facts->is_array()) return text;
  for (const ordered_json& fact : *facts)
    if (fact.is_string()) text += (text.empty() ? "" : " ") + printable(fact.get<std::string>());
  return text;
}

task<proto::result<exit_code>> work(server* at, job_options options) {
  const auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(id.error());
  std::string path = "/v1/jobs/" + encoded(*id) + "/claims?limit=1000";
  if (!options.verdict.empty()) path += "&verdict=" + encoded(options.verdict);
  auto all = co_await at->read_all(path, most);
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (options.at.json) {
    print_json({{"data", std::move(*all)}});
    co_return exit_code::done;
  }
  std::vector<std::vector<std::string>> rows = {{"N", "VERDICT", "LINE", "TEXT", "FACTS"}};
  for (const ordered_json& claim : *all)
    rows.push_back({std::to_string(count_in(claim, "n")), printable(text_in(claim, "verdict")),
                    std::to_string(count_in(claim, "line")),
                    cut_to(printable(text_in(claim, "text")), text_columns), facts_cell(claim)});
  fmt::print("{}", table_text(rows));
  co_return exit_code::done;
}

}  // namespace

exit_code claims(const job_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
