#include "agents/roles/material.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "agents/claims/reference.hpp"

namespace chimera::roles {
namespace {

using report::finding;

// Facts and names that texts refer to, each once, in order of first mention.
class mentioned {
 public:
  void add(std::string_view text) {
    for (const claims::piece& piece : claims::parse_references(text)) {
      if (piece.what != claims::piece::type::reference) continue;
      const bool name = piece.ref.kind == claims::reference_kind::name;
      const bool fact = piece.ref.kind == claims::reference_kind::fact ||
                        piece.ref.kind == claims::reference_kind::comparison;
      for (const std::string& id : piece.ref.ids) {
        if (name && seen_.insert("m:" + id).second) told_.names.push_back(id);
        if (fact && seen_.insert("f:" + id).second) told_.facts.push_back(id);
      }
    }
  }
  void add(const std::vector<finding>& findings) {
    for (const finding& f : findings)
      for (const auto& [slot, value] : f.slots) {
        add(value);
        const bool words = value.find(' ') != std::string::npos && !value.contains("{{");
        if (words && seen_.insert("t:" + value).second) told_.texts.push_back(value);
      }
  }

  told_ids take() { return std::move(told_); }

 private:
  told_ids told_;
  std::set<std::string> seen_;
};

void append(std::vector<finding>& all, const std::vector<finding>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// What the collector calls gaps: the lints, here those that nothing may be built on.
void append_errors(std::vector<finding>& all, const std::vector<finding>& inventory) {
  for (const finding& f : inventory)
    if (f.kind == "gap" && f.level == proto::severity::error) all.push_back(f);
}

bool begins_part(std::string_view line) {
  return line.starts_with("- ") || line.starts_with("* ") || line.starts_with("#");
}

// A part ends behind the blank lines that follow it, or before a list item or a heading. Parts of
// fenced code may be cut: what holds a text in a prompt is a fence that it cannot end.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  bool after_blank = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    const bool blank = line.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (parts.empty() || (!blank && (after_blank || begins_part(line)))) parts.emplace_back();
    parts.back() += line;
    after_blank = blank;
    text.remove_prefix(end);
  }
  return parts;
}

std::set<std::string> ids_of(const told_ids& told) {
  std::set<std::string> ids(told.facts.begin(), told.facts.end());
  ids.insert(told.names.begin(), told.names.end());
  return ids;
}

bool names_one_of(const std::string& part, const std::set<std::string>& ids) {
  mentioned in_part;
  in_part.add(part);
  return std::ranges::any_of(ids_of(in_part.take()),
                             [&](const std::string& id) { return ids.contains(id); });
}

constexpr std::size_t findings_a_recommendation = 2;

std::vector<candidate> ranked_findings(const std::vector<finding>& findings,
                                       std::size_t recommendations) {
  const std::size_t count = findings.size();
  std::vector<candidate> order;
  std::size_t next = count - recommendations;
  const std::size_t headline = next;
  const auto add = [&](std::size_t i) {
    const std::size_t slots = order.empty() ? findings[i].slots.size() : 0;
    for (std::size_t s = 0; s < slots; ++s) order.push_back({candidate::kind::slot, i, s});
    if (slots == 0) order.push_back({candidate::kind::finding, i, 0});
  };
  for (std::size_t i = 0; i < headline; ++i) {
    add(i);
    if ((i + 1) % findings_a_recommendation == 0 && next < count) add(next++);
  }
  while (next < count) add(next++);
  return order;
}

std::vector<candidate> ranked_parts(const material& all) {
  mentioned in_findings;
  in_findings.add(all.title);
  in_findings.add(all.findings);
  const std::set<std::string> ids = ids_of(in_findings.take());
  std::vector<candidate> order;
  std::vector<candidate> rest;
  for (std::size_t t = 0; t < all.texts.size(); ++t)
    for (std::size_t p = 0; p < all.texts[t].parts.size(); ++p)
      (names_one_of(all.texts[t].parts[p], ids) ? order : rest)
          .push_back({candidate::kind::part, t, p});
  std::ranges::move(rest, std::back_inserter(order));
  return order;
}

std::vector<candidate> parts_in_order(const material& all) {
  std::vector<candidate> order;
  for (std::size_t t = 0; t < all.texts.size(); ++t)
    for (std::size_t p = 0; p < all.texts[t].parts.size(); ++p)
      order.push_back({candidate::kind::part, t, p});
  return order;
}

}  // namespace

std::string parted_text::text() const {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

material material_of(const proto::persona& who, const role_input& input) {
  material all;
  for (const artifact& a : input.artifacts) all.texts.push_back({a.name, parts_of(a.markdown)});
  all.task = who.role;
  all.prompt = input.prompt;
  if (who.role == "plain") return all;
  const report::outline& plan = *input.outline;
  all.objections = input.objections;
  if (input.question != nullptr) all.title = input.question->title;
  if (who.role == "collector") {
    all.findings = plan.inventory;
  } else if (who.role == "analyst") {
    if (input.question != nullptr)
      all.findings = input.question->findings;
    else
      for (const report::question& q : plan.questions) append(all.findings, q.findings);
  } else {
    all.findings = plan.headline;
    if (who.role == "critic") append_errors(all.findings, plan.inventory);
    append(all.findings, plan.recommendations);
    if (!input.objections.empty()) all.task = "reporter";
  }
  return all;
}

ranking rank(const material& all, std::size_t recommendations) {
  ranking by;
  std::vector<candidate> findings = ranked_findings(all.findings, recommendations);
  if (all.task == "critic") {
    const std::vector<candidate> parts = parts_in_order(all);
    for (std::size_t i = 0; i < std::max(parts.size(), findings.size()); ++i) {
      if (i < parts.size()) by.order.push_back(parts[i]);
      if (i < findings.size()) by.order.push_back(findings[i]);
    }
    by.least = std::min<std::size_t>(2, by.order.size());
    return by;
  }
  if (!all.objections.empty()) {
    by.order = parts_in_order(all);
    by.least = by.order.size();
    std::ranges::move(findings, std::back_inserter(by.order));
    return by;
  }
  by.order = std::move(findings);
  by.least = std::min<std::size_t>(1, by.order.size());
  std::ranges::move(all.task == "plain" ? parts_in_order(all) : ranked_parts(all),
                    std::back_inserter(by.order));
  return by;
}

namespace {

// Which of the candidates of a material are told.
struct chosen {
  std::vector<bool> findings;
  std::vector<std::size_t> slots;  ///< of each finding; all of it if it is told as a whole
  std::vector<std::vector<bool>> parts;
};

chosen choose(const material& all, const ranking& by, std::size_t kept) {
  chosen c;
  c.findings.resize(all.findings.size());
  for (const finding& f : all.findings) c.slots.push_back(f.slots.size());
  for (const parted_text& t : all.texts) c.parts.emplace_back(t.parts.size());
  for (std::size_t i = 0; i < kept; ++i) {
    const candidate& one = by.order[i];
    if (one.what == candidate::kind::part) {
      c.parts[one.index][one.part] = true;
      continue;
    }
    c.findings[one.index] = true;
    if (one.what == candidate::kind::slot) c.slots[one.index] = one.part + 1;
  }
  return c;
}

}  // namespace

material keep(const material& all, const ranking& by, std::size_t kept) {
  const chosen c = choose(all, by, kept);
  material told = all;
  told.findings.clear();
  told.texts.clear();
  for (std::size_t i = 0; i < all.findings.size(); ++i) {
    if (!c.findings[i]) continue;
    told.findings.push_back(all.findings[i]);
    auto& slots = told.findings.back().slots;
    if (c.slots[i] == slots.size()) continue;
    slots.resize(c.slots[i]);
    slots.emplace_back("cut", "more is known");
  }
  for (std::size_t t = 0; t < c.parts.size(); ++t) {
    parted_text some = {all.texts[t].name, {}};
    for (std::size_t p = 0; p < c.parts[t].size(); ++p)
      if (c.parts[t][p]) some.parts.push_back(all.texts[t].parts[p]);
    some.whole = some.parts.size() == all.texts[t].parts.size();
    if (some.whole || !some.parts.empty()) told.texts.push_back(std::move(some));
  }
  return told;
}

told_ids told_in(const material& told) {
  if (told.task == "plain") return {};
  mentioned used;
  used.add(told.title);
  used.add(told.findings);
  for (const parted_text& t : told.texts) used.add(t.text());
  return used.take();
}

}  // namespace chimera::roles
