#include "agents/report/compose.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "agents/evidence/facts/display.hpp"
#include "proto/decimal.hpp"
#include "proto/fact_id.hpp"

namespace chimera::report {
namespace {

constexpr std::size_t hash_shown = 12;  // hex digits that tell evidence apart

// The part of the draft under a heading "### NAME", up to the next such heading.
std::string part_of(std::string_view draft, std::string_view heading) {
  const std::string mark = "### " + std::string(heading);
  std::size_t at = draft.find(mark);
  if (at == std::string_view::npos) return {};
  at = draft.find('\n', at);
  if (at == std::string_view::npos) return {};
  const std::size_t end = draft.find("\n### ", at);
  std::string_view text = draft.substr(at, end == std::string_view::npos ? end : end - at);
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

// True if the draft has the part at all: a model may have left it out.
bool has_part(std::string_view draft, std::string_view heading) {
  return draft.contains("### " + std::string(heading));
}

constexpr std::string_view part_left_out =
    "The step that writes the report left this part out. What was computed stands in the sections "
    "on data quality and performance.";

constexpr std::size_t files_listed_max = 200;

}  // namespace

verification count_claims(const rendered& text, const catalog& names) {
  verification v;
  v.facts_used = text.facts_used.size();
  for (const proto::claim& c : text.claims) {
    ++v.numbers;
    if (c.struck) {
      ++v.struck;
      continue;
    }
    switch (c.judgement) {
      case proto::verdict::verified:
      case proto::verdict::verified_approx:
        ++v.from_facts;
        if (const proto::fact* f = c.facts.empty() ? nullptr : names.find_fact(c.facts.front())) {
          if (f->kind == "date") ++v.dates;
          if (f->kind == "verdict" || f->agg == "p" || f->agg == "p_holm") ++v.tests;
        }
        break;
      case proto::verdict::verified_literal:
        ++v.literals;
        break;
      case proto::verdict::non_claim:
        ++v.non_claims;
        if (c.rule == "ordinal") ++v.ordinals;
        if (c.rule == "name") ++v.names;
        break;
      case proto::verdict::contradicted:
      case proto::verdict::unsupported:
        ++v.unsupported;
        break;
    }
  }
  return v;
}

composer::composer(const evidence::dataset& data, outline& plan, run_info run, agent_texts texts)
    : data_(data), plan_(plan), run_(std::move(run)), texts_(std::move(texts)) {
  for (const proto::fact& f : data_.facts)
    if (f.where.kind == "tree") id_of_tree_path_.emplace(f.where.path + ' ' + f.agg, f.id);
  plan_.names.find_fact = [this](std::string_view id) -> const proto::fact* {
    if (const proto::fact* f = data_.find(id)) return f;
    const auto own = run_facts_.find(id);
    return own == run_facts_.end() ? nullptr : &own->second;
  };
}

std::string composer::source(const verification& counts,
                             const std::vector<std::string>& facts_used) {
  std::string out;
  header(out);
  verdict(out, counts);
  ingestion(out);
  quality(out);
  analysis(out);
  findings(out);
  limits(out);
  method(out);
  workflow(out);
  metrics(out);
  configuration(out);
  if (!facts_used.empty()) appendix(out, facts_used);
  return out;
}

std::string composer::name(std::string_view text, std::string_view where, bool code) {
  const std::string id =
      proto::make_fact_id("run", std::string(text) + '\x1F' + std::string(where));
  plan_.names.names.emplace(id, named{std::string(text), "", std::string(where), code});
  return "{{m:" + id + "}}";
}

std::string composer::tree(std::string_view path, std::string_view agg) {
  const auto found = id_of_tree_path_.find(std::string(path) + ' ' + std::string(agg));
  return found == id_of_tree_path_.end() ? std::string("none") : "{{f:" + found->second + "}}";
}

double composer::tree_value(std::string_view path) const {
  const auto found = id_of_tree_path_.find(std::string(path) + " count");
  if (found == id_of_tree_path_.end()) return 0;
  return proto::parse_decimal(data_.find(found->second)->value).value_or(0);
}

std::string composer::number(std::string_view path, double value, std::string_view unit,
                             std::string_view dim, std::string_view phrase) {
  proto::fact f;
  f.id = proto::make_fact_id(path, std::string("run\x1F") + std::string(path));
  f.file = "run.json";
  f.where = {"json", std::string(path)};
  f.agg = "value";
  f.kind = "cell";
  f.n = 1;
  f.unit = unit;
  f.dim = dim;
  f.polarity = "none";
  f.value = proto::shortest(value);
  f.shown = evidence::display_of(value, unit, dim, "value");
  f.phrase = phrase;
  std::string id = f.id;
  run_facts_.insert_or_assign(id, std::move(f));
  return "{{f:" + id + "}}";
}

std::string composer::duration(std::string_view path, std::int64_t ns, std::string_view phrase) {
  return number(path, static_cast<double>(ns) / 1e6, "ms", "time", phrase);
}

void composer::header(std::string& out) {
  out += "# Technical report\n\n";
  out += fmt::format("- **Dataset:** {}\n", name(data_.files.root, "run"));
  out += fmt::format("- **Date:** {}\n", name(run_.date, "run", false));
  out += fmt::format("- **Agent:** {}\n", name(run_.agent, "run", false));
  out += fmt::format("- **Model:** {}\n", name(run_.backend, "run", false));
  out += fmt::format("- **Configuration:** {}\n", name(run_.configuration, "run", false));
  out += fmt::format("- **Evidence:** {}\n\n", name("sha256 " + data_.files.sha256, "run"));
}

void composer::verdict(std::string& out, const verification& counts) {
  out += "## Verdict\n\n";
  const std::string words = part_of(texts_.draft, "Verdict");
  const bool parted = has_part(texts_.draft, "Verdict") || has_part(texts_.draft, "Key findings") ||
                      has_part(texts_.draft, "Recommendations");
  out += words.empty() ? (parted ? std::string(part_left_out) : texts_.draft) : words;
  out += "\n\n";
  out += "## Verification\n\n";
  const auto count = [&](std::string_view path, std::uint64_t value, std::string_view phrase) {
    return number(fmt::format("/verification/{}", path), static_cast<double>(value), "", "count",
                  phrase);
  };
  out += fmt::format(
      "Numbers {} | from facts {} (dates {}, test results {}) | literals {} | struck {} | "
      "unsupported in text {} | non-claims {} (ordinals {}, names {}) | facts used {} of {} | "
      "evidence sha256 {} | {} | re-check: {}\n\n",
      count("numbers", counts.numbers, "numbers in this report"),
      count("from_facts", counts.from_facts, "numbers printed from facts"),
      count("dates", counts.dates, "dates printed from facts"),
      count("tests", counts.tests, "results of tests printed from facts"),
      count("literals", counts.literals, "verbatim literals"),
      count("struck", counts.struck, "struck numbers"),
      count("unsupported", counts.unsupported, "numbers without support"),
      count("non_claims", counts.non_claims, "numbers that claim nothing"),
      count("ordinals", counts.ordinals, "ordinals of lists and headings"),
      count("names", counts.names, "digits in names"),
      count("facts_used", counts.facts_used, "facts that this report prints or derives from"),
      count("facts_known", data_.facts.size(), "facts computed from the dataset"),
      name(data_.files.sha256.substr(0, hash_shown), "evidence"), name("claims.jsonl", "run"),
      name("chimera verify . --root DIR", "run"));
}

void composer::ingestion(std::string& out) {
  out += "## Data ingestion summary\n\n" + texts_.inventory + "\n\n";
  table_block types;
  types.caption = "Files by type";
  types.header = {"Type", "Files", "Bytes"};
  types.align = {"l", "r", "r"};
  for (const auto& [key, id] : id_of_tree_path_) {
    if (!key.starts_with("files/")) continue;
    const std::string type = key.substr(6, key.rfind(' ') - 6);
    types.rows.push_back({name(type, "type"), tree("files/" + type), tree("bytes/" + type)});
  }
  types.rows.push_back({"all", tree("files"), tree("bytes")});
  plan_.names.tables.insert_or_assign("file-types", std::move(types));
  table_block states;
  states.caption = "Files by what became of them";
  states.header = {"Status", "Files"};
  states.align = {"l", "r"};
  for (const auto& [key, id] : id_of_tree_path_)
    if (key.starts_with("status/") && tree_value(key.substr(0, key.rfind(' '))) > 0)
      states.rows.push_back({key.substr(7, key.rfind(' ') - 7), "{{f:" + id + "}}"});
  plan_.names.tables.insert_or_assign("file-states", std::move(states));
  out += "{{table:file-types}}\n\n{{table:file-states}}\n\n";
  if (data_.files.mtimes_untrusted)
    out +=
        "Modification times are all alike, as after a checkout or a copy; they say nothing. The "
        "time "
        "span comes from the content.\n\n";
  if (id_of_tree_path_.contains("time/records first"))
    out += fmt::format("Records span {} to {}.", tree("time/records", "first"),
                       tree("time/records", "last"));
  if (id_of_tree_path_.contains("time/all first"))
    out += fmt::format(" With prose, {} to {}.\n\n", tree("time/all", "first"),
                       tree("time/all", "last"));
  out += fmt::format(
      "Rows of CSV files that record errors: {}, failed {}, in {} tables. JSON records: {}, failed "
      "{}. "
      "Tables whose rows stand in another file too, counted once: {}. Tables of statistics made "
      "from "
      "other rows: {}.\n\n",
      tree("rows/csv"), tree("rows/csv/failed"), tree("rows/csv/files"), tree("rows/json"),
      tree("rows/json/failed"), tree("tables/repeated"), tree("tables/summaries"));
}

void composer::quality(std::string& out) {
  out += "## Data quality\n\n";
  if (data_.lints.empty()) {
    out += "No defect was found.\n\n";
    return;
  }
  for (const proto::severity level :
       {proto::severity::error, proto::severity::warning, proto::severity::info}) {
    table_block table;
    table.header = {"Defect", "Count", "Example", "What stands there", "What it prevents"};
    table.align = {"l", "r", "l", "l", "l"};
    for (const proto::lint& l : data_.lints) {
      if (l.level != level) continue;
      const std::string of = l.of > 0 ? " of " + tree("lint/" + l.rule + "/of") : "";
      const bool place = !l.places.empty();
      table.rows.push_back({l.title, tree("lint/" + l.rule) + of + " " + l.counted,
                            place ? name(l.places.front().file, "path") : "",
                            place && !l.places.front().shows.empty()
                                ? name(l.places.front().shows, "lint " + l.rule)
                                : "",
                            l.prevents});
    }
    if (table.rows.empty()) continue;
    const std::string id = "lints-" + std::string(to_text(level));
    const char* heading = level == proto::severity::error ? "Errors: what seems to be shown is not"
                          : level == proto::severity::warning ? "Warnings: what is shown is weak"
                                                              : "Notes: good to know";
    out += fmt::format("#### fold: {}\n\n{{{{table:{}}}}}\n\n", heading, id);
    plan_.names.tables.insert_or_assign(id, std::move(table));
  }
}

void composer::analysis(std::string& out) {
  out += "## Performance analysis\n\n";
  if (plan_.questions.empty()) out += "No table holds a measure with more than a single value.\n\n";
  for (const question& q : plan_.questions) {
    out += "### " + q.title + "\n\n";
    if (const auto text = texts_.analyses.find(q.id); text != texts_.analyses.end())
      out += text->second + "\n\n";
    for (const std::string& id : q.tables) out += "{{table:" + id + "}}\n\n";
    for (const std::string& id : q.figures) out += "{{fig:" + id + "}}\n\n";
  }
}

void composer::findings(std::string& out) {
  const auto add = [&](const char* heading, const char* none) {
    const std::string words = part_of(texts_.draft, heading);
    const std::string_view instead =
        texts_.draft.empty() || has_part(texts_.draft, heading) ? none : part_left_out;
    out += fmt::format("## {}\n\n{}\n\n", heading, words.empty() ? instead : words);
  };
  add("Key findings", "Nothing in these files supports a finding.");
  add("Recommendations", "Nothing in these files supports a recommendation.");
}

void composer::workflow(std::string& out) {
  const std::int64_t total = run_.ingest_ns + run_.analysis_ns + run_.report_ns;
  out += "## Workflow summary\n\n";
  out += fmt::format("- Files: {}\n- Execution time: {} (ingest {}, analysis {}, report {})\n\n",
                     tree("files"), duration("/timings/total", total, "execution time"),
                     duration("/timings/ingest", run_.ingest_ns, "scan, decode, facts"),
                     duration("/timings/analysis", run_.analysis_ns, "all steps of the pipeline"),
                     duration("/timings/report", run_.report_ns, "composing and rendering"));
  out += "#### fold: Files of the dataset\n\n";
  std::size_t listed = 0;
  for (const evidence::file_entry& f : data_.files.files) {
    if (listed++ == files_listed_max) {
      out += fmt::format("- and more, all in {}\n", name("inventory.json", "run"));
      break;
    }
    const std::string why = f.reason.empty() ? "" : ": " + name(f.reason, "reason");
    out += fmt::format("- {} ({}{})\n", name(f.path, "path"), to_text(f.status), why);
  }
  out += '\n';
}

}  // namespace chimera::report
