#include "agents/roles/structured_report.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agents/claims/reference.hpp"
#include "agents/roles/finding_lines.hpp"

namespace chimera::roles {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t items_max = 64;
constexpr std::size_t ids_max = 16;

ordered_json item_schema(const ordered_json& facts, bool follows) {
  ordered_json properties = {{"text", {{"type", "string"}}}};
  if (follows) properties["finding"] = {{"type", "integer"}, {"minimum", 0}};
  properties["facts"] = {{"type", "array"}, {"items", facts}};
  ordered_json required = ordered_json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

struct item {
  std::string text;
  std::vector<std::string> facts;
};

proto::problem no_report(std::string_view what) {
  proto::problem p;
  p.code = "report.json";
  p.title = "the answer is not the JSON object that was asked for";
  p.detail = what;
  return p;
}

// "f:ID", "{{f:ID}}" and "ID" name the same fact. What could end a reference is left out.
std::string id_of(std::string_view written) {
  std::string id;
  for (const char c : written)
    if (c != '{' && c != '}' && c != '\n' && c != ' ') id += c;
  if (id.starts_with("f:")) id.erase(0, 2);
  return id;
}

item item_of(const json& j) {
  item one;
  one.text = on_one_line(j.at("text").get<std::string>());
  for (const json& id : j.at("facts")) {
    if (one.facts.size() == ids_max) break;
    std::string named = id_of(id.get<std::string>());
    if (!named.empty() && std::ranges::find(one.facts, named) == one.facts.end())
      one.facts.push_back(std::move(named));
  }
  return one;
}

bool names(std::string_view text, std::string_view id) {
  for (const claims::piece& piece : claims::parse_references(text))
    if (piece.what == claims::piece::type::reference &&
        std::ranges::find(piece.ref.ids, id) != piece.ref.ids.end())
      return true;
  return false;
}

// A text is one item of a list: what would begin another one, or a heading, does not.
std::string line_of(const item& one) {
  std::string_view text = one.text;
  text.remove_prefix(std::min(text.find_first_not_of(" \t-*+#>"), text.size()));
  std::string line = "- " + std::string(text);
  std::string named;
  for (const std::string& id : one.facts)
    if (!names(line, id)) named += fmt::format("{}{{{{f:{}}}}}", named.empty() ? "" : ", ", id);
  if (named.empty()) return line + '\n';
  std::string end;
  while (!line.empty() && (line.back() == '.' || line.back() == ' ')) {
    if (line.back() == '.') end = ".";
    line.pop_back();
  }
  return fmt::format("{} ({}){}\n", line, named, end);
}

std::string markdown_of(const json& report) {
  std::vector<item> findings;
  std::string found;
  for (const json& j : report.at("findings")) {
    if (findings.size() == items_max) break;
    findings.push_back(item_of(j));
    found += line_of(findings.back());
  }
  std::string advice;
  std::size_t count = 0;
  for (const json& j : report.at("recommendations")) {
    if (count++ == items_max) break;
    item one = item_of(j);
    const auto follows = j.at("finding").get<std::int64_t>();
    if (one.facts.empty() && follows >= 1 && follows <= std::ssize(findings))
      one.facts = findings[static_cast<std::size_t>(follows) - 1].facts;
    advice += line_of(one);
  }
  return fmt::format("### Verdict\n\n{}\n\n### Key findings\n\n{}\n### Recommendations\n\n{}",
                     on_one_line(report.at("verdict").get<std::string>()), found, advice);
}

}  // namespace

std::string report_schema(const std::vector<std::string>& facts) {
  ordered_json id = {{"type", "string"}};
  if (!facts.empty() && facts.size() <= enumerated_max) id["enum"] = facts;
  const ordered_json schema = {
      {"type", "object"},
      {"properties",
       {{"verdict", {{"type", "string"}}},
        {"findings", {{"type", "array"}, {"items", item_schema(id, false)}}},
        {"recommendations", {{"type", "array"}, {"items", item_schema(id, true)}}}}},
      {"required", {"verdict", "findings", "recommendations"}},
      {"additionalProperties", false}};
  return schema.dump();
}

proto::result<std::string> read_structured_report(std::string_view text) {
  try {
    const json report = json::parse(text);
    if (!report.is_object() || report.size() != 3)
      return std::unexpected(no_report("three fields: verdict, findings, recommendations"));
    return markdown_of(report);
  } catch (const json::exception& e) {
    return std::unexpected(no_report(e.what()));
  }
}

std::vector<claims::text_issue> items_without_facts(std::string_view markdown) {
  std::vector<claims::text_issue> issues;
  bool in_list = false;
  for (std::size_t start = 0; start < markdown.size();) {
    const std::size_t end = std::min(markdown.find('\n', start), markdown.size());
    const std::string_view line = markdown.substr(start, end - start);
    if (line.starts_with("### ")) in_list = line != "### Verdict";
    const bool names = line.contains("{{f:") || line.contains("{{cmp:") || line.contains("{{best:");
    if (in_list && line.starts_with("- ") && !names)
      issues.push_back({start, end, "finding-facts", "it names no fact that proves it"});
    start = end + 1;
  }
  return issues;
}

}  // namespace chimera::roles
