// A claim: a number or comparison in a text, with its verdict, as a line of claims.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::proto {

enum class verdict {
  verified,
  verified_approx,
  verified_literal,
  contradicted,
  unsupported,
  non_claim
};

/// "verified", "verified-approx", ... "non-claim".
[[nodiscard]] std::string_view to_text(verdict v);

struct claim {
  std::uint64_t line = 0;   ///< 1-based line of the text
  std::uint64_t start = 0;  ///< byte offset within that line
  std::uint64_t end = 0;    ///< one past the last byte within that line
  std::string text;         ///< the bytes between them
  verdict judgement = verdict::unsupported;
  std::vector<std::string> facts;  ///< ids of the facts that prove it; empty for a non-claim
  std::string rule;     ///< what decided: "printed-from-fact", "comparison", "ordinal", "path" ...
  std::string literal;  ///< for verified-literal: file and place where it stands verbatim
  bool struck = false;
  bool operator==(const claim&) const = default;
};

/// One line of claims.jsonl without the line end.
void append_json(std::string& out, const claim& c);

}  // namespace chimera::proto
