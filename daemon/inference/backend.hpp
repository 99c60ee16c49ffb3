// A server or an engine that makes text, with what it shows of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agents/ports/text_generator.hpp"

namespace chimera::inference {

struct seen_model {
  std::string name;
  std::string digest;        ///< "" = not shown
  std::string quantization;  ///< "Q4_K_M"; "" = not shown
  std::uint64_t context_tokens =
      0;                    ///< in effect if resident, else what it was trained for; 0 = not shown
  std::uint64_t bytes = 0;  ///< of its weights, or of all it takes if resident
  std::uint64_t gpu_bytes = 0;  ///< of `bytes`, if resident
  bool resident = false;
};

struct backend_view {
  std::string server;     ///< "ollama 0.33.0", "llama-server", "vllm"
  std::size_t slots = 0;  ///< calls that it serves at a time; 0 = it does not say
  std::vector<seen_model> models;
  std::vector<std::string> warnings;  ///< "gemma3:latest runs partly on the CPU: 3.1 of 4.2 GiB"
};

/// Every implementation is held to the same conformance tests (tests/daemon/inference/conformance).
/// Besides text_generator: the text is whole UTF-8; a call ends with an answer or with one problem,
/// never with both, and only a mark of the server that it is done makes an answer. Destroying or
/// cancelling the call closes it at the server. Budgets of time start when the call is made.
///
/// Problems, and whether a call may be made again (jobs::can_retry): "backend.unavailable" (nobody
/// answers), "backend.overloaded" (429, 503), "backend.loading", "backend.failed" (500 and errors
/// in mid-stream), "backend.crashed", "backend.cut" (the end came without its mark),
/// "backend.empty" (no token), "backend.stalled" (silence beyond a budget), "backend.overtime",
/// "backend.repetition": yes. "backend.model" (no such model), "backend.unauthorized",
/// "backend.refused" (400), "backend.context" (the prompt does not fit), "backend.truncated" (the
/// server cut the prompt), "backend.protocol" (no such protocol spoken there), "backend.no-gpu",
/// "backend.library": no; over https neither "client.certificate", "client.tls", "client.ca-file".
class backend : public text_generator {
 public:
  /// Version, models, slots. Makes no text, loads nothing. Of one that has none of these: its name.
  virtual task<proto::result<backend_view>> look();
};

}  // namespace chimera::inference
