// chimera cancel, chimera retry: a POST, and the job as it is after it.
#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

task<proto::result<exit_code>> act(server* at, job_options options, std::string action,
                                   ordered_json body) {
  const auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(id.error());
  server_request request;
  request.method = "POST";
  request.path = "/v1/jobs/" + encoded(*id) + "/" + action;
  request.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  request.headers = {{"content-type", "application/json"}};
  const auto job = co_await at->read(std::move(request));
  if (!job) co_return std::unexpected(job.error());
  if (options.at.json)
    print_json(*job);
  else
    fmt::print("{}  {}\n", printable(text_in(*job, "id")), printable(text_in(*job, "state")));
  co_return exit_code::done;
}

}  // namespace

exit_code cancel(const job_options& options) {
  ordered_json body = ordered_json::object();
  if (!options.reason.empty()) body["reason"] = options.reason;
  return with_server(options.at, [&](server* at) { return act(at, options, "cancel", body); });
}

exit_code retry(const job_options& options) {
  ordered_json body = ordered_json::object();
  if (!options.step.empty()) body["from_step"] = options.step;
  return with_server(options.at, [&](server* at) { return act(at, options, "retry", body); });
}

}  // namespace chimera::cli
