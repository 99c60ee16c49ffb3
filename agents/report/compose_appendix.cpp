// The later sections of the report: limits, method, configuration, the facts it used.
#include <algorithm>

#include <fmt/format.h>

#include "agents/report/compose.hpp"

namespace chimera::report {
namespace {

std::uint64_t refused_count(const evidence::dataset& data, std::string_view agg) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      data.facts, [&](const proto::fact& f) { return f.agg == agg && f.refused(); }));
}

std::string key_text(const proto::fact& f) {
  std::string text = f.agg;
  for (const proto::filter_term& term : f.filter)
    text +=
        fmt::format(" {}{}{}", term.column, term.op == "=" ? "=" : " " + term.op + " ", term.value);
  text += fmt::format(" n={}", f.n);
  if (f.excluded.failed + f.excluded.missing + f.excluded.cold > 0)
    text += fmt::format(" excluded failed={} missing={} cold={}", f.excluded.failed,
                        f.excluded.missing, f.excluded.cold);
  return text;
}

}  // namespace

void composer::limits(std::string& out) {
  out += "## Limits and refusals\n\n";
  const auto refusal = [&](const char* agg, const char* rule, const char* words) {
    const std::uint64_t count = refused_count(data_, agg);
    if (count == 0) return;
    out += fmt::format("- {} of {} columns and groups not reported: fewer than {} values.\n", words,
                       number(fmt::format("/refused/{}", agg), static_cast<double>(count), "",
                              "count", fmt::format("{} refused", words)),
                       tree(rule));
  };
  refusal("p95", "rule/p-ninety-five-n", "High percentiles (p95)");
  refusal("p99", "rule/p-ninety-nine-n", "Highest percentiles (p99)");
  out += "- A difference says nothing about its cause: other things may have changed with it.\n";
  out += "- Quality of the generated text is not measured by these files unless a table says so.\n";
  for (const step_notes& s : run_.notes) {
    left_out(out, s);
    answers(out, s);
  }
  for (const proto::lint& l : data_.lints)
    if (l.level == proto::severity::error && !l.prevents.empty())
      out += fmt::format("- {}: {}.\n", l.title, l.prevents);
  out += '\n';
}

void composer::method(std::string& out) {
  const auto literal = [&](std::string_view text) { return name(text, "method", false); };
  out += "## Method\n\n";
  out += fmt::format(
      "Rows that failed are excluded and counted. Quantiles are {}; the standard deviation divides "
      "by "
      "{}. Intervals of medians come from order statistics at {}; groups are compared by {} with "
      "{} "
      "within each family, the effect is the ratio of medians with {}, seeded by the evidence "
      "hash. A "
      "row is cold when it is declared a warm-up, or {}, or {}. Rates are pooled before they are "
      "averaged. Every number is printed from a fact; {} lists all facts, {} every number of this "
      "report.\n\n",
      literal("type 7 (Hyndman and Fan 1996)"), literal("n - 1"), literal("95 %"),
      literal("a two-sided Mann-Whitney test, exact where n1 n2 <= 400 and there are no ties,"),
      literal("Holm's correction"), literal("a BCa bootstrap of 10,000 draws"),
      literal("its load time exceeds 5 times the median"),
      literal("it follows a change of configuration and its TTFT exceeds 5 times the median"),
      name("facts.jsonl", "run"), name("claims.jsonl", "run"));
}

void composer::configuration(std::string& out) {
  out += "## Configuration and persona prompts\n\n";
  for (const auto& [who, instructions] : run_.personas) {
    out += fmt::format("#### fold: {}\n\n", who);
    std::string line;
    for (const char c : instructions + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      out += line.empty() ? ">\n" : "> " + name(line, "persona", false) + "\n";
      line.clear();
    }
    out += '\n';
  }
}

void composer::appendix(std::string& out, const std::vector<std::string>& facts_used) {
  out += "## Appendix: facts\n\n";
  table_block table;
  table.caption = "Every fact that this report prints, and what it is derived from";
  table.header = {"Fact", "Value", "File", "Column or pointer", "Computed as"};
  table.align = {"l", "r", "l", "l", "l"};
  for (const std::string& id : facts_used) {
    const proto::fact* f = plan_.names.find_fact(id);
    if (f == nullptr || f->file == "run.json") continue;
    table.rows.push_back({"`" + id + "`", "{{f:" + id + "}}", name(f->file, "path"),
                          name(f->where.path.empty() ? "rows" : f->where.path, "locator"),
                          name(key_text(*f), "facts.jsonl")});
  }
  plan_.names.tables.insert_or_assign("facts-used", std::move(table));
  out += "{{table:facts-used}}\n";
}

}  // namespace chimera::report
