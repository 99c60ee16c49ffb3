// A tree of a few short texts, read and linted as a real one.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/lints/lint_rules.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::tests {

struct small_file {
  std::string name;  ///< the reader goes by its ending
  std::string text;
};

struct small_tree {
  std::vector<small_file> files;
  evidence::inventory listed{};  ///< for rules that read no content
};

inline std::vector<proto::lint> lints_of(const small_tree& tree) {
  using namespace evidence;
  std::vector<evidence_table> tables;
  std::vector<lint_text> texts;
  std::vector<lint_tool_error> errors;
  std::vector<tables_of_file> read_files(tree.files.size());
  for (std::size_t i = 0; i < tree.files.size(); ++i) {
    const small_file& file = tree.files[i];
    auto read = file.name.ends_with(".csv")    ? read_csv(file.text, {})
                : file.name.ends_with(".json") ? read_json(file.text, {})
                                               : read_markdown(file.text, {});
    INFO(file.name << ": " << file.text);
    REQUIRE(read);
    read_files[i] = std::move(*read);
    for (table& t : read_files[i].tables) tables.push_back(examine(file.name, "", std::move(t)));
    if (!read_files[i].tool_error.empty()) errors.push_back({file.name, read_files[i].tool_error});
    if (file.name.ends_with(".md")) texts.push_back({file.name, file.text});
  }
  mark_same_rows(tables);
  return run_lints({tree.listed, tables, texts, errors});
}

inline const proto::lint* find_rule(const std::vector<proto::lint>& lints, std::string_view rule) {
  const auto at = std::ranges::find(lints, rule, &proto::lint::rule);
  return at == lints.end() ? nullptr : &*at;
}

}  // namespace chimera::tests
