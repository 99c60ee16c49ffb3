// What is sent to Ollama (docs/api.md of Ollama: POST /api/chat, /api/generate). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "agents/ports/text_generator.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

using ollama_options = std::map<std::string, std::string>;

/// A change of one of these makes Ollama load the model anew and forget all that it has read:
/// num_ctx, num_gpu, num_batch, num_thread, main_gpu, use_mmap.
[[nodiscard]] bool loads_model(std::string_view option);

/// The load options for a model, once for the life of a backend. The settings decide; then what
/// the first request asks for; num_ctx is that of the model that is resident if it is large enough
/// (`resident_context`, 0 = not resident), else what was asked for, else 4096, and never more than
/// the model was trained for (`trained_context`, 0 = not known).
[[nodiscard]] ollama_options fixed_profile(const ollama_options& settings,
                                           const ollama_options& first_request,
                                           std::uint64_t resident_context,
                                           std::uint64_t trained_context);

/// How a model wants to be asked.
struct ollama_manner {
  bool thinks = false;     ///< it must be told not to
  bool is_plain = false;   ///< no template for messages: /api/generate, all in one prompt
  ollama_options profile;  ///< sent instead of whatever the request says of them
};

struct ollama_message {
  std::string target;  ///< "/api/chat"
  std::string body;
  ollama_options in_effect;  ///< all options as they are sent
};

/// Always with `truncate:false, shift:false`: a prompt that does not fit is refused, not cut. Error
/// "backend.refused": an option whose value is none.
[[nodiscard]] proto::result<ollama_message> chat_request(const generation_request& request,
                                                         const ollama_manner& manner);

/// A whole number of the options; `otherwise` if there is none.
[[nodiscard]] std::int64_t number_of(const ollama_options& options, const std::string& name,
                                     std::int64_t otherwise);

}  // namespace chimera::inference
