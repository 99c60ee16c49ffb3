// Members of keyed objects (backends, kernels, variants): stored statistics beside each other.
#include <algorithm>
#include <map>

#include "agents/evidence/facts/fact_set.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

using evidence::evidence_table;
using evidence::stored_statistic;
constexpr auto npos = evidence_table::npos;

bool is_central(stored_statistic s) {
  return s == stored_statistic::mean || s == stored_statistic::median ||
         s == stored_statistic::none;
}

// The measure that a member is judged by: the first time or rate that is no spread and no extreme.
std::size_t member_measure(const evidence_table& t) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const evidence::column_traits& traits = t.traits[c];
    const bool judged = traits.dimension == evidence::dimension::time ||
                        traits.dimension == evidence::dimension::rate;
    if (judged && traits.role == evidence::role::measure && t.data.columns[c].numeric() &&
        is_central(traits.statistic) && traits.better != evidence::polarity::none)
      return c;
  }
  return npos;
}

std::string cell(const outline_builder& b, const evidence_table& t, std::size_t c,
                 std::size_t row) {
  proto::fact f = evidence::fact_of_column(t, c);
  f.where.path = t.data.place(row, t.data.columns[c]);
  f.agg = "value";
  f.kind = "cell";
  return b.fact(evidence::key_of(f));
}

std::string id_in(const std::string& reference) {
  return reference.size() > 6 ? reference.substr(4, reference.size() - 6) : std::string{};
}

// ratio first / second exists for members in file order only.
std::string ratio(const outline_builder& b, const evidence_table& t, std::size_t c, std::size_t x,
                  std::size_t y) {
  proto::fact f = evidence::fact_of_column(t, c);
  f.where.path = t.data.place(x, t.data.columns[c]);
  f.agg = "ratio";
  f.kind = "derived";
  f.derived_from = {id_in(cell(b, t, c, x)), id_in(cell(b, t, c, y))};
  return b.fact(evidence::key_of(f));
}

std::vector<std::string> members_of(const std::vector<const evidence_table*>& tables) {
  std::vector<std::string> members;
  for (const evidence_table* t : tables)
    for (const std::string& key : t->data.row_keys)
      if (std::ranges::find(members, key) == members.end()) members.push_back(key);
  return members;
}

table_block members_table(outline_builder& b, const std::vector<const evidence_table*>& tables,
                          const std::vector<std::string>& members) {
  table_block table;
  const evidence::column_traits& traits = tables.front()->traits[member_measure(*tables.front())];
  table.caption = traits.label + " as each file states it; members that failed are no measurements";
  table.header = {"File"};
  table.align = {"l"};
  for (const std::string& m : members) {
    table.header.push_back(b.name(m, tables.front()->file, tables.front()->data.path));
    table.align.emplace_back("r");
  }
  for (const evidence_table* t : tables) {
    std::vector<std::string> row = {b.file_name(*t)};
    for (const std::string& m : members) {
      const auto found = std::ranges::find(t->data.row_keys, m);
      if (found == t->data.row_keys.end()) {
        row.emplace_back("");
        continue;
      }
      const auto at = static_cast<std::size_t>(found - t->data.row_keys.begin());
      const bool failed = t->rows.state[at] == evidence::row_state::failed;
      row.push_back(failed ? "failed" : cell(b, *t, member_measure(*t), at));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

finding best_member(outline_builder& b, const evidence_table& t) {
  const std::size_t c = member_measure(t);
  finding f;
  const auto better = [&](std::size_t x, std::size_t y) {
    const bool higher = t.traits[c].better == evidence::polarity::higher;
    return higher ? t.data.columns[c].number(x) > t.data.columns[c].number(y)
                  : t.data.columns[c].number(x) < t.data.columns[c].number(y);
  };
  std::size_t first = npos;
  std::size_t best = npos;
  std::string among;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    const std::string value = cell(b, t, c, row);
    if (value.empty()) continue;
    among += (among.empty() ? "" : " ") + value;
    if (first == npos) first = row;
    if (best == npos || better(row, best)) best = row;
  }
  if (best == npos) return f;
  f.kind = first == best ? "member-first-best" : "member-best";
  f.level = proto::severity::info;
  f.slots = {{"file", b.file_name(t)},
             {"metric", t.traits[c].label},
             {"best", b.name(t.data.row_keys[best], t.file, t.data.path)},
             {"value", cell(b, t, c, best)},
             {"first", b.name(t.data.row_keys[first], t.file, t.data.path)},
             {"first-value", cell(b, t, c, first)},
             {"among", among},
             {"dimension", std::string(to_text(t.traits[c].dimension))}};
  const std::string times = first == best ? std::string{} : ratio(b, t, c, first, best);
  if (!times.empty()) f.slots.emplace_back("ratio", times);
  return f;
}

finding failed_members(outline_builder& b, const std::vector<const evidence_table*>& tables) {
  std::map<std::string, std::uint64_t> by_member;
  std::string error;
  const evidence_table* where = nullptr;
  for (const evidence_table* t : tables)
    for (const evidence::row_failure& failure : t->rows.failures) {
      ++by_member[t->data.row_keys[failure.row]];
      if (error.empty() && !failure.error.empty()) {
        error = failure.error;
        where = t;
      }
    }
  finding f;
  if (by_member.empty()) return f;
  const auto most = std::ranges::max_element(by_member, {}, [](const auto& e) { return e.second; });
  f.kind = "members-failed";
  f.level = proto::severity::error;
  f.weight = 4;
  const std::string path = "members" + tables.front()->data.path;
  f.slots = {{"failed", b.tree(path + "/failed")},
             {"members", b.tree(path)},
             {"member", b.name(most->first, tables.front()->file, tables.front()->data.path)}};
  if (const std::string& pointer = tables.front()->data.path; !pointer.empty())
    f.slots.emplace_back("path", b.name(pointer, tables.front()->file, "pointer"));
  if (!error.empty()) f.slots.emplace_back("error", b.name(error, where->file, "error"));
  return f;
}

}  // namespace

void outline_members(outline_builder& b, part& p) {
  std::map<std::string, std::vector<const evidence_table*>> by_path;
  for (const evidence_table& t : b.data().tables)
    if (t.data.shape == evidence::table_shape::keyed && member_measure(t) != npos &&
        t.data.rows >= 2)
      by_path[t.data.path + '\x1F' + evidence::metric_name(t.data.columns[member_measure(t)].key)]
          .push_back(&t);
  std::size_t number = 0;
  for (const auto& [path, tables] : by_path) {
    const std::vector<std::string> members = members_of(tables);
    if (members.size() > 8) continue;
    question q;
    q.id = "members-" + std::string(1, static_cast<char>('a' + number++ % 26));
    const std::string& pointer = tables.front()->data.path;
    q.title = pointer.empty() ? "How do the top-level members of the documents compare?"
                              : "How do the members of " +
                                    b.name(pointer, tables.front()->file, "pointer") + " compare?";
    if (finding f = failed_members(b, tables); !f.kind.empty()) {
      q.findings.push_back(f);
      p.headline.push_back(std::move(f));
    }
    for (const evidence_table* t : tables)
      if (finding f = best_member(b, *t); !f.kind.empty()) q.findings.push_back(std::move(f));
    b.out().names.tables.emplace(q.id, members_table(b, tables, members));
    q.tables = {q.id};
    p.questions.push_back(std::move(q));
  }
}

}  // namespace chimera::report
