#include "daemon/cli/server.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/http_client/url.hpp"
#include "daemon/library/library.hpp"
#include "daemon/loop/scope.hpp"
#include "proto/job.hpp"

namespace chimera::cli {
namespace {

constexpr const char* usual_server = "http://127.0.0.1:7717";
constexpr std::size_t ids_looked_at = 5000;
constexpr std::size_t ids_named = 5;

proto::result<std::string> read_token(const server_options& options) {
  const char* given = std::getenv("CHIMERA_TOKEN");
  std::string token = given == nullptr ? "" : given;
  if (options.token_file) {
    auto text = library::read_text(*options.token_file);
    if (!text) return text;
    token = std::move(*text);
  }
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7F'; }))
    return proto::fail("token.form", "the token holds spaces or control characters",
                       "it must be one word; the file must hold nothing else");
  return token;
}

}  // namespace

proto::result<server> server::choose(const server_options& options, loop::blocking_pool& pool) {
  const char* from_environment = std::getenv("CHIMERA_SERVER");
  std::string url = usual_server;
  if (options.server)
    url = *options.server;
  else if (from_environment != nullptr && *from_environment != '\0')
    url = from_environment;
  if (url.find("://") == std::string::npos) url = "http://" + url;
  while (url.ends_with('/')) url.pop_back();
  if (auto sound = http::parse_url(url); !sound) return std::unexpected(std::move(sound.error()));
  auto token = read_token(options);
  if (!token) return std::unexpected(std::move(token.error()));
  return server(std::move(url), std::move(*token), pool);
}

http::header_list server::credentials() const {
  if (token_.empty()) return {};
  return {{"authorization", "Bearer " + token_}};
}

task<proto::result<http::client_response>> server::ask(server_request what) const {
  http::client_request request;
  request.method = std::move(what.method);
  request.url = url_ + what.path;
  request.headers = credentials();
  std::ranges::move(what.headers, std::back_inserter(request.headers));
  request.body = std::move(what.body);
  request.body_file = std::move(what.body_file);
  request.pool = pool_;
  request.silence_timeout = what.silence;
  auto answer = co_await http::fetch(std::move(request));
  if (answer && (answer->status < 200 || answer->status > 299))
    co_return std::unexpected(problem_of(*answer));
  co_return answer;
}

task<proto::result<http::client_response>> server::download(
    std::string path, std::function<bool(std::string_view)> take) const {
  http::client_request request;
  request.url = url_ + path;
  request.headers = credentials();
  const auto is_sound = [](const http::client_response& answer) {
    return answer.status >= 200 && answer.status <= 299;
  };
  auto answer = co_await http::stream(std::move(request), is_sound, std::move(take));
  if (answer && !is_sound(*answer)) co_return std::unexpected(problem_of(*answer));
  co_return answer;
}

task<proto::result<ordered_json>> server::read(server_request what) const {
  auto answer = co_await ask(std::move(what));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  ordered_json body = ordered_json::parse(answer->body, nullptr, false);
  if (body.is_discarded() || !(body.is_object() || body.is_array()))
    co_return proto::fail("client.bad-answer", fmt::format("{} answered with no JSON", url_),
                          "is it a Chimera daemon?");
  co_return body;
}

task<proto::result<ordered_json>> server::read_all(std::string path, std::size_t most) const {
  ordered_json all = ordered_json::array();
  std::string cursor;
  do {
    server_request page;
    page.path = path;
    if (!cursor.empty())
      page.path +=
          (path.find('?') == std::string::npos ? "?cursor=" : "&cursor=") + encoded(cursor);
    auto read_page = co_await read(std::move(page));
    if (!read_page) co_return read_page;
    for (ordered_json& one : (*read_page)["data"]) all.push_back(std::move(one));
    cursor = text_in(*read_page, "next_cursor");
  } while (!cursor.empty() && all.size() < most);
  if (all.size() > most) all.erase(all.begin() + static_cast<std::ptrdiff_t>(most), all.end());
  co_return all;
}

task<proto::result<std::string>> server::complete_id(std::string beginning) const {
  if (proto::is_id(beginning, "job_")) co_return beginning;
  std::string wanted = beginning.starts_with("job_") ? beginning : "job_" + beginning;
  for (std::size_t i = 4; i < wanted.size(); ++i)
    if (wanted[i] >= 'a' && wanted[i] <= 'z') wanted[i] = static_cast<char>(wanted[i] - 'a' + 'A');
  auto jobs = co_await read_all("/v1/jobs?limit=500", ids_looked_at);
  if (!jobs) co_return std::unexpected(std::move(jobs.error()));
  std::vector<std::string> found;
  for (const ordered_json& job : *jobs)
    if (std::string id = text_in(job, "id"); id.starts_with(wanted)) found.push_back(std::move(id));
  if (found.size() == 1) co_return found.front();
  proto::problem p;
  p.code = "job.unknown";
  p.title = fmt::format("{} jobs have an id that begins with '{}'",
                        found.empty() ? "no" : std::to_string(found.size()), beginning);
  for (std::size_t i = 0; i < std::min(found.size(), ids_named); ++i)
    p.detail += (i == 0 ? "" : ", ") + found[i];
  if (found.empty()) p.detail = "'chimera ps --all' lists them";
  co_return std::unexpected(std::move(p));
}

exit_code with_server(const server_options& options,
                      const std::function<task<proto::result<exit_code>>(server*)>& work) {
  loop::blocking_pool pool(1);
  auto chosen = server::choose(options, pool);
  if (!chosen) return tell(chosen.error(), options.json);
  boost::asio::io_context context{1};
  loop::scope scope(context.get_executor());
  proto::result<exit_code> end = exit_code::job_failed;
  const auto keep = [](task<proto::result<exit_code>> doing,
                       proto::result<exit_code>* into) -> task<> {
    *into = co_await std::move(doing);
  };
  scope.start(keep(work(&*chosen), &end));
  context.run();
  if (scope.first_error()) std::rethrow_exception(scope.first_error());
  return end ? *end : tell(end.error(), options.json);
}

}  // namespace chimera::cli
