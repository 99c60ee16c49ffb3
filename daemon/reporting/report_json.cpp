#include "daemon/reporting/report_json.hpp"

#include <map>

#include <nlohmann/json.hpp>

#include "agents/claims/reference.hpp"

namespace chimera::reporting {
namespace {

using nlohmann::ordered_json;

// A comparison's text holds references of its own, but never another comparison.
constexpr int nesting_max = 4;

struct resolved {
  std::string text;
  std::vector<std::string> facts;
};

void resolve(std::string_view source, const report::catalog& names, int depth, resolved& out);

void resolve_reference(const claims::reference& ref, const report::catalog& names, int depth,
                       resolved& out) {
  switch (ref.kind) {
    case claims::reference_kind::fact: {
      const proto::fact* f = names.find_fact(ref.ids.front());
      out.facts.push_back(ref.ids.front());
      if (f != nullptr) out.text += f->refused() ? "not reported" : f->shown.text;
      return;
    }
    case claims::reference_kind::name:
      if (const auto found = names.names.find(ref.ids.front()); found != names.names.end())
        out.text += found->second.text;
      return;
    case claims::reference_kind::comparison: {
      out.facts.insert(out.facts.end(), ref.ids.begin(), ref.ids.end());
      const auto found = names.comparisons.find({ref.ids.front(), ref.ids.back()});
      if (found != names.comparisons.end()) resolve(found->second.text, names, depth + 1, out);
      return;
    }
    case claims::reference_kind::best:
      if (const auto found = names.best.find(ref.ids.front()); found != names.best.end())
        resolve(found->second, names, depth + 1, out);
      return;
    case claims::reference_kind::table:
    case claims::reference_kind::figure:
      return;
    case claims::reference_kind::strike:
      out.text += "[struck] ";
      return;
  }
}

void resolve(std::string_view source, const report::catalog& names, int depth, resolved& out) {
  if (depth > nesting_max) return;
  for (const claims::piece& piece : claims::parse_references(source)) {
    if (piece.what == claims::piece::type::reference)
      resolve_reference(piece.ref, names, depth, out);
    else
      out.text += source.substr(piece.start, piece.end - piece.start);
  }
}

ordered_json slot_json(std::string_view slot, const std::string& value,
                       const report::catalog& names) {
  resolved shown;
  resolve(value, names, 0, shown);
  ordered_json json;
  json["slot"] = slot;
  json["source"] = value;
  json["facts"] = shown.facts;
  json["text"] = shown.text;
  return json;
}

// How many statistics each rule refuses, and which of them the report names.
ordered_json refusals_json(const finished_run& run) {
  std::map<std::string, std::size_t> by_rule;
  const auto each = [](const proto::fact& f, const auto& take) {
    for (const std::string& flag : f.flags)
      if (flag.starts_with("refused:")) take(flag);
  };
  for (const proto::fact& f : run.data.facts)
    each(f, [&](const std::string& flag) { ++by_rule[flag]; });
  ordered_json json;
  json["by_rule"] = by_rule;
  json["in_report"] = ordered_json::array();
  for (const std::string& id : run.text.facts_used) {
    const proto::fact* f = run.data.find(id);
    if (f == nullptr) continue;
    each(*f, [&](const std::string& flag) {
      json["in_report"].push_back({{"fact", id}, {"what", f->phrase}, {"n", f->n}, {"why", flag}});
    });
  }
  return json;
}

}  // namespace

ordered_json findings_json(const std::vector<report::finding>& findings,
                           const report::catalog& names) {
  ordered_json list = ordered_json::array();
  for (const report::finding& f : findings) {
    ordered_json json;
    json["kind"] = f.kind;
    json["severity"] = proto::to_text(f.level);
    json["weight"] = f.weight;
    json["slots"] = ordered_json::array();
    for (const auto& [slot, value] : f.slots)
      json["slots"].push_back(slot_json(slot, value, names));
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json verification_json(const finished_run& run) {
  ordered_json json;
  json["numbers"] = run.counts.numbers;
  json["from_facts"] = run.counts.from_facts;
  json["literals"] = run.counts.literals;
  json["struck"] = run.counts.struck;
  json["unsupported"] = run.counts.unsupported;
  json["non_claims"] = run.counts.non_claims;
  json["dates"] = run.counts.dates;
  json["tests"] = run.counts.tests;
  json["ordinals"] = run.counts.ordinals;
  json["names"] = run.counts.names;
  json["facts_used"] = run.counts.facts_used;
  json["facts_known"] = run.data.facts.size();
  json["problems"] = ordered_json::array();
  for (const report::render_problem& p : run.text.problems)
    json["problems"].push_back({{"what", p.what}, {"near", p.near}});
  return json;
}

std::string report_json(const finished_run& run) {
  const report::outline& plan = run.outline;
  ordered_json json;
  json["program"] = "chimera";
  json["dataset"] = {{"root", run.dataset}, {"sha256", run.data.files.sha256}};
  json["headline"] = findings_json(plan.headline, plan.names);
  json["inventory"] = findings_json(plan.inventory, plan.names);
  json["questions"] = ordered_json::array();
  for (const report::question& q : plan.questions) {
    ordered_json question = {{"id", q.id}};
    question["title"] = slot_json("title", q.title, plan.names)["text"];
    question["findings"] = findings_json(q.findings, plan.names);
    question["tables"] = q.tables;
    question["figures"] = q.figures;
    json["questions"].push_back(std::move(question));
  }
  json["recommendations"] = findings_json(plan.recommendations, plan.names);
  json["verification"] = verification_json(run);
  json["refusals"] = refusals_json(run);
  return to_text(json, 1) + '\n';
}

namespace {

// What the check of an answer replaced and found, each with its sentence.
ordered_json check_of(const claims::checked_answer& checked) {
  ordered_json replaced = ordered_json::array();
  for (const claims::replaced_number& r : checked.replaced)
    replaced.push_back({{"number", r.text}, {"fact", r.fact}});
  ordered_json issues = ordered_json::array();
  for (const claims::text_issue& issue : checked.issues)
    issues.push_back({{"rule", issue.rule},
                      {"message", issue.message},
                      {"sentence", checked.markdown.substr(issue.start, issue.end - issue.start)}});
  return {{"replaced", replaced}, {"issues", issues}};
}

ordered_json notes_of(const std::vector<roles::answer_note>& notes) {
  ordered_json list = ordered_json::array();
  for (const roles::answer_note& n : notes) {
    list.push_back({{"rule", n.rule}, {"message", n.message}});
    if (n.made > 0) list.back().update({{"made", n.made}, {"kept", n.kept}});
  }
  return list;
}

}  // namespace

std::string transcript_of(const finished_run& run) {
  std::string lines;
  for (const roles::call_record& call : run.agents.calls) {
    ordered_json json;
    json["step"] = call.step;
    json["persona"] = call.persona;
    json["request"] = {{"model", call.request.model},
                       {"options", call.request.options},
                       {"system", call.request.system},
                       {"prompt", call.request.prompt}};
    json["answer"] = {{"text", call.answer.text}, {"finish_reason", call.answer.finish_reason}};
    json["check"] = check_of(call.checked);
    if (!call.notes.empty()) json["notes"] = notes_of(call.notes);
    if (!call.fit.shown_whole())
      json["not_shown"] = {{"findings", call.fit.kinds}, {"identifiers", call.fit.ids}};
    lines += to_text(json, -1) + '\n';
  }
  return lines;
}

std::string to_text(const ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace chimera::reporting
