#include <utility>

#include "agents/evidence/tables/csv_layout.hpp"
#include "agents/evidence/tables/csv_reading.hpp"
#include "agents/evidence/tables/dialect.hpp"
#include "agents/evidence/tables/readers.hpp"
#include "agents/evidence/tables/spendable_text.hpp"

namespace chimera::evidence {

namespace {

proto::result<tables_of_file> read(std::string_view text, spendable_text* spendable,
                                   const table_limits& limits, std::size_t threads) {
  tables_of_file found;
  if (trim_blanks(text).empty()) return found;
  const csv_dialect dialect = detect_dialect(text);
  found.tool_error = message_of_tool(text, dialect);
  if (!found.tool_error.empty()) return found;
  const auto layout = lay_out(text, dialect, limits);
  if (!layout) return std::unexpected(layout.error());
  auto built = csv_reading(text, spendable, dialect, *layout, limits, threads).run();
  if (!built) return std::unexpected(built.error());
  found.tables.push_back(std::move(*built));
  return found;
}

}  // namespace

proto::result<tables_of_file> read_csv(std::string_view text, const table_limits& limits,
                                       std::size_t threads) {
  return read(text, nullptr, limits, threads);
}

proto::result<tables_of_file> read_csv(std::string_view text, const table_limits& limits) {
  return read(text, nullptr, limits, 1);
}

proto::result<tables_of_file> read_csv(spendable_text& text, const table_limits& limits,
                                       std::size_t threads) {
  return read(text.view(), &text, limits, threads);
}

}  // namespace chimera::evidence
