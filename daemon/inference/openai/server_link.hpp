// The way to one OpenAI-compatible server: its address, its key, who vouches for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "agents/ports/task.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/http_client/client.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// Loop thread. The key is read from its file for every request, so that it can be changed while
/// the daemon runs; it is in no message and no problem.
class server_link {
 public:
  explicit server_link(const config::backend_settings& to);

  /// "http://host:port", without a /v1 at its end.
  [[nodiscard]] const std::string& base() const { return base_; }
  /// For people: "openai at http://host:port".
  [[nodiscard]] std::string who() const { return "openai at " + base_; }

  /// POST with a JSON `body`, or GET without one. Error "backend.unauthorized": the key cannot be
  /// read.
  [[nodiscard]] proto::result<http::client_request> request(std::string_view path,
                                                            std::string body = {}) const;
  /// Any status is an answer. Errors are those of a backend.
  [[nodiscard]] task<proto::result<http::client_response>> ask(std::string path,
                                                               std::string body = {}) const;
  /// The body of an answer with status 200; none for other statuses.
  [[nodiscard]] task<proto::result<std::optional<std::string>>> body_of(
      std::string path, std::string body = {}) const;

 private:
  std::string base_;
  std::filesystem::path key_file_;
  std::filesystem::path ca_file_;
};

}  // namespace chimera::inference
