// Makes a Markdown text safe for cmark: lines that cannot matter for tables lose what costs time.
#pragma once

#include <string>
#include <string_view>

#include "agents/evidence/tables/readers.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

/// The same number of lines, the same tables and headings; "" if there can be no table. cmark-gfm
/// 0.29 takes quadratic time for paragraphs full of links and emphasis, and fills up the rows of
/// very wide tables: prose loses its inline markup here, and tables that are mostly filling, with
/// too many columns, or in lines that are too long, are refused at their line. Pure, thread-safe.
[[nodiscard]] proto::result<std::string> prepare_markdown(std::string_view text,
                                                          const table_limits& limits);

/// "md.too-many-columns" and its like, at a line.
[[nodiscard]] std::unexpected<proto::problem> refuse_markdown(std::string code, std::string title,
                                                              std::string detail,
                                                              std::uint64_t line);

}  // namespace chimera::evidence
