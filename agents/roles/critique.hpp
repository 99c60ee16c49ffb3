// What a critic says about a draft, held to the draft: an objection to a sentence that does not
// stand there is no objection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_words.hpp"

namespace chimera::roles {

/// How a critic's prompt asks for objections: `- OBJECTION: "sentence" -- reason`.
inline constexpr std::string_view objection_mark = "- OBJECTION:";
/// The whole answer of a critic who has none.
inline constexpr std::string_view no_objection = "NONE";

struct objection {
  std::string quote;   ///< a sentence of the draft, on one line
  std::string reason;  ///< on one line; never empty
  bool operator==(const objection&) const = default;
};

/// At most this many objections go back to the writer.
inline constexpr std::size_t objections_max = 8;

struct critique {
  std::vector<objection> kept;
  /// Objections that were dropped, with the rule that did it: "objection-form" (no quote, no
  /// reason), "objection-quote" (the draft says no such thing), "objection-many". Spans in the
  /// answer.
  std::vector<claims::text_issue> dropped;
};

/// Reads a critic's answer; lines that are no objections say nothing. A quote stands in the draft
/// if it has at least two words and is there word for word: white space and strike marks apart.
[[nodiscard]] critique read_critique(std::string_view answer, std::string_view draft);

/// The line that read_critique reads back.
[[nodiscard]] std::string to_line(const objection& o);

}  // namespace chimera::roles
