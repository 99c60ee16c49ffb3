// A server that speaks Ollama's own API (docs/api.md of Ollama, 0.1.24 and later).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/http_client/client.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/inference/ollama/chat_request.hpp"
#include "daemon/inference/ollama/model_cards.hpp"
#include "daemon/inference/stream/token_ratio.hpp"

namespace chimera::inference {

struct pull_progress {
  std::string status;       ///< "pulling 8eeb52dfb3bb", "verifying sha256 digest"
  std::uint64_t bytes = 0;  ///< of the part that is under way; 0 = not told
  std::uint64_t bytes_total = 0;
};

/// One profile of load options for each model, fixed when it is first asked about and sent on every
/// call, so that the server never loads a model anew because of us; what a request asks for instead
/// bounds its prompts (limits()) and shows in generation.options_in_effect. Every call tells the
/// server to refuse a prompt that does not fit. A connection for each call: closing it is how a
/// call is cancelled. Lives on the loop thread.
class ollama final : public backend {
 public:
  /// `time` outlives it. `settings`: url, ca_file, profile, budgets, model.
  ollama(config::backend_settings settings, const clock& time);

  /// Errors as backend.hpp lists them.
  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  /// The smaller of what was asked for and the profile's; answers are bounded by num_predict.
  [[nodiscard]] task<proto::result<model_limits>> limits(generation_request about) override;
  /// An estimate: two bytes a token at first, then as the model's answers teach (token_ratio).
  [[nodiscard]] task<proto::result<std::uint64_t>> count_tokens(
      generation_request request) override;
  /// One slot: Ollama does not show OLLAMA_NUM_PARALLEL, and 1 is its default.
  [[nodiscard]] task<proto::result<backend_view>> look() override;
  [[nodiscard]] std::string describe() const override;

  /// Fetches a model to the server. Errors: "backend.model", "backend.failed" and those of the way
  /// there; "backend.cut" if the end was not told. Silence longer than a minute ends it.
  [[nodiscard]] task<proto::result<void>> pull(
      std::string model, std::function<void(const pull_progress&)> on_progress);

 private:
  friend class ollama_call;
  /// What is known of a model; `manner.profile` stays as it is from the first time on.
  struct known_model {
    shown_model shown;
    ollama_manner manner;
    std::string digest;
    token_ratio ratio;
  };
  /// Never null; lives as long as the backend.
  [[nodiscard]] task<proto::result<known_model*>> know(generation_request about);
  [[nodiscard]] task<proto::result<std::string>> get(std::string path);
  [[nodiscard]] task<proto::result<std::string>> ask(std::string path, std::string body,
                                                     std::string model);
  [[nodiscard]] http::client_request request_to(std::string_view path) const;
  /// "ollama at http://..."
  [[nodiscard]] std::string who() const;

  config::backend_settings settings_;
  const clock& time_;
  std::string version_;  ///< "" = not asked yet
  std::map<std::string, known_model> models_;
};

}  // namespace chimera::inference
