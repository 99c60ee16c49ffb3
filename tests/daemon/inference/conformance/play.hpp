// One call on a stage, from its request to the end.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include "daemon/inference/conformance/scene.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"

namespace chimera::inference::conformance {

struct outcome {
  std::optional<proto::result<generation>> answer;  ///< none: the call was cancelled
  std::vector<std::string> tokens;
  std::string text;  ///< the tokens, joined
};

inline generation_request a_request() {
  generation_request request;
  request.step = "collect";
  request.model = "tiny";
  request.system = "You are brief.";
  request.prompt = "Say something.";
  return request;
}

inline task<> pause(std::chrono::milliseconds time) {
  loop::asio::steady_timer timer(co_await loop::asio::this_coro::executor, time);
  co_await timer.async_wait(loop::as_result);
}

class theatre {
 public:
  [[nodiscard]] loop::asio::any_io_executor executor() { return context_.get_executor(); }
  [[nodiscard]] const clock& time() const { return clock_; }

  /// `on_token` besides what is kept. The call is cancelled once `cancel_when` is true.
  /// Without `closes` the stage may be played on again, until close().
  outcome play(stage& where, const std::function<bool(const outcome&)>& cancel_when = {},
               bool closes = true) {
    outcome out;
    run([&]() -> task<> {
      loop::scope call(executor());
      call.start(speak(&where, &out));
      while (cancel_when && call.size() > 0 && !cancel_when(out))
        co_await pause(std::chrono::milliseconds(1));
      if (cancel_when) call.cancel();
      co_await call.join();
      const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
      // Only a server that was left early hears of it.
      while (where.left() == 0 && where.busy() && std::chrono::steady_clock::now() < until)
        co_await pause(std::chrono::milliseconds(1));
      if (closes) co_await where.close();
    });
    return out;
  }

  void close(stage& where) {
    run([&where]() -> task<> { co_await where.close(); });
  }

  void run(const std::function<task<>()>& story) {
    bool told = false;
    std::exception_ptr error;
    loop::asio::co_spawn(context_, story(), [&](std::exception_ptr e) {
      told = true;
      error = e;
      context_.stop();  // who listens goes on listening
    });
    context_.restart();
    context_.run_for(std::chrono::seconds(20));
    if (error) std::rethrow_exception(error);
    REQUIRE(told);
  }

 private:
  static task<> speak(stage* where, outcome* out) {
    const auto keep = [out](std::string_view token) {
      out->tokens.emplace_back(token);
      out->text += token;
    };
    out->answer = co_await where->actor().generate(a_request(), keep);
  }

  boost::asio::io_context context_{1};
  loop::steady_clock clock_;
};

}  // namespace chimera::inference::conformance
