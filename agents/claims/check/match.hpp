// Bare numbers of a text held to the facts: the key of each is resolved from its sentence, then its
// value is compared. A key that is not resolved makes a number unsupported, never contradicted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/spoken_text.hpp"
#include "agents/claims/number_scanner.hpp"
#include "proto/claim.hpp"

namespace chimera::claims {

struct matched_number {
  scanned_number number;
  proto::verdict judgement = proto::verdict::unsupported;
  /// "fact", "ratio", "percent change", "count over the tree", "configuration", "date", "refused",
  /// "key not resolved", "several facts fit", "no such fact", "differs from the fact", or why the
  /// number claims nothing.
  std::string rule;
  std::size_t fact = fact_book::npos;  ///< that proves or refutes it
  std::string truth;                   ///< as the text should show it; "" if unknown
};

/// One entry for each number of `spoken` that is not part of a name or a reference, in order; spans
/// in the spoken text. References to facts count as numbers when phrases are dealt out to numbers.
/// A number that stands alone in code is no name. Linear in the text. Thread-safe.
[[nodiscard]] std::vector<matched_number> match_numbers(const spoken_text& spoken,
                                                        const fact_book& book);
/// The same for a text without names.
[[nodiscard]] std::vector<matched_number> match_numbers(std::string_view markdown,
                                                        const fact_book& book);

}  // namespace chimera::claims
