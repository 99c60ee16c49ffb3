#include "agents/roles/finding_lines.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

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
class fence_reader {
 public:
  explicit fence_reader(asked& what) : what_(what) {}

  /// True if `line` is a fence or within one.
  bool takes(std::string_view line) {
    if (!fence_.empty()) {
      if (line == fence_) {
        fence_ = {};
        return true;
      }
      what_.fenced.back().append(line).append("\n");
      if (of_artifact_) what_.artifacts.back().append(line).append("\n");
      return true;
    }
    if (line.size() < fence_least || line.find_first_not_of('~') != std::string_view::npos) {
      of_artifact_ = line.starts_with(before_mark);
      return false;
    }
    fence_ = line;
    what_.fenced.emplace_back();
    if (of_artifact_) what_.artifacts.emplace_back();
    return true;
  }

 private:
  static constexpr std::size_t fence_least = 4;
  asked& what_;
  std::string_view fence_;
  bool of_artifact_ = false;
};

// Longer than any run of the fence's character in `text`, so that nothing in it ends the fence.
std::string fence_for(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '~' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max<std::size_t>(4, longest + 1), '~');
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
  fence_reader fences(what);
  bool in_findings = false;
  bool findings_read = false;
  while (!prompt.empty()) {
    const std::size_t end = prompt.find('\n');
    const std::string_view line = prompt.substr(0, end);
    prompt.remove_prefix(end == std::string_view::npos ? prompt.size() : end + 1);
    report::finding f;
    if (fences.takes(line)) continue;
    if (line == findings_end) {
      in_findings = false;
      findings_read = true;
    } else if (in_findings && read_line(line, f)) {
      what.findings.push_back(std::move(f));
    } else if (line.starts_with(task_mark) && what.task.empty()) {
      what.task = line.substr(task_mark.size());
    } else if (line.starts_with(question_mark) && what.title.empty()) {
      what.title = line.substr(question_mark.size());
    } else if (line == findings_mark && !findings_read) {
      in_findings = true;
    }
  }
  return what;
}

void append_fenced(std::string& out, std::string_view text) {
  const std::string fence = fence_for(text);
  out += fmt::format("{}\n{}{}{}\n", fence, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  return line;
}

}  // namespace chimera::roles
