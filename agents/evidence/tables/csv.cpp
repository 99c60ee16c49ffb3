#include <utility>

#include "agents/evidence/tables/csv_layout.hpp"
#include "agents/evidence/tables/csv_reading.hpp"
#include "agents/evidence/tables/dialect.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {

proto::result<tables_of_file> read_csv(std::string_view text, const table_limits& limits,
                                       std::size_t threads) {
  tables_of_file read;
  if (trim_blanks(text).empty()) return read;
  const csv_dialect dialect = detect_dialect(text);
  read.tool_error = message_of_tool(text, dialect);
  if (!read.tool_error.empty()) return read;
  const auto layout = lay_out(text, dialect, limits);
  if (!layout) return std::unexpected(layout.error());
  auto built = csv_reading(text, dialect, *layout, limits, threads).run();
  if (!built) return std::unexpected(built.error());
  read.tables.push_back(std::move(*built));
  return read;
}

proto::result<tables_of_file> read_csv(std::string_view text, const table_limits& limits) {
  return read_csv(text, limits, 1);
}

}  // namespace chimera::evidence
