// The commands that talk to a daemon about jobs. Results on stdout, everything else on stderr; with
// `json` stdout gets exactly one document (`watch`: one line an event).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/server.hpp"

namespace chimera::cli {

struct submit_options {
  server_options at;
  std::string folder;
  std::string pipeline = "technical-report";
  std::string backend;
  std::string model;
  std::vector<std::string> labels;   ///< "key=value"
  std::vector<std::string> options;  ///< "temperature=0.2"
  std::int32_t priority = 0;
  bool wait = false;
  bool watch = false;
  bool upload = false;
};
/// Prints the id of the job. With `wait` or `watch` the exit code is the outcome of the job.
[[nodiscard]] exit_code submit(const submit_options& options);

/// A job, and what is asked of it. `job` may be the beginning of an id.
struct job_options {
  server_options at;
  std::string job;
  std::string step;           ///< retry: from here; "" = from what did not finish
  std::string name;           ///< artifacts: the one to fetch; "" = list
  std::string out;            ///< artifacts: file ("-" = stdout); report: folder
  std::string format = "md";  ///< report: md, html or json
  std::string verdict;        ///< claims: only these
  std::string reason;         ///< cancel
};
[[nodiscard]] exit_code watch(const job_options& options);
[[nodiscard]] exit_code show(const job_options& options);
[[nodiscard]] exit_code cancel(const job_options& options);
[[nodiscard]] exit_code retry(const job_options& options);
[[nodiscard]] exit_code artifacts(const job_options& options);
[[nodiscard]] exit_code report(const job_options& options);
[[nodiscard]] exit_code claims(const job_options& options);

struct ps_options {
  server_options at;
  bool all = false;                 ///< also jobs that have ended
  std::vector<std::string> states;  ///< only these
  std::size_t limit = 1000;
};
[[nodiscard]] exit_code ps(const ps_options& options);

/// Personas or pipelines of a daemon: `what` is "personas" or "pipelines".
[[nodiscard]] exit_code list_of_server(const server_options& options, const std::string& what);

/// 0 for a job that completed, else 1.
[[nodiscard]] exit_code outcome_of(std::string_view state);
/// The document, indented, and a line end.
void print_json(const ordered_json& document);
/// Waits until the job has ended, over restarts of the daemon; the job as it is then. `at`
/// outlives the coroutine.
[[nodiscard]] task<proto::result<ordered_json>> wait_for_end(server* at, std::string id);
/// What `watch` does, for a job whose id is whole. `at` outlives the coroutine.
[[nodiscard]] task<proto::result<exit_code>> watch_job(server* at, std::string id, bool json);

}  // namespace chimera::cli
