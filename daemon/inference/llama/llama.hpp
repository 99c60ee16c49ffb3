// llama.cpp embedded: a model file of the user's, run by this program's own engine process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/inference/llama/engine_process.hpp"
#include "daemon/inference/stream/answer_state.hpp"
#include "daemon/inference/stream/call_timer.hpp"

namespace chimera::inference {

/// The engine is started by the first call, count or look, which wait until the model is loaded,
/// and again after it ended: calls under way at its end fail with "backend.crashed". It serves
/// `slots` calls at a time (8 if the settings say none), which share what their prompts begin with.
/// Lives on the loop thread, and not longer than the io_context of its calls.
///
/// Options: temperature, top_k, top_p, min_p, repeat_penalty, repeat_last_n, frequency_penalty,
/// presence_penalty, seed, num_predict, num_ctx, stop. A format is held to by a grammar if one can
/// be made of it. The model named by a request has no effect: there is one.
class llama final : public backend {
 public:
  /// `time` outlives it. `program` is the engine; "" = chimera-llama beside this program.
  llama(config::backend_settings how, const clock& time, std::filesystem::path program = {});
  ~llama() override;

  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  [[nodiscard]] task<proto::result<model_limits>> limits(generation_request about) override;
  /// Exact, by the model's own vocabulary and template.
  [[nodiscard]] task<proto::result<std::uint64_t>> count_tokens(
      generation_request request) override;
  /// Starts the engine, which loads the model: nothing else shows that it can.
  [[nodiscard]] task<proto::result<backend_view>> look() override;
  [[nodiscard]] std::string describe() const override;

  /// Of the engine's process; 0 while there is none.
  [[nodiscard]] std::int64_t engine_pid() const { return process_ ? process_->pid() : 0; }

 private:
  using running = std::shared_ptr<engine_process>;
  [[nodiscard]] task<proto::result<running>> running_engine();
  task<> open(proto::result<running>* into);
  task<> talk(generation_request request, call_timer* timer, answer_state* answer);
  task<> ask_count(generation_request request, proto::result<std::uint64_t>* into);
  [[nodiscard]] task<proto::result<running>> engine_in_time();

  config::backend_settings how_;
  const clock& time_;
  std::filesystem::path program_;
  running process_;
  std::uint64_t last_id_ = 0;
};

}  // namespace chimera::inference
