#include "daemon/inference/openai/server_link.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "daemon/inference/openai/refusal.hpp"
#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

constexpr std::chrono::seconds probe_silence{10};
constexpr std::size_t key_bytes_max = 16U << 10U;

std::string base_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  return url;
}

proto::result<std::string> key_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string key;
  char c = 0;
  while (key.size() <= key_bytes_max && in.get(c)) key += c;
  const std::size_t begin = key.find_first_not_of(" \t\r\n");
  const std::size_t end = key.find_last_not_of(" \t\r\n");
  const bool sound = begin != std::string::npos && key.size() <= key_bytes_max &&
                     key.substr(begin, end - begin + 1).find_first_of("\r\n") == std::string::npos;
  if (sound) return key.substr(begin, end - begin + 1);
  return proto::fail(
      "backend.unauthorized", fmt::format("no key can be read from '{}'", file.string()),
      "key_file must be a readable file that holds the key on one line and nothing else");
}

}  // namespace

server_link::server_link(const config::backend_settings& to)
    : base_(base_of(to.url)), key_file_(to.key_file), ca_file_(to.ca_file) {}

proto::result<http::client_request> server_link::request(std::string_view path,
                                                         std::string body) const {
  http::client_request out;
  out.url = base_ + std::string(path);
  out.ca_file = ca_file_;
  out.hint = "is the server running, and is the url of the backend right?";
  out.headers.emplace_back("Accept", "text/event-stream, application/json");
  if (!key_file_.empty()) {
    const auto key = key_of(key_file_);
    if (!key) return std::unexpected(key.error());
    out.headers.emplace_back("Authorization", "Bearer " + *key);
  }
  if (body.empty()) return out;
  out.method = "POST";
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

task<proto::result<http::client_response>> server_link::ask(std::string path,
                                                            std::string body) const {
  auto what = request(path, std::move(body));
  if (!what) co_return std::unexpected(std::move(what.error()));
  what->silence_timeout = probe_silence;
  auto answer = co_await http::fetch(std::move(*what));
  if (!answer) co_return std::unexpected(lost_way(who(), openais, std::move(answer.error())));
  co_return answer;
}

task<proto::result<std::optional<std::string>>> server_link::body_of(std::string path,
                                                                     std::string body) const {
  auto answer = co_await ask(std::move(path), std::move(body));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) co_return std::nullopt;
  co_return std::move(answer->body);
}

}  // namespace chimera::inference
