// The application with a fake service, asked as the server would ask it.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/http/application.hpp"
#include "fake_service.hpp"

namespace chimera::http {

class set_clock final : public clock {
 public:
  std::chrono::nanoseconds time{};
  [[nodiscard]] std::chrono::nanoseconds now() const override { return time; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds) const override { co_return; }
};

/// Runs one coroutine to its end.
template <class T>
T run(boost::asio::io_context& loop, task<T> what) {
  std::optional<T> result;
  const auto keep = [&](std::exception_ptr error, T made) {
    if (error) std::rethrow_exception(error);
    result.emplace(std::move(made));
  };
  boost::asio::co_spawn(loop, std::move(what), keep);
  loop.restart();
  loop.run();
  REQUIRE(result);
  return std::move(*result);
}

inline void run(boost::asio::io_context& loop, task<> what) {
  bool done = false;
  const auto keep = [&](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
    done = true;
  };
  boost::asio::co_spawn(loop, std::move(what), keep);
  loop.restart();
  loop.run();
  REQUIRE(done);
}

/// Keeps what a stream writes; closes after `chunks_max` writes.
class kept_body final : public body_writer {
 public:
  std::string text;
  std::size_t chunks = 0;
  std::size_t chunks_max = 1'000;
  std::function<void(std::size_t)> after_chunk;

  task<bool> write(shared_text chunk) override {
    text += *chunk;
    ++chunks;
    if (after_chunk) after_chunk(chunks);
    if (chunks >= chunks_max && wake_) wake_();
    co_return !closed();
  }
  bool closed() const override { return chunks >= chunks_max; }
  void on_closed(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  std::function<void()> wake_;
};

struct desk {
  boost::asio::io_context loop;
  fake_service service;
  set_clock time;
  loop::blocking_pool pool{1};
  dependencies given{.jobs = service,
                     .events = service.events(),
                     .blocking = pool,
                     .time = time,
                     .random =
                         [](std::span<unsigned char> bytes) {
                           std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(7));
                         },
                     .version = "0.1.0"};
  std::vector<std::string> complaints;
  std::optional<application> door;

  std::shared_ptr<api> inside;

  /// With the rules in reach of change_rules().
  application& open_inside() {
    inside = std::make_shared<api>(given);
    door = make_application(inside);
    return *door;
  }

  application& open() {
    if (!door) {
      given.on_error = [this](std::string line) { complaints.push_back(std::move(line)); };
      door = make_application(given);
    }
    return *door;
  }

  static request make(std::string method, std::string target, header_list headers = {},
                      std::string body = {}) {
    request asked;
    asked.method = std::move(method);
    const std::size_t mark = std::min(target.find('?'), target.size());
    asked.path = target.substr(0, mark);
    std::string_view rest = std::string_view(target).substr(std::min(mark + 1, target.size()));
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('&'), rest.size());
      const std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      asked.query.emplace_back(pair.substr(0, equals),
                               pair.substr(std::min(equals + 1, pair.size())));
    }
    asked.headers = std::move(headers);
    if (asked.header("host").empty()) asked.headers.emplace_back("host", "localhost:7717");
    asked.body = std::move(body);
    asked.peer = "127.0.0.1:5555";
    return asked;
  }

  reply ask(request asked) { return run(loop, open().handle(std::move(asked))); }
  response send(std::string method, std::string target, header_list headers = {},
                std::string body = {}) {
    reply whole =
        ask(make(std::move(method), std::move(target), std::move(headers), std::move(body)));
    REQUIRE(std::holds_alternative<response>(whole));
    return std::get<response>(std::move(whole));
  }
  response get(std::string target, header_list headers = {}) {
    return send("GET", std::move(target), std::move(headers));
  }
  response post(std::string target, std::string body, header_list headers = {}) {
    return send("POST", std::move(target), std::move(headers), std::move(body));
  }
  std::string stream(std::string target, header_list headers, kept_body& out) {
    reply whole = ask(make("GET", std::move(target), std::move(headers)));
    REQUIRE(std::holds_alternative<stream_response>(whole));
    run(loop, std::get<stream_response>(whole).write(out));
    return out.text;
  }
};

inline std::string header_of(const header_list& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}
inline std::string header_of(const response& answer, std::string_view name) {
  return header_of(answer.headers, name);
}
inline nlohmann::json body_of(const response& answer) { return nlohmann::json::parse(answer.body); }
/// "404 job.unknown" of a problem, "200" of another answer.
inline std::string outcome_of(const response& answer) {
  std::string text = std::to_string(answer.status);
  if (header_of(answer, "content-type") != "application/problem+json") return text;
  const nlohmann::json problem = body_of(answer);
  CHECK(problem.at("status") == answer.status);
  CHECK(problem.at("type") ==
        "https://chimera.dev/problems/" + problem.at("code").get<std::string>());
  return text + " " + problem.at("code").get<std::string>();
}

}  // namespace chimera::http
