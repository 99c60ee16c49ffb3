// Query parameters, read strictly: an unknown or malformed one is a 400 that names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/problem_json.hpp"
#include "daemon/http/server/message.hpp"

namespace chimera::http {

/// Digits only, no sign, no overflow.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);
/// "a,b" and repeated parameters as one list, without empty entries.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);
/// Unix milliseconds of "2026-11-23T10:00:00[.123]Z" (or with +hh:mm); nothing for other text.
[[nodiscard]] std::optional<std::int64_t> from_rfc3339(std::string_view text);

class query_reader {
 public:
  explicit query_reader(const request& asked) : asked_(asked) {}

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t fallback);
  [[nodiscard]] bool flag(std::string_view name);          ///< true, false or missing
  [[nodiscard]] std::int64_t time(std::string_view name);  ///< 0 if missing
  [[nodiscard]] std::vector<std::string> list(std::string_view name);
  void allow(std::string_view name) { known_.emplace_back(name); }
  void wrong(std::string_view name, std::string detail, std::vector<std::string> allowed = {});

  /// Call last: nothing, or everything that is wrong.
  [[nodiscard]] std::optional<refusal> finish();

 private:
  const request& asked_;
  std::vector<std::string> known_;
  std::vector<field_error> errors_;
};

}  // namespace chimera::http
