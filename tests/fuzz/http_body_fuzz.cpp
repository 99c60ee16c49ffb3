// Bodies of POST /v1/jobs: read or refused, and every refusal has a place or a cause.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/http/request_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto body = chimera::http::parse_json(text);
  if (!body) {
    const auto problem = chimera::http::to_problem_json(body.error(), {});
    if (problem.empty() || body.error().what.title.empty()) std::abort();
    return 0;
  }
  if (chimera::http::fingerprint_of(*body).size() != 64) std::abort();
  const auto request = chimera::http::read_job_request(*body);
  if (request && request->pipeline.empty()) std::abort();
  if (!request && request.error().errors.empty()) std::abort();
  if (!request && !nlohmann::json::accept(chimera::http::to_problem_json(request.error(), {})))
    std::abort();
  return 0;
}
