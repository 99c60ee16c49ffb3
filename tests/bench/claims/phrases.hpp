// How people say it in reports: sentence forms, names of statistics, ways to write a number.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "claims/told_sentence.hpp"

namespace chimera::bench {

/// "{s}" and "{t}" are statistics, "{m}" and "{o}" metrics, "{g}" and "{h}" groups, "{v}" and "{w}"
/// values, "{p}" a percent change, "{x}" a ratio, "{n}" a count, "{d}" a date, "{fast}" and "{up}"
/// directions, "{verb}" a change, "{sup}" a superlative.
struct form {
  shape made;
  std::string_view text;
};
[[nodiscard]] std::span<const form> forms();
/// Forms with bare numbers that were written after the checker held the gates on forms(): what to
/// expect of other words.
[[nodiscard]] std::span<const form> later_forms();
/// Forms in which a writer only points at facts.
[[nodiscard]] std::span<const form> reference_forms();

/// Names of an aggregation; empty for those that sentences do not tell.
[[nodiscard]] std::span<const std::string_view> statistic_names(std::string_view agg);

struct count_form {
  std::string_view path;  ///< of a fact over the tree
  std::string_view text;
};
[[nodiscard]] std::span<const count_form> count_forms();

[[nodiscard]] std::string_view number_word_of(std::size_t n);  ///< "" above twelve

}  // namespace chimera::bench
