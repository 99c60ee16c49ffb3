#include "agents/evidence/lints/rule.hpp"

#include <algorithm>
#include <cmath>

namespace chimera::evidence {
namespace {

constexpr std::size_t places_max = 50;
constexpr std::size_t shows_max = 200;

// One line, short: error texts of tools run over many.
std::string in_a_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.ends_with(' ')) line.pop_back();
  if (line.size() <= shows_max) return line;
  std::size_t end = shows_max;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) --end;
  return line.substr(0, end) + "...";
}

}  // namespace

finder::finder(const rule_words& words) {
  lint_.rule = words.rule;
  lint_.level = words.level;
  lint_.title = words.title;
  lint_.counted = words.counted;
  lint_.prevents = words.prevents;
}

void finder::at(std::string_view file, std::string_view where, std::string_view shows,
                std::uint64_t count, bool first) {
  lint_.count += count;
  files_.emplace(file);
  proto::lint_place place{std::string(file), std::string(where), in_a_line(shows)};
  (first ? first_ : lint_.places).push_back(std::move(place));
}

std::optional<proto::lint> finder::done() {
  if (lint_.count == 0) return std::nullopt;
  lint_.files = files_.size();
  std::ranges::stable_sort(first_, {}, &proto::lint_place::file);
  std::ranges::stable_sort(lint_.places, {}, &proto::lint_place::file);
  lint_.places.insert(lint_.places.begin(), first_.begin(), first_.end());
  if (lint_.places.size() > places_max) lint_.places.resize(places_max);
  return std::move(lint_);
}

bool is_raw_table(const evidence_table& t) {
  const bool rows = t.data.shape == table_shape::records || t.data.shape == table_shape::samples;
  return rows && t.data.kind != "md" && !t.summary && t.same_as == evidence_table::npos;
}

bool is_raw_measure(const evidence_table& t, std::size_t column) {
  const column_traits& traits = t.traits[column];
  return traits.role == role::measure && traits.statistic == stored_statistic::none &&
         t.data.columns[column].numeric();
}

std::vector<double> ok_values(const evidence_table& t, std::size_t column) {
  std::vector<double> values;
  values.reserve(t.data.rows);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (t.rows.state[row] == row_state::failed) continue;
    const double v = t.data.columns[column].number(row);
    if (is_number(v) && std::isfinite(v)) values.push_back(v);
  }
  return values;
}

}  // namespace chimera::evidence
