// What went wrong, in the words of the person who must mend it; and `result<T>`, a value or that.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace chimera::proto {

/// A failure that a sound program expects. Shown as `file:line:column: title: detail`, and over
/// HTTP as RFC 9457 problem+json. Every field but `code` and `title` may be empty.
struct problem {
  std::string code;          ///< stable, machine-readable: "evidence.file-too-large"
  std::string title;         ///< what is wrong, one line, names the thing
  std::string detail;        ///< the cause, and the way out
  std::string file;          ///< where: path as the user gave it or relative to the dataset
  std::uint64_t line = 0;    ///< 1-based; 0 = unknown
  std::uint64_t column = 0;  ///< 1-based; 0 = unknown
  std::string field;         ///< the field or column at fault
  std::string allowed;       ///< what would have been right
  /// Seconds that the other side asks to be left alone; 0 = it did not say.
  std::uint32_t wait_s = 0;

  bool operator==(const problem&) const = default;
};

template <class T>
using result = std::expected<T, problem>;

/// `return fail("csv.too-wide", "more than 100,000 columns", "...")` from any result<T>.
[[nodiscard]] inline std::unexpected<problem> fail(std::string code, std::string title,
                                                   std::string detail = {}) {
  problem p;
  p.code = std::move(code);
  p.title = std::move(title);
  p.detail = std::move(detail);
  return std::unexpected<problem>(std::move(p));
}

/// One line for people: `where: title (detail). Allowed: ...`.
[[nodiscard]] std::string to_text(const problem& p);

}  // namespace chimera::proto
