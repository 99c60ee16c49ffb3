// Servers that speak as OpenAI's do: vLLM, llama-server, SGLang, LM Studio, TGI and their like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/inference/openai/dialect.hpp"
#include "daemon/inference/openai/server_link.hpp"
#include "daemon/inference/stream/token_ratio.hpp"

namespace chimera::inference {

class completion_stream;

/// Which server it is, is found out before the first call and again by look(). A request that names
/// no model gets the first of the server's. Loop thread.
class openai final : public backend {
 public:
  /// `time` outlives it.
  openai(const config::backend_settings& what, const clock& time);

  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  [[nodiscard]] task<proto::result<model_limits>> limits(generation_request about) override;
  /// Exact where the server counts: llama-server, vLLM.
  [[nodiscard]] task<proto::result<std::uint64_t>> count_tokens(
      generation_request request) override;
  [[nodiscard]] task<proto::result<backend_view>> look() override;
  [[nodiscard]] std::string describe() const override;

 private:
  struct call;
  // What these coroutines get pointers to is in the frame of generate(), limits() or
  // count_tokens().
  task<proto::result<void>> learn();
  task<proto::result<void>> choose_model(generation_request* request);
  [[nodiscard]] const seen_model* find(std::string_view model) const;
  /// A whole call, until its answer is over or `one` has its failure.
  task<> converse(call* one, completion_stream* stream);
  /// One request and its answer. True: ask once more without stream_options.
  task<bool> post(call* one, completion_stream* stream, bool with_stream_options);
  task<std::optional<std::uint64_t>> exact_count(const generation_request* request);
  [[nodiscard]] std::optional<proto::problem> truncated(const generation_request& request,
                                                        const generation& answer) const;

  server_link link_;
  config::call_budgets budgets_;
  const clock& time_;
  std::optional<seen_server> known_;
  bool takes_stream_options_ = true;
  bool counts_ = true;  ///< as long as it has not refused to
  token_ratio ratio_;
  std::unordered_map<std::size_t, std::uint64_t> counted_;  ///< hash of the prompt -> tokens
};

}  // namespace chimera::inference
