// A small catalog for tests of rendering, with names that a test chooses.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "agents/report/catalog.hpp"
#include "proto/fact.hpp"

namespace chimera::report {

inline std::map<std::string, proto::fact, std::less<>> catalog_facts() {
  std::map<std::string, proto::fact, std::less<>> all;
  for (const auto& [id, shown] : {std::pair{"a-fact", "87.7 ms"},
                                  {"of-two", "1.5"},
                                  {"re-fused", "99"},
                                  {"mark-up", "<i>3</i>"}}) {
    proto::fact f;
    f.id = id;
    f.file = "data/<b>runs</b>.csv";
    f.where = {"csv", "ttft \"s\""};
    f.agg = "median";
    f.n = 36;
    f.value = "0.0877";
    f.unit = "s";
    f.kind = "aggregate";
    f.shown.text = shown;
    f.phrase = "median </a><script>alert(1)</script>";
    all.emplace(id, std::move(f));
  }
  all.at("mark-up").kind = "string";
  all.at("of-two").derived_from = {"a-fact", "gone-fact"};
  all.at("re-fused").flags = {"refused:p99:n<102"};
  return all;
}

/// {{m:KEY}} prints the text of `code` as a code span, of `plain` as words.
inline catalog catalog_with(const std::map<std::string, std::string>& code = {},
                            const std::map<std::string, std::string>& plain = {}) {
  static const std::map<std::string, proto::fact, std::less<>> facts = catalog_facts();
  catalog c;
  c.find_fact = [](std::string_view id) -> const proto::fact* {
    const auto found = facts.find(id);
    return found == facts.end() ? nullptr : &found->second;
  };
  c.names["file"] = {"runs/a1.csv", "runs/a1.csv", "path", true};
  for (const auto& [id, text] : code) c.names[id] = {text, "f.csv", "tag", true};
  for (const auto& [id, text] : plain) c.names[id] = {text, "f.csv", "tag", false};
  c.best["group"] = "{{m:file}} with {{f:a-fact}}";
  c.best["loop"] = "again {{best:loop}}";
  c.comparisons[{"a-fact", "of-two"}] = {"{{f:of-two}} times as high", {"of-two"}};
  c.tables["tab"] = {"Runs",
                     {"Name", "Time"},
                     {"l", "r"},
                     {{"{{m:file}}", "{{f:a-fact}}"}, {"all", "{{f:gone}}"}}};
  c.figures["fig"] = {"run-order", "Runs [in] order", "What is seen", "<svg><circle/></svg>"};
  return c;
}

}  // namespace chimera::report
