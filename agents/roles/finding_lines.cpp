#include "agents/roles/finding_lines.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chimera::roles {
namespace {

constexpr std::string_view separator = " | ";

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\n" : "\\r";
      continue;
    }
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
}

// The fields of a line, unescaped. An escaped '|' is preceded by a backslash and ends no field.
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> fields(1);
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      const char c = line[++at];
      fields.back() += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    } else if (line.substr(at).starts_with(separator)) {
      fields.emplace_back();
      at += separator.size() - 1;
    } else {
      fields.back() += line[at];
    }
  }
  return fields;
}

constexpr std::array levels = {proto::severity::error, proto::severity::warning,
                               proto::severity::info};

bool read_level(std::string_view text, proto::severity& level) {
  for (const proto::severity candidate : levels) {
    if (text != to_text(candidate)) continue;
    level = candidate;
    return true;
  }
  return false;
}

// A text ends at a line that is as long a fence as the one before it.
std::vector<std::string> fenced_texts(std::string_view prompt) {
  std::vector<std::string> texts;
  std::string_view fence;
  while (!prompt.empty()) {
    const std::size_t end = std::min(prompt.find('\n'), prompt.size());
    const std::string_view line = prompt.substr(0, end);
    prompt.remove_prefix(std::min(end + 1, prompt.size()));
    if (!fence.empty() && line == fence) {
      fence = {};
    } else if (!fence.empty()) {
      texts.back().append(line).append("\n");
    } else if (line.size() >= 4 && line.find_first_not_of('~') == std::string_view::npos) {
      fence = line;
      texts.emplace_back();
    }
  }
  return texts;
}

}  // namespace

std::string to_line(const report::finding& f) {
  std::string out = "- ";
  append_escaped(out, f.kind);
  out += separator;
  out += to_text(f.level);
  for (const auto& [slot, value] : f.slots) {
    out += separator;
    append_escaped(out, slot);
    out += '=';
    append_escaped(out, value);
  }
  return out;
}

bool read_line(std::string_view line, report::finding& f) {
  if (!line.starts_with("- ")) return false;
  const std::vector<std::string> fields = split(line.substr(2));
  if (fields.size() < 2 || fields[0].empty()) return false;
  report::finding read;
  read.kind = fields[0];
  if (!read_level(fields[1], read.level)) return false;
  for (std::size_t i = 2; i < fields.size(); ++i) {
    const std::size_t equal = fields[i].find('=');
    if (equal == std::string::npos || equal == 0) return false;
    read.slots.emplace_back(fields[i].substr(0, equal), fields[i].substr(equal + 1));
  }
  f = std::move(read);
  return true;
}

asked read_prompt(std::string_view prompt) {
  asked what;
  bool in_findings = false;
  while (!prompt.empty()) {
    const std::size_t end = prompt.find('\n');
    const std::string_view line = prompt.substr(0, end);
    prompt.remove_prefix(end == std::string_view::npos ? prompt.size() : end + 1);
    report::finding f;
    if (line == findings_end) {
      what.fenced = fenced_texts(prompt);
      break;
    }
    if (in_findings && read_line(line, f))
      what.findings.push_back(std::move(f));
    else if (line.starts_with(task_mark) && what.task.empty())
      what.task = line.substr(task_mark.size());
    else if (line.starts_with(question_mark) && what.title.empty())
      what.title = line.substr(question_mark.size());
    else if (line == findings_mark)
      in_findings = true;
  }
  return what;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  return line;
}

}  // namespace chimera::roles
