// The daemon that the commands of this program talk to.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "agents/ports/task.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/http_client/client.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

using ordered_json = nlohmann::ordered_json;

/// What every command that needs a daemon can be told.
struct server_options {
  std::optional<std::string> server;  ///< "http://host:port"; else CHIMERA_SERVER, else loopback
  std::optional<std::string> token_file;  ///< else CHIMERA_TOKEN, else none
  bool json = false;                      ///< exactly one JSON document on stdout, errors too
};

/// One request. Paths are percent-encoded with `encoded`.
struct server_request {
  std::string method = "GET";
  std::string path;  ///< "/v1/jobs?state=queued"
  std::string body;
  http::header_list headers;
  std::filesystem::path body_file;
  std::chrono::milliseconds silence{30'000};  ///< longer than what the request waits for
};

/// Outlives every coroutine that is given a pointer to it: with_server() sees to that.
class server {
 public:
  /// Errors: an address that is none, a token that cannot be read or does not fit into a header.
  [[nodiscard]] static proto::result<server> choose(const server_options& options,
                                                    loop::blocking_pool& pool);

  /// An answer of 2xx; anything else is the problem that it tells of, as the daemon wrote it.
  /// Nobody there: "client.connect" and the like.
  [[nodiscard]] task<proto::result<http::client_response>> ask(server_request what) const;
  /// The same, its body piece by piece to `take` (false: it could not be kept, which ends it).
  [[nodiscard]] task<proto::result<http::client_response>> download(
      std::string path, std::function<bool(std::string_view)> take) const;
  /// The same as ask, with its body as JSON.
  [[nodiscard]] task<proto::result<ordered_json>> read(server_request what) const;
  /// All pages of a list, as one array; at most `most` elements.
  [[nodiscard]] task<proto::result<ordered_json>> read_all(std::string path,
                                                           std::size_t most) const;

  /// "job_..." as it is; else the one job whose id begins so (with or without "job_").
  [[nodiscard]] task<proto::result<std::string>> complete_id(std::string beginning) const;

  [[nodiscard]] const std::string& url() const { return url_; }
  /// The headers that give access, for connections that are no requests.
  [[nodiscard]] http::header_list credentials() const;

 private:
  explicit server(std::string url, std::string token, loop::blocking_pool& pool)
      : url_(std::move(url)), token_(std::move(token)), pool_(&pool) {}

  std::string url_;
  std::string token_;
  loop::blocking_pool* pool_;
};

[[nodiscard]] inline server_request get(std::string path) {
  server_request request;
  request.path = std::move(path);
  return request;
}

/// As part of a path or a query.
[[nodiscard]] std::string encoded(std::string_view text);

/// The problem that an answer tells of: title, detail and pointers of problem+json, or the status.
[[nodiscard]] proto::problem problem_of(const http::client_response& answer);
/// True for problems of the way to the daemon, or a daemon that is about to stop: it may help to
/// try again.
[[nodiscard]] bool may_pass(const proto::problem& p);
[[nodiscard]] exit_code exit_code_of(const proto::problem& p);

/// Says what is wrong on stderr, and on stdout as the one document of `json`.
exit_code tell(const proto::problem& p, bool json);

/// Runs `work` on a loop of its own and tells its problem.
[[nodiscard]] exit_code with_server(
    const server_options& options,
    const std::function<task<proto::result<exit_code>>(server*)>& work);

}  // namespace chimera::cli
