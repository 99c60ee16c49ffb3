// Names of facts: digit-free, so that a text without digits can name a number, and with a check
// letter, so that a typing error never names another fact.
#pragma once

#include <string>
#include <string_view>

namespace chimera::proto {

/// The id of the fact whose full key is `key`: a slug of `words` (lower-case letters and '-', at
/// most 40), '-', eight letters of a hash of `key`, one check letter. Pure; the same key always
/// gives the same id. No digits, no vowels in the hash part (it cannot spell a word).
[[nodiscard]] std::string make_fact_id(std::string_view words, std::string_view key);

/// True if `id` has the form that make_fact_id gives and its check letter is right. Any single
/// substitution of a letter and any swap of two neighbours is detected.
[[nodiscard]] bool is_fact_id(std::string_view id);

}  // namespace chimera::proto
