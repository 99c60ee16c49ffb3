#include "daemon/reporting/print_report.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/audit/audit_tree.hpp"
#include "daemon/reporting/report_json.hpp"

namespace chimera::reporting {
namespace {

// The counts change what is printed, and printing changes the counts: the second time they agree,
// unless a number has more or fewer digits groups than before.
constexpr int passes_max = 5;

const proto::persona* first_with(const finished_run& run, std::string_view role) {
  const auto found = std::ranges::find(run.personas, role, &proto::persona::role);
  return found == run.personas.end() ? nullptr : &*found;
}

std::string role_of(const finished_run& run, const proto::pipeline_step& step) {
  const auto found = std::ranges::find(run.personas, step.persona, &proto::persona::name);
  return found == run.personas.end() ? std::string() : found->role;
}

std::string configuration_of(const proto::persona* who) {
  std::string text;
  if (who != nullptr)
    for (const auto& [name, value] : who->options)
      text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value);
  return text.empty() ? "all options default" : text;
}

std::string_view step_of(std::string_view call) { return call.substr(0, call.find("/repair-")); }

// The first call of a step says what it was not shown, the last one what became of its answer.
std::vector<report::step_notes> notes_of(const std::vector<roles::call_record>& calls) {
  std::vector<report::step_notes> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const roles::call_record& call = calls[i];
    const bool last = i + 1 == calls.size() || step_of(calls[i + 1].step) != step_of(call.step);
    report::step_notes notes;
    notes.step = call.step;
    notes.call = i;
    if (step_of(call.step) == call.step && !call.fit.shown_whole()) {
      notes.context_tokens = call.fit.limits.context_tokens;
      notes.findings_out = call.fit.findings.left_out;
      notes.findings_of = call.fit.findings.of;
      notes.slots_out = call.fit.slots.left_out;
      notes.slots_of = call.fit.slots.of;
      notes.parts_out = call.fit.parts.left_out;
      notes.parts_of = call.fit.parts.of;
      notes.identifiers_out = call.fit.identifiers.left_out;
      notes.identifiers_of = call.fit.identifiers.of;
      notes.kinds = call.fit.kinds;
    }
    if (last)
      for (const roles::answer_note& n : call.notes)
        notes.notes.push_back({n.rule, n.message, n.made, n.kept});
    if (notes.context_tokens > 0 || !notes.notes.empty()) all.push_back(std::move(notes));
  }
  return all;
}

report::run_info info_of(const finished_run& run) {
  report::run_info info;
  info.date = run.date;
  info.version = run.version;
  const proto::persona* analyst = first_with(run, "analyst");
  info.agent = analyst != nullptr ? analyst->name : run.personas.front().name;
  info.backend = run.backend;
  info.configuration = configuration_of(analyst);
  info.ingest_ns = run.ingest_ns;
  info.analysis_ns = run.analysis_ns;
  info.report_ns = run.report_ns;
  for (const roles::call_record& call : run.agents.calls) {
    const generation& answer = call.answer;
    const generation_usage& used = answer.usage;
    info.calls.push_back(
        {call.step, call.persona, used.prompt_tokens, used.output_tokens, used.ttft_ns,
         used.total_ns, used.load_ns, used.prompt_eval_ns, used.eval_ns, answer.finish_reason,
         answer.model.empty() ? call.request.model : answer.model, answer.model_digest,
         answer.server, call.request.options, answer.options_in_effect});
  }
  info.notes = notes_of(run.agents.calls);
  for (const proto::persona& who : run.personas)
    info.personas.emplace_back(who.name, who.instructions);
  return info;
}

report::agent_texts texts_of(const finished_run& run) {
  report::agent_texts texts;
  for (const proto::pipeline_step& step : run.pipeline.steps) {
    const std::string role = role_of(run, step);
    const std::string prefix = step.output + '/';
    for (const roles::artifact& made : run.agents.artifacts) {
      if (made.name != step.output && !made.name.starts_with(prefix)) continue;
      if (made.name == run.pipeline.report)
        texts.draft = made.markdown;
      else if (role == "collector")
        texts.inventory += (texts.inventory.empty() ? "" : "\n\n") + made.markdown;
      else if (role == "analyst" && made.name.starts_with(prefix))
        texts.analyses[made.name.substr(prefix.size())] = made.markdown;
    }
  }
  return texts;
}

}  // namespace

report::outline plan_report(evidence::dataset& data, std::size_t threads) {
  const std::vector<claims::document_audit> documents = claims::audit_documents(data, threads);
  claims::add_audit_facts(data, documents);
  return report::make_outline(data, documents);
}

void print_report(finished_run& run, const clock& time) {
  const std::int64_t began = time.now().count();
  report::composer draft(run.data, run.outline, info_of(run), texts_of(run));
  run.text = render_markdown(draft.source({}, {}), run.outline.names);
  run.counts = report::count_claims(run.text, run.outline.names);
  // The time that the report states must be known before it is printed: it is that of a draft.
  if (run.report_ns == 0) run.report_ns = time.now().count() - began;

  report::composer last(run.data, run.outline, info_of(run), texts_of(run));
  std::string source;
  for (int pass = 0; pass < passes_max; ++pass) {
    const report::verification stated = run.counts;
    source = last.source(stated, run.text.facts_used);
    run.text = render_markdown(source, run.outline.names);
    run.counts = report::count_claims(run.text, run.outline.names);
    if (stated == run.counts) break;
  }
  run.html =
      render_html(source, run.outline.names, {.title = "Technical report", .language = "en"});
  run.run_facts = last.run_facts();
  // Facts of the run are printed by now; the outline must not look them up in what ends here.
  run.outline.names.find_fact = [&run](std::string_view id) -> const proto::fact* {
    if (const proto::fact* f = run.data.find(id)) return f;
    const auto own = run.run_facts.find(id);
    return own == run.run_facts.end() ? nullptr : &own->second;
  };
}

namespace {

template <class Items>
std::string lines(const Items& items) {
  std::string text;
  for (const auto& item : items) {
    append_json(text, item);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string facts_lines(const finished_run& run) { return lines(run.data.facts); }

report_files files_of(const finished_run& run) {
  report_files files;
  files["report.md"] = run.text.markdown;
  files["report.html"] = run.html;
  files["report.json"] = report_json(run);
  files["inventory.json"] = evidence::to_json(run.data.files);
  files["transcript.jsonl"] = transcript_of(run);
  files["claims.jsonl"] = lines(run.text.claims);
  files["lints.jsonl"] = lines(run.data.lints);
  for (const auto& [id, figure] : run.outline.names.figures)
    files[fmt::format("figures/{}.svg", figure.name)] = figure.svg;
  return files;
}

}  // namespace chimera::reporting
