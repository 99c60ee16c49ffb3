// Everything that a report's source may name, and what stands behind each name.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/report/figure.hpp"
#include "proto/fact.hpp"

namespace chimera::report {

/// What {{m:ID}} prints: a literal that stands in an artifact or in the run's own configuration.
struct named {
  std::string text;   ///< "gemma3/gemma3_param_tuning.csv"
  std::string file;   ///< artifact that holds it, or "" for the tree's own paths and the run
  std::string where;  ///< column, pointer, "path", "run"
  bool code = true;   ///< printed as a code span
};

/// What {{cmp:A,B}} prints, by the two fact ids. `text` is Markdown with references of its own.
struct compared {
  std::string
      text;  ///< "{{f:..}} times as high (Mann-Whitney p = {{f:..}}, n = {{f:..}} + {{f:..}})"
  std::vector<std::string> facts;
};

/// What {{table:ID}} prints: a GFM table whose cells are text with references.
struct table_block {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::string> align;  ///< "l" or "r" a column
  std::vector<std::vector<std::string>> rows;
};

/// Looked up by the renderer, filled by the outline. Ordered maps: output order is their order.
struct catalog {
  std::function<const proto::fact*(std::string_view id)> find_fact;  ///< dataset and run facts
  std::map<std::string, named, std::less<>> names;
  std::map<std::pair<std::string, std::string>, compared> comparisons;
  std::map<std::string, std::string, std::less<>> best;  ///< GROUP -> Markdown with references
  std::map<std::string, table_block, std::less<>> tables;
  std::map<std::string, figure, std::less<>> figures;
};

}  // namespace chimera::report
