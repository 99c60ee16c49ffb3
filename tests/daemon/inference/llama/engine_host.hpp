// A loop, a clock and an embedded engine with a model of the tests' own.
#pragma once

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "daemon/inference/llama/llama.hpp"
#include "daemon/inference/llama/model/write_model.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "support/scratch_folder.hpp"

namespace chimera::test {

inline generation_request request(std::string prompt, std::map<std::string, std::string> options) {
  generation_request r;
  r.system = "You answer briefly.";
  r.prompt = std::move(prompt);
  r.options = std::move(options);
  return r;
}

/// One call in the host's loop.
struct engine_call {
  explicit engine_call(loop::asio::any_io_executor executor) : scope(std::move(executor)) {}

  std::optional<proto::result<generation>> result;
  std::string heard;          ///< by on_token
  std::size_t cancel_at = 0;  ///< bytes heard; 0 = never
  bool ended = false;
  loop::scope scope;
};

class engine_host {
 public:
  explicit engine_host(const std::function<void(config::backend_settings&)>& change = {},
                       model_shape shape = {},
                       std::filesystem::path program = CHIMERA_LLAMA_PROGRAM) {
    config::backend_settings how;
    how.file = folder_ / "random.gguf";
    how.llama.threads = 1;
    write_model(how.file, shape);
    if (change) change(how);
    engine_ = std::make_unique<inference::llama>(how, time_, std::move(program));
  }
  ~engine_host() {
    engine_.reset();
    // The process ends, and everything that waits for it.
    context_.restart();
    (void)context_.run_for(std::chrono::seconds(30));
  }

  std::shared_ptr<engine_call> start(generation_request what, std::size_t cancel_at = 0) {
    auto call = std::make_shared<engine_call>(context_.get_executor());
    call->cancel_at = cancel_at;
    call->scope.start(run(call.get(), std::move(what)));
    calls_.push_back(call);
    return call;
  }

  /// Until every call has ended; false if that takes too long.
  [[nodiscard]] bool finish() {
    const auto open = [](const auto& c) { return c->scope.size() > 0; };
    while (std::ranges::any_of(calls_, open)) {
      context_.restart();
      if (context_.run_one_for(std::chrono::seconds(60)) == 0) return false;
    }
    calls_.clear();
    return true;
  }

  proto::result<generation> ask(generation_request what) {
    const auto call = start(std::move(what));
    if (!finish() || !call->result) return proto::fail("test.hangs", "no answer came");
    return *std::move(call->result);
  }

  /// Waits for any other task of the engine's.
  template <class T>
  T wait(task<T> what) {
    std::optional<T> value;
    loop::scope own(context_.get_executor());
    own.start(keep(std::move(what), &value));
    while (own.size() > 0) {
      context_.restart();
      (void)context_.run_one_for(std::chrono::seconds(60));
    }
    return *std::move(value);
  }

  [[nodiscard]] inference::llama& engine() { return *engine_; }
  void when_heard(std::function<void(engine_call&)> what) { heard_ = std::move(what); }

 private:
  template <class T>
  static task<> keep(task<T> what, std::optional<T>* value) {
    value->emplace(co_await std::move(what));
  }

  task<> run(engine_call* call, generation_request what) {
    auto on_token = [this, call](std::string_view text) {
      call->heard += text;
      if (heard_) heard_(*call);
      if (call->cancel_at == 0 || call->heard.size() < call->cancel_at) return;
      boost::asio::post(context_, [call] { call->scope.cancel(); });
    };
    call->result = co_await engine_->generate(std::move(what), std::move(on_token));
    call->ended = true;
  }

  scratch_folder folder_;
  boost::asio::io_context context_{1};
  loop::steady_clock time_;
  std::unique_ptr<inference::llama> engine_;
  std::function<void(engine_call&)> heard_;
  std::vector<std::shared_ptr<engine_call>> calls_;
};

}  // namespace chimera::test
