#include "agents/report/outline.hpp"

#include <algorithm>
#include <array>

#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

constexpr std::size_t headline_max = 10;

void sort_by_weight(std::vector<finding>& findings) {
  std::ranges::stable_sort(findings, [](const finding& x, const finding& y) {
    return x.level != y.level ? x.level < y.level : x.weight > y.weight;
  });
}

// Within a file and across files are different news.
std::string kind_of(const finding& f) {
  return f.kind + (f.slot("factor").empty() ? "" : " within");
}

// A finding of each kind, so that the first screen tells different things.
std::vector<finding> choose_headline(std::vector<finding> candidates) {
  // What is wrong, then what holds, then what is merely weak.
  const auto rank = [](const finding& f) {
    return f.level == proto::severity::error ? 0 : f.level == proto::severity::info ? 1 : 2;
  };
  std::ranges::stable_sort(candidates, [&](const finding& x, const finding& y) {
    return rank(x) != rank(y) ? rank(x) < rank(y) : x.weight > y.weight;
  });
  std::vector<finding> chosen;
  for (finding& f : candidates) {
    const auto of_kind = std::ranges::count(chosen, kind_of(f), kind_of);
    const bool again = of_kind >= (f.kind == "defect" ? 2 : 1);
    if (!again && chosen.size() < headline_max) chosen.push_back(std::move(f));
  }
  return chosen;
}

double weight_of(const question& q) {
  double weight = 0;
  for (const finding& f : q.findings) {
    const double level = f.level == proto::severity::error     ? 2
                         : f.level == proto::severity::warning ? 1
                                                               : 0;
    weight = std::max(weight, f.weight + level);
  }
  return weight;
}

finding files_finding(const outline_builder& b) {
  finding f;
  f.kind = "files";
  f.slots = {
      {"files", b.tree("files")}, {"bytes", b.tree("bytes")}, {"distinct", b.tree("distinct")}};
  for (const char* type : {"csv", "json", "jsonl", "md", "txt"})
    if (b.tree_value(std::string("files/") + type) > 0)
      f.slots.emplace_back(type, b.tree(std::string("files/") + type));
  if (const std::string first = b.tree("time/records", "first"); !first.empty()) {
    f.slots.emplace_back("first", first);
    f.slots.emplace_back("last", b.tree("time/records", "last"));
  }
  return f;
}

void add_inventory(outline_builder& b, outline& out) {
  out.inventory.push_back(files_finding(b));
  const auto add = [&](const char* kind, const char* path, proto::severity level) {
    if (b.tree_value(path) == 0) return;
    finding f;
    f.kind = kind;
    f.level = level;
    f.slots = {{"count", b.tree(path)}};
    if (std::string_view(kind) == "duplicates")
      f.slots.emplace_back("bytes", b.tree("duplicates/bytes"));
    out.inventory.push_back(std::move(f));
  };
  add("duplicates", "duplicates/files", proto::severity::warning);
  add("empty", "status/empty", proto::severity::warning);
  add("unreadable", "status/unreadable", proto::severity::error);
  add("refused", "status/refused", proto::severity::error);
  add("binary", "status/binary", proto::severity::info);
  add("ignored", "status/ignored", proto::severity::info);
  add("repaired", "repaired", proto::severity::info);
  add("repeated-tables", "tables/repeated", proto::severity::info);
  for (const proto::lint& l : b.data().lints) {
    if (l.level == proto::severity::info) continue;
    finding f;
    f.kind = "gap";
    f.level = l.level;
    f.slots = {{"title", l.title},
               {"count", b.tree("lint/" + l.rule)},
               {"counted", l.counted},
               {"prevents", l.prevents}};
    if (!l.places.empty()) f.slots.emplace_back("file", b.name(l.places.front().file, {}, "path"));
    out.inventory.push_back(std::move(f));
  }
}

}  // namespace

outline make_outline(const evidence::dataset& data,
                     std::span<const claims::document_audit> documents) {
  outline out;
  outline_builder b(data, out);
  part p;
  outline_failures(b, p);
  outline_cold_starts(b, p);
  outline_sweeps(b, p);
  outline_groups(b, p);
  outline_members(b, p);
  outline_defects(b, p);
  outline_documents(b, documents, p);
  add_inventory(b, out);
  out.headline = choose_headline(std::move(p.headline));
  std::ranges::stable_sort(p.questions, [](const question& x, const question& y) {
    return weight_of(x) > weight_of(y);
  });
  out.questions = std::move(p.questions);
  sort_by_weight(p.recommendations);
  // The strongest preferences stand for the others, which the tables show.
  std::size_t preferences = 0;
  std::erase_if(p.recommendations,
                [&](const finding& f) { return f.kind == "prefer" && ++preferences > 3; });
  out.recommendations = std::move(p.recommendations);
  return out;
}

}  // namespace chimera::report
