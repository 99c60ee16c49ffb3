// Changes and ratios: "34 % faster", "1.67 times the throughput", "a reduction of 12 %".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/scope.hpp"
#include "agents/claims/quoted_number.hpp"
#include "proto/claim.hpp"

namespace chimera::claims {

/// The two groups or files that a sentence compares: the first two that exclude each other. What
/// is said about is the first, unless words make it the base ("compared with q8_0, q4_0 ...").
struct two_sides {
  const mention* subject = nullptr;
  const mention* base = nullptr;
};
/// `after` is one past the number that compares: "q8_0 stands at 9 ms, 1.5 times that" is about the
/// group named last.
[[nodiscard]] std::optional<two_sides> sides_of(std::string_view text, const spoken_sentence& s,
                                                std::size_t after, const fact_book& book);

/// True for percentage points, a ratio, and a percentage with a direction near it.
[[nodiscard]] bool is_change(std::string_view text, const spoken_sentence& s,
                             const quoted_number& q, const placed_number& place);

struct change_judgement {
  bool applies = false;  ///< the number is a change or a ratio
  proto::verdict judgement = proto::verdict::unsupported;
  std::string rule;
  std::size_t fact = fact_book::npos;  ///< the stored ratio that says it, if there is one
  std::string truth;
};

/// Judges a number with '%', "x" or "times" that stands in a sentence on two groups or files. The
/// first named is what is said about, the second the base. Rates: x % faster is 100 (a / b - 1);
/// times: 100 (1 - a / b) or 100 (b / a - 1); the sign must agree with the word. "N times" is the
/// ratio of the better to the worse, "N % faster" is never N times. Percentage points are told
/// apart.
[[nodiscard]] change_judgement judge_change(std::string_view text, const spoken_sentence& s,
                                            const spoken_key& key, const quoted_number& q,
                                            const placed_number& place, const fact_book& book);

}  // namespace chimera::claims
