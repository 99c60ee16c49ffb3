// Which of the OpenAI-compatible servers it is, and what it shows of itself. Pure: the answers to
// probes go in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inference/backend.hpp"

namespace chimera::inference {

enum class dialect : std::uint8_t { generic, llama_server, vllm, sglang, lm_studio, tgi };

/// One GET that only one kind of server answers with what is looked for.
struct probe {
  dialect would_be;
  std::string_view path;
};
/// In the order in which they are asked; the first that is_answered_by() decides.
inline constexpr std::array<probe, 5> probes = {{
    {dialect::llama_server, "/props"},
    {dialect::sglang, "/get_server_info"},
    {dialect::vllm, "/version"},
    {dialect::lm_studio, "/api/v0/models"},
    {dialect::tgi, "/info"},
}};
/// `body` of a 200; LM Studio answers whatever it does not know with 200 and an error.
[[nodiscard]] bool is_answered_by(dialect would_be, std::string_view body);

struct seen_server {
  dialect speaks = dialect::generic;
  backend_view view;
};

/// From the bodies of GET /v1/models and of the probe that was answered ("" = none was).
[[nodiscard]] seen_server seen(dialect speaks, std::string_view models, std::string_view answer);

/// Whether an answer can be held to a JSON Schema; of an unknown server nobody knows.
[[nodiscard]] constexpr bool takes_schema(dialect speaks) { return speaks != dialect::generic; }

/// What a dialect calls an option of a persona; "" = it does not take it.
[[nodiscard]] std::string_view name_of_option(dialect speaks, std::string_view option);

}  // namespace chimera::inference
