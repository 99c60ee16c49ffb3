// The facts that a spoken key may mean, and comparisons between two of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/scope.hpp"

namespace chimera::claims {

/// More facts than this under one key resolve nothing.
inline constexpr std::size_t candidates_max = 4096;

/// Positions of the facts that satisfy `key`: its metrics, its statistics (without one: mean,
/// median, a stored value, a pooled rate), all of its subjects, its rows. Facts of groups that the
/// key does not name are none of them. Empty if the key names neither a metric nor a subject, or
/// too many facts fit.
[[nodiscard]] std::vector<std::uint32_t> candidates_of(const spoken_key& key,
                                                       const fact_book& book);

/// Pairs of facts that differ in nothing but the subject: one of `a`, one of `b`; same metric and
/// statistic, and the same file unless the subjects are files.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const spoken_key& key,
                                                                            const mention& a,
                                                                            const mention& b,
                                                                            const fact_book& book);

}  // namespace chimera::claims
