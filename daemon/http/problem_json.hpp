// Problems as RFC 9457 says them: application/problem+json with a stable type, and one table from
// codes to statuses.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/server/message.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

/// One thing wrong with a request. `pointer` is a JSON pointer as a URI fragment ("#/inputs/path"),
/// or "?name" for a query parameter.
struct field_error {
  std::string pointer;
  std::string detail;
  std::vector<std::string> allowed;
};

/// Why a request is not done.
struct refusal {
  proto::problem what;
  std::vector<field_error> errors;
  std::string members;  ///< further members of the problem: `"epoch":"...","latest_seq":7`
  header_list headers;

  refusal() = default;
  // A problem alone is a refusal.
  refusal(proto::problem p) : what(std::move(p)) {}  // NOLINT(google-explicit-constructor)
};

/// `refusal{code, title, detail}`.
[[nodiscard]] refusal refused(std::string code, std::string title, std::string detail = {});

/// Status and whether the same request may succeed later. Codes match by their longest known prefix
/// up to a '.'; an unknown code is an error of the server.
struct problem_kind {
  unsigned status = 500;
  bool retryable = false;
};
[[nodiscard]] problem_kind kind_of(std::string_view code);
/// Every code prefix of the table, for the tests.
[[nodiscard]] std::vector<std::string_view> known_codes();

/// Where and in which trace it happened.
struct occasion {
  std::string instance;  ///< path of the request
  std::string trace_id;  ///< 32 hex digits of a traceparent; "" = none
};

/// The body. Never holds a secret: it only says what the problem says.
[[nodiscard]] std::string to_problem_json(const refusal& why, const occasion& when);
/// With its status, content type and Retry-After where waiting helps.
[[nodiscard]] response to_response(const refusal& why, const occasion& when);

}  // namespace chimera::http
