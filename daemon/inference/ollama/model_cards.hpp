// What Ollama tells of its models: /api/tags, /api/ps, /api/show, /api/version. Pure. What is
// missing or of another kind than expected is as if it was not told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inference/backend.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// "gemma3" is "gemma3:latest".
[[nodiscard]] std::string full_name(std::string_view model);

/// The models of /api/tags; error "backend.protocol" (for `who`) if it is no such answer.
[[nodiscard]] proto::result<std::vector<seen_model>> installed_models(std::string_view who,
                                                                      std::string_view tags);
/// The models of /api/ps.
[[nodiscard]] proto::result<std::vector<seen_model>> resident_models(std::string_view who,
                                                                     std::string_view ps);
/// All that are installed or resident, the resident ones with what is in effect.
[[nodiscard]] std::vector<seen_model> joined(std::vector<seen_model> installed,
                                             const std::vector<seen_model>& resident);
/// "gemma3:latest runs partly on the CPU: 3.1 of 4.2 GiB are on the GPU", one for each.
[[nodiscard]] std::vector<std::string> cpu_warnings(const std::vector<seen_model>& models);

struct shown_model {
  std::uint64_t trained_context = 0;  ///< 0 = not told
  bool thinks = false;
  bool completes = true;  ///< false: it makes embeddings only
  bool is_plain = false;  ///< its template has no place for messages
};
/// Of /api/show.
[[nodiscard]] proto::result<shown_model> shown(std::string_view who, std::string_view show);

/// "0.33.0" of /api/version.
[[nodiscard]] proto::result<std::string> version_of(std::string_view who, std::string_view body);
/// prompt_eval_count is all of the prompt, what was cached included: since 0.30.
[[nodiscard]] bool counts_whole_prompts(std::string_view version);

}  // namespace chimera::inference
