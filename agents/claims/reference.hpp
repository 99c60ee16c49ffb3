// References in model output: `{{f:ID}}` and its kin (design 6.3). A model never prints a number;
// it names a fact, and the renderer prints it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::claims {

enum class reference_kind : std::uint8_t {
  fact,        ///< {{f:ID}}      the value of a fact, with its unit
  comparison,  ///< {{cmp:ID,ID}} the comparison of two facts and its test, in words
  best,        ///< {{best:GROUP}} the best member of a group
  table,       ///< {{table:ID}}  a table, alone on its line
  figure,      ///< {{fig:ID}}    a figure, alone on its line
  name,        ///< {{m:ID}}      a name that contains digits: a model, a file, a column
  strike       ///< {{strike}}    prints nothing: its sentence was checked and is struck
};

struct reference {
  reference_kind kind = reference_kind::fact;
  std::vector<std::string> ids;  ///< one, two for a comparison, none for a strike
};

/// A stretch of the source: plain text, a well-formed reference, or something that wants to be one.
struct piece {
  enum class type : std::uint8_t { text, reference, malformed };
  type what = type::text;
  std::size_t start = 0;  ///< byte offsets in the source; pieces are adjacent and cover it
  std::size_t end = 0;
  reference ref;      ///< if `what` is reference
  std::string error;  ///< if malformed: "unclosed", "unknown kind 'x'", "nested", "bad id", ...
};

/// Splits `source`. Anything from "{{" to the next "}}" on the same line is a reference or
/// malformed; a "{{" without end is malformed to the end of its line. Linear in the text. Never
/// fails.
[[nodiscard]] std::vector<piece> parse_references(std::string_view source);

/// "{{f:ID}}" and so on.
[[nodiscard]] std::string to_text(const reference& ref);

}  // namespace chimera::claims
