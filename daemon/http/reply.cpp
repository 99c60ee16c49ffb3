// Answers that every handler makes.
#include "daemon/http/api.hpp"

namespace chimera::http {

occasion occasion_of(const call& c) { return {c.asked.path, c.trace_id}; }

reply refuse(const call& c, const refusal& why) { return to_response(why, occasion_of(c)); }

response json_response(unsigned status, std::string body) {
  response answer;
  answer.status = status;
  answer.headers.emplace_back("content-type", "application/json");
  answer.body = std::move(body);
  return answer;
}

}  // namespace chimera::http
