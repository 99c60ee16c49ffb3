// What is sent to an OpenAI-compatible server: POST /v1/chat/completions. Pure.
#pragma once

#include <map>
#include <string>

#include "agents/ports/text_generator.hpp"
#include "daemon/inference/openai/dialect.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

struct completion_request {
  std::string body;
  /// As they are sent, under the persona's names. What the dialect does not take is not sent and is
  /// not here.
  std::map<std::string, std::string> in_effect;
};

/// What this server is known to take.
struct completion_manner {
  dialect speaks = dialect::generic;
  bool takes_stream_options = true;  ///< usage at the end of a stream
};

/// Streaming, with an answer's schema where the dialect holds to one. Error "backend.refused": an
/// option whose value is none.
[[nodiscard]] proto::result<completion_request> request_for(const generation_request& what,
                                                            const completion_manner& manner);

/// The messages of a request as JSON, as tokenizers want them too.
[[nodiscard]] std::string messages_json(const generation_request& what);

}  // namespace chimera::inference
