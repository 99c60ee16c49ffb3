// Objects whose members are the rows of a table: {"eager": {"mean_ms": 1}, "jit": {"mean_ms": 2}}.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "agents/evidence/tables/json_tables.hpp"

namespace chimera::evidence {
namespace {

/// Beyond this many members the first ones alone are tried as the pattern of the others.
constexpr std::size_t most_patterns = 16;

class keyed_finder {
 public:
  keyed_finder(const table& leaves, const std::vector<json_node*>& nodes) : leaves_(leaves) {
    for (std::size_t i = 0; i < nodes.size(); ++i) columns_.emplace(nodes[i], i);
  }

  void search(const json_node& object) {
    std::vector<const json_node*> members;
    for (const auto& member : object.members) {
      if (leaves_below(*member).leaves > 0) members.push_back(member.get());
    }
    const std::vector<const json_node*> group = largest_group(members);
    if (group.size() >= 2) add(object, group);
    for (const json_node* member : members) search(*member);
  }

  std::vector<table> tables;

 private:
  struct overlap {
    std::size_t leaves = 0;
    std::size_t numbers = 0;
  };
  struct cell_of_member {
    std::size_t row;
    std::size_t leaf;
  };
  struct merged_columns {
    std::vector<std::string> names;  // relative pointers, in the order of their first appearance
    std::vector<std::string> keys;
    std::vector<std::vector<cell_of_member>> cells;
    std::unordered_map<std::string, std::size_t> places;
  };

  [[nodiscard]] overlap leaves_below(const json_node& node) const;
  [[nodiscard]] overlap compare(const json_node& a, const json_node& b) const;
  [[nodiscard]] std::size_t known_leaves(const json_node& node,
                                         const std::vector<const json_node*>& group) const;
  [[nodiscard]] std::vector<const json_node*> largest_group(
      const std::vector<const json_node*>& members) const;
  void add(const json_node& object, const std::vector<const json_node*>& group);
  void collect(const json_node& node, const std::string& name, std::size_t row,
               merged_columns& into) const;
  [[nodiscard]] bool is_number_leaf(const json_node& node) const {
    return leaves_.columns[columns_.at(&node)].numeric();
  }
  [[nodiscard]] static const json_node* member_of(const json_node& node, std::string_view key);

  const table& leaves_;
  std::unordered_map<const json_node*, std::size_t> columns_;  // looked up, never walked
};

const json_node* keyed_finder::member_of(const json_node& node, std::string_view key) {
  if (!node.places.empty()) {
    const auto found = node.places.find(key);
    return found == node.places.end() ? nullptr : node.members[found->second].get();
  }
  const auto found =
      std::ranges::find_if(node.members, [key](const auto& member) { return member->key == key; });
  return found == node.members.end() ? nullptr : found->get();
}

keyed_finder::overlap keyed_finder::leaves_below(const json_node& node) const {
  overlap all;
  for (const auto& member : node.members) {
    if (member->has_column) {
      ++all.leaves;
      all.numbers += is_number_leaf(*member) ? 1U : 0U;
    }
    const overlap below = leaves_below(*member);
    all.leaves += below.leaves;
    all.numbers += below.numbers;
  }
  return all;
}

keyed_finder::overlap keyed_finder::compare(const json_node& a, const json_node& b) const {
  overlap both;
  for (const auto& member : a.members) {
    const json_node* other = member_of(b, member->key);
    if (other == nullptr) continue;
    if (member->has_column && other->has_column) {
      ++both.leaves;
      both.numbers += is_number_leaf(*member) && is_number_leaf(*other) ? 1U : 0U;
    }
    const overlap below = compare(*member, *other);
    both.leaves += below.leaves;
    both.numbers += below.numbers;
  }
  return both;
}

/// How many leaves below `node` stand in a member of the group too. A null where others have an
/// object is what a failed member looks like: it counts.
std::size_t keyed_finder::known_leaves(const json_node& node,
                                       const std::vector<const json_node*>& group) const {
  std::size_t known = 0;
  for (const auto& member : node.members) {
    std::vector<const json_node*> others;
    for (const json_node* other : group) {
      if (const json_node* same = member_of(*other, member->key)) others.push_back(same);
    }
    const bool null = member->has_column && member->kind == 'n';
    const auto matches = [null](const json_node* other) {
      return other->has_column || (null && !other->members.empty());
    };
    if (member->has_column && std::ranges::any_of(others, matches)) ++known;
    if (!others.empty()) known += known_leaves(*member, others);
  }
  return known;
}

std::vector<const json_node*> keyed_finder::largest_group(
    const std::vector<const json_node*>& members) const {
  std::vector<const json_node*> group;
  std::vector<overlap> has;
  for (const json_node* member : members) has.push_back(leaves_below(*member));
  for (std::size_t p = 0; p < std::min(members.size(), most_patterns); ++p) {
    std::vector<const json_node*> alike;
    for (std::size_t m = 0; m < members.size(); ++m) {
      // At least half of their leaves and of their numbers, on average of the two.
      const overlap both = compare(*members[p], *members[m]);
      if (m == p || (both.numbers > 0 && 4 * both.leaves >= has[p].leaves + has[m].leaves &&
                     4 * both.numbers >= has[p].numbers + has[m].numbers)) {
        alike.push_back(members[m]);
      }
    }
    if (alike.size() > group.size()) group = std::move(alike);
  }
  if (group.size() < 2) return {};
  std::vector<const json_node*> all;
  const std::vector<const json_node*> known(
      group.begin(), group.begin() + std::min<std::ptrdiff_t>(std::ssize(group), most_patterns));
  for (std::size_t m = 0; m < members.size(); ++m) {
    const bool in = std::ranges::find(group, members[m]) != group.end();
    if (in || 2 * known_leaves(*members[m], known) >= has[m].leaves) all.push_back(members[m]);
  }
  return all;
}

void keyed_finder::collect(const json_node& node, const std::string& name, std::size_t row,
                           merged_columns& into) const {
  for (const auto& member : node.members) {
    const std::string below = name + '/' + escape_pointer(member->key);
    if (member->has_column) {
      const auto [place, made] = into.places.emplace(below, into.names.size());
      if (made) {
        into.names.push_back(below);
        into.keys.push_back(member->key);
        into.cells.emplace_back();
      }
      into.cells[place->second].push_back({row, columns_.at(member.get())});
    }
    collect(*member, below, row, into);
  }
}

void keyed_finder::add(const json_node& object, const std::vector<const json_node*>& group) {
  merged_columns merged;
  for (std::size_t row = 0; row < group.size(); ++row) collect(*group[row], {}, row, merged);
  // Members with little in common would make a table of holes.
  if (merged.names.size() * group.size() > 64 * (leaves_.columns.size() + 1)) return;
  table& made = tables.emplace_back();
  made.kind = "json";
  made.shape = table_shape::keyed;
  made.path = pointer_of(object, false);
  made.rows = group.size();
  made.stars = 1;
  for (const json_node* member : group) made.row_keys.push_back(member->key);
  json_budget budget{.used = 0, .limit = static_cast<std::size_t>(-1)};
  for (std::size_t c = 0; c < merged.names.size(); ++c) {
    json_column cells;
    for (const auto& [row, leaf] : merged.cells[c]) {
      const column& from = leaves_.columns[leaf];
      bool done = true;
      if (from.textual()) {
        done = cells.put_text(row, from.text(0), budget);
      } else if (from.numeric() && std::isfinite(from.values[0])) {
        done = cells.put_number(row, from.values[0], budget);
      } else if (from.numeric()) {
        done = cells.put_non_finite(row, from.values[0], budget);
      }
      if (!done) break;
    }
    column& into = made.columns.emplace_back();
    into.name = made.path + "/*" + merged.names[c];
    into.key = merged.keys[c];
    cells.finish(made.rows, into);
  }
}

}  // namespace

std::vector<table> keyed_tables(const json_node& document, const table& leaves,
                                const std::vector<json_node*>& nodes) {
  keyed_finder finder(leaves, nodes);
  finder.search(document);
  return std::move(finder.tables);
}

}  // namespace chimera::evidence
