// JSON bodies, read strictly: what is not known is an error, and every error says where and what
// would have been right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/http/problem_json.hpp"
#include "proto/job.hpp"

namespace chimera::http {

inline constexpr std::size_t body_bytes_max = 1U << 20U;
inline constexpr std::size_t body_depth_max = 32;

/// Members sorted: its dump is the canonical form that fingerprints are made of.
using sorted_json = nlohmann::json;

/// A JSON document within the bounds, UTF-8, no member twice. Errors: request.malformed (with line
/// and column), request.too-large.
[[nodiscard]] std::expected<sorted_json, refusal> parse_json(std::string_view text);

/// Reads the members of one object and gathers what is wrong. Getters return the fallback when the
/// member is missing or wrong.
class object_reader {
 public:
  /// `pointer` of the object: "" for the body. An object_reader of something else reads nothing and
  /// notes the error.
  object_reader(const sorted_json& object, std::string pointer, std::vector<field_error>& errors);

  [[nodiscard]] std::string text(std::string_view name, std::size_t bytes_max, bool required);
  [[nodiscard]] std::string one_of(std::string_view name, const std::vector<std::string>& words,
                                   std::string fallback);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most,
                                     std::int64_t fallback);
  [[nodiscard]] double number(std::string_view name, double least, double most, double fallback);
  /// A list of texts; empty if missing.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t count_max,
                                               std::size_t bytes_max);
  /// The member as it is, or null.
  [[nodiscard]] const sorted_json* member(std::string_view name, bool required = false);
  [[nodiscard]] std::string pointer_to(std::string_view name) const;
  void wrong(std::string_view name, std::string detail, std::vector<std::string> allowed = {});
  /// Call last: members that nobody asked for are errors, with the nearest known name.
  void refuse_unknown();

 private:
  const sorted_json* object_;
  std::string pointer_;
  std::vector<field_error>& errors_;
  std::vector<std::string> known_;
};

/// "Several fields are wrong" as one refusal, code request.invalid.
[[nodiscard]] refusal invalid_request(std::vector<field_error> errors);

/// The body of POST /v1/jobs.
[[nodiscard]] std::expected<proto::job_request, refusal> read_job_request(const sorted_json& body);

/// SHA-256 of the canonical form, hex.
[[nodiscard]] std::string fingerprint_of(const sorted_json& body);

}  // namespace chimera::http
