#include "daemon/cli/verify_output.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/reporting/report_json.hpp"

namespace chimera::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";

struct tally {
  std::map<std::string, std::uint64_t> by_rule;
  std::uint64_t wrong = 0;
  std::uint64_t open = 0;
};

tally count(const verified_text& text) {
  tally t;
  for (const verify_finding& f : text.findings) {
    ++t.by_rule[f.rule];
    if (f.how == weight::wrong) ++t.wrong;
    if (f.how == weight::open) ++t.open;
  }
  return t;
}

// Text of artifacts may hold what a terminal would obey.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

void append_finding(std::string& out, const verify_finding& f, verify_style style) {
  const auto in = [&](std::string_view colour, const std::string& text) {
    return style.colour ? fmt::format("{}{}{}", colour, text, plain) : text;
  };
  std::string place = printable(f.file);
  if (f.line != 0)
    place += f.column != 0 ? fmt::format(":{}:{}", f.line, f.column) : fmt::format(":{}", f.line);
  const std::string_view hue = f.how == weight::wrong ? red : yellow;
  out += in(bold, place) + ": " + in(f.how == weight::fine ? plain : hue, f.rule) + ": ";
  if (!f.text.empty()) out += in(hue, fmt::format("'{}'", printable(f.text))) + ": ";
  out += printable(f.message);
  if (!f.where.empty()) out += " (" + printable(f.where) + ')';
  out += '\n';
}

ordered_json finding_json(const verify_finding& f) {
  return {{"file", f.file},   {"line", f.line},      {"start", f.start}, {"end", f.end},
          {"rule", f.rule},   {"text", f.text},      {"key", f.key},     {"truth", f.truth},
          {"where", f.where}, {"message", f.message}};
}

std::string summary_line(const verified_text& text, const tally& t) {
  if (text.is_report)
    return t.wrong == 0 ? fmt::format(
                              "{}: proven: {} numbers, every fact recomputed, every byte of the "
                              "report printed again\n",
                              text.name, text.numbers)
                        : fmt::format("{}: NOT proven: {} findings\n", text.name, t.wrong);
  std::string rules;
  for (const auto& [rule, n] : t.by_rule)
    rules += fmt::format("{}{} {}", rules.empty() ? "" : ", ", n, rule);
  return fmt::format("{}: {}\n", printable(text.name), rules.empty() ? "no numbers" : rules);
}

ordered_json sarif_result(const verify_finding& f) {
  ordered_json region;
  if (f.line != 0) {
    region["startLine"] = f.line;
    if (f.column != 0) {
      region["startColumn"] = f.column;
      region["endColumn"] = f.column + code_points(f.text);
    }
    if (!f.text.empty()) region["snippet"] = {{"text", f.text}};
  }
  ordered_json location = {{"artifactLocation", {{"uri", f.file}}}};
  if (!region.empty()) location["region"] = region;
  std::string message = f.message;
  if (!f.where.empty()) message += " (" + f.where + ")";
  return {{"ruleId", f.rule},
          {"level", f.how == weight::wrong ? "error" : "note"},
          {"message", {{"text", message}}},
          {"locations", ordered_json::array({{{"physicalLocation", location}}})}};
}

}  // namespace

std::string verify_text(const std::vector<verified_text>& texts, verify_style style) {
  std::string out;
  for (const verified_text& text : texts)
    for (const verify_finding& f : text.findings)
      if (f.how == weight::wrong || style.all) append_finding(out, f, style);
  for (const verified_text& text : texts) out += summary_line(text, count(text));
  return out;
}

std::string verify_json_lines(const std::vector<verified_text>& texts, bool all) {
  std::string out;
  for (const verified_text& text : texts)
    for (const verify_finding& f : text.findings)
      if (f.how != weight::fine || all) out += reporting::to_text(finding_json(f), -1) + '\n';
  for (const verified_text& text : texts) {
    const tally t = count(text);
    ordered_json summary = {{"name", text.name},
                            {"kind", text.is_report ? "report" : "document"},
                            {"wrong", t.wrong},
                            {"open", t.open}};
    if (text.is_report) summary["numbers"] = text.numbers;
    summary["by_rule"] = t.by_rule;
    out += reporting::to_text({{"summary", summary}}, -1) + '\n';
  }
  return out;
}

std::string verify_sarif(const std::vector<verified_text>& texts) {
  ordered_json results = ordered_json::array();
  std::set<std::string> rules;
  for (const verified_text& text : texts)
    for (const verify_finding& f : text.findings) {
      if (f.how == weight::fine) continue;
      rules.insert(f.rule);
      results.push_back(sarif_result(f));
    }
  ordered_json described = ordered_json::array();
  for (const std::string& rule : rules) described.push_back({{"id", rule}});
  ordered_json run = {
      {"tool",
       {{"driver", {{"name", "chimera"}, {"version", CHIMERA_VERSION}, {"rules", described}}}}},
      {"columnKind", "unicodeCodePoints"},
      {"results", results}};
  ordered_json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", ordered_json::array({run})}};
  return reporting::to_text(log, 1) + '\n';
}

}  // namespace chimera::cli
