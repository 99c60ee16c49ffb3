// What verify has to say: one entry a span, of a report or of a document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/claim.hpp"

namespace chimera::cli {

enum class weight : std::uint8_t {
  fine,  ///< proven, or claims nothing
  open,  ///< nothing in the data says so or otherwise
  wrong  ///< the data says otherwise, or the evidence changed
};

struct verify_finding {
  weight how = weight::wrong;
  /// "evidence-changed", "fact-changed", "text-changed", "number-without-claim", ... of reports;
  /// "verified", "verified-approx", "contradicted", "unsupported", "remark" ... of documents.
  std::string rule;
  std::string file;         ///< as the user would open it
  std::uint64_t line = 0;   ///< 1-based; 0 = the whole file
  std::uint64_t start = 0;  ///< bytes within the line
  std::uint64_t end = 0;
  std::uint64_t column = 0;  ///< 1-based, in code points; 0 = the whole line
  std::string text;          ///< what stands there
  std::string message;       ///< for people
  std::string truth;         ///< what should stand there; "" if unknown
  std::string where;         ///< where the truth stands
  std::string key;           ///< what the number is
};

/// One checked thing: a report folder or a document.
struct verified_text {
  std::string name;
  bool is_report = false;
  std::uint64_t numbers = 0;             ///< that were looked at
  std::vector<verify_finding> findings;  ///< by file, line, place
};

/// UTF-8 characters of `text`; a byte that belongs to none counts as one.
[[nodiscard]] std::uint64_t code_points(std::string_view text);

/// Fills the columns of the findings on `file`, whose content is `text`. Linear.
void place_columns(std::vector<verify_finding>& findings, const std::string& file,
                   std::string_view text);

}  // namespace chimera::cli
