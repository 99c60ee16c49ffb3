// Resolves the references of a source to what is printed, and remembers where each number came
// from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/report/catalog.hpp"
#include "agents/report/render.hpp"

namespace chimera::report {

/// A stretch of the output that a reference printed.
struct printed_span {
  enum class type : std::uint8_t { fact, name, struck };
  type what = type::fact;
  std::size_t start = 0;  ///< byte offsets in the printed text
  std::size_t end = 0;
  std::string id;  ///< of the fact or name
};

struct printed {
  std::string text;
  std::vector<printed_span> spans;   ///< by start, not overlapping
  std::vector<std::size_t> refused;  ///< places in sentences that a check refused, ascending
  std::vector<render_problem> problems;
  std::vector<std::string> facts_used;  ///< in order of first use
};

/// Expands every reference of `source`; sentences with a bare number that no reference printed are
/// struck. Tables become GFM, figures images.
[[nodiscard]] printed print_source(std::string_view source, const catalog& names);

/// What a fact prints: its display, or its refusal by name.
[[nodiscard]] std::string print_fact(const proto::fact& f);

}  // namespace chimera::report
