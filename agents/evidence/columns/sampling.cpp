#include "agents/evidence/columns/sampling.hpp"

#include <algorithm>
#include <unordered_set>

namespace chimera::evidence {

bool one_sample_per_configuration(const evidence_table& t) {
  if (t.data.shape != table_shape::records || t.summary || t.data.rows < 6) return false;
  std::unordered_set<std::string> configurations;
  bool any = false;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    std::string configuration;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.traits[c].role != role::parameter) continue;
      configuration += t.data.columns[c].text(row) + '\x1F';
      any = true;
    }
    if (!any || !configurations.insert(configuration).second) return false;
  }
  return any;
}

std::vector<cold_level> cold_confounds(const evidence_table& t) {
  std::vector<cold_level> found;
  if (t.rows.cold < 3) return found;
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const column& parameter = t.data.columns[c];
    if (t.traits[c].role != role::parameter) continue;
    if (std::ranges::find(t.rows.cold_block_columns, c) != t.rows.cold_block_columns.end())
      continue;
    const std::string& name = parameter.key.empty() ? parameter.name : parameter.key;
    if (t.rows.cold_because == name) continue;
    std::string level = parameter.text(t.rows.cold_rows.front());
    if (!std::ranges::all_of(t.rows.cold_rows,
                             [&](std::uint32_t row) { return parameter.text(row) == level; }))
      continue;
    for (std::size_t row = 0; row < t.data.rows; ++row) {
      if (parameter.text(row) == level) continue;
      found.push_back({c, std::move(level)});
      break;
    }
  }
  return found;
}

}  // namespace chimera::evidence
