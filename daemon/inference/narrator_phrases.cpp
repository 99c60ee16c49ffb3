#include "daemon/inference/narrator_phrases.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace chimera::inference {
namespace {

using report::finding;

constexpr std::size_t gaps_max = 8;
constexpr std::size_t told_of_a_kind = 4;
constexpr std::size_t members_told = 10;

std::string of(const finding& f, std::string_view slot) { return std::string(f.slot(slot)); }

std::string with_capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

// Problems are about what went wrong, results about what holds, limits about what cannot be said.
enum class nature { problem, result, limit };

nature nature_of(const finding& f) {
  if (f.kind == "faster" || f.kind == "equivalent" || f.kind == "member-best")
    return nature::result;
  if (f.kind == "sweep-noise" || f.kind == "same" || f.kind == "untestable" ||
      f.kind == "parameters" || f.kind == "documents-agree")
    return nature::limit;
  return nature::problem;
}

// One sentence of at most two clauses of one nature, and documents that are wrong as a third.
std::string verdict_sentence(const std::vector<finding>& findings, nature wanted) {
  std::string text;
  std::size_t clauses = 0;
  for (const finding& f : findings) {
    if (nature_of(f) != wanted || clauses >= (f.kind == "documents-contradict" ? 3U : 2U)) continue;
    text += (clauses++ == 0 ? "" : "; ") + clause_of(f);
  }
  return text.empty() ? text : with_capital(text) + ". ";
}

std::string files_sentence(const finding& f) {
  std::string types;
  constexpr std::array names = {std::pair{"csv", "CSV"}, std::pair{"json", "JSON"},
                                std::pair{"jsonl", "JSON Lines"}, std::pair{"md", "Markdown"},
                                std::pair{"txt", "text"}};
  for (const auto& [slot, shown] : names)
    if (!f.slot(slot).empty())
      types += fmt::format("{}{} {}", types.empty() ? "" : ", ", of(f, slot), shown);
  std::string text =
      fmt::format("{} files, {}{}, with {} distinct contents", of(f, "files"), of(f, "bytes"),
                  types.empty() ? "" : ": " + types, of(f, "distinct"));
  if (!f.slot("first").empty())
    text += fmt::format("; records from {} to {}", of(f, "first"), of(f, "last"));
  return text + '.';
}

std::string inventory_line(const finding& f) {
  const std::string count = of(f, "count");
  if (f.kind == "files") return files_sentence(f);
  if (f.kind == "duplicates")
    return fmt::format("{} files repeat the content of another ({}); they are counted once.", count,
                       of(f, "bytes"));
  if (f.kind == "empty") return fmt::format("Empty files: {}.", count);
  if (f.kind == "unreadable") return fmt::format("Files that could not be read: {}.", count);
  if (f.kind == "refused") return fmt::format("Files refused: {}.", count);
  if (f.kind == "binary") return fmt::format("Binary files, not read: {}.", count);
  if (f.kind == "ignored")
    return fmt::format("Files of kinds that hold no records, not read: {}.", count);
  if (f.kind == "repaired")
    return fmt::format("Files whose text was repaired while decoding: {}.", count);
  if (f.kind == "repeated-tables")
    return fmt::format("Tables whose rows stand in another file too: {}; counted once.", count);
  return fmt::format("Gap: {}, {} {}: {}.", of(f, "title"), count, of(f, "counted"),
                     of(f, "prevents"));
}

std::string collect(const std::vector<finding>& findings) {
  std::string text;
  std::size_t gaps = 0;
  for (const finding& f : findings) {
    if (f.kind == "gap" && gaps++ == gaps_max) break;
    text += "- " + inventory_line(f) + '\n';
  }
  return text;
}

std::string list_members(const std::vector<finding>& findings) {
  std::string text;
  std::size_t members = 0;
  for (const finding& f : findings) {
    if (!f.kind.starts_with("member-")) continue;
    if (++members <= members_told) text += "- " + clause_of(f) + ".\n";
  }
  if (members > members_told) text += "\nThe table holds the rest.\n";
  if (members > 0)
    text +=
        "\nThe files hold a statistic per entry and no single runs, so none of these differences "
        "can be "
        "tested.\n";
  return text;
}

// Findings of one kind after the first few add nothing that the table does not show better.
std::string analyse(const std::vector<finding>& findings) {
  std::string text;
  const std::string members = list_members(findings);
  std::vector<std::pair<std::string, std::size_t>> told;
  std::size_t left_out = 0;
  for (const finding& f : findings) {
    if (f.kind.starts_with("member-")) continue;
    auto kind = std::ranges::find(told, f.kind, &std::pair<std::string, std::size_t>::first);
    if (kind == told.end()) kind = told.insert(told.end(), {f.kind, 0});
    if (kind->second++ >= told_of_a_kind) {
      ++left_out;
      continue;
    }
    text += "- " + with_capital(sentences_of(f)) + '\n';
  }
  if (left_out > 0) text += "\nThe table holds the rest.\n";
  if (!members.empty()) text += (text.empty() ? "" : "\n") + members;
  return text;
}

std::string report_parts(const std::vector<finding>& findings) {
  std::string found;
  std::string advice;
  std::vector<finding> headline;
  for (const finding& f : findings) {
    if (const std::string text = advice_of(f); !text.empty()) {
      advice += "- " + text + '\n';
      continue;
    }
    headline.push_back(f);
    found += "- " + with_capital(sentences_of(f)) + '\n';
  }
  std::string verdict;
  for (const nature wanted : {nature::problem, nature::result, nature::limit})
    verdict += verdict_sentence(headline, wanted);
  if (verdict.empty()) verdict = "These files hold nothing that supports a statement.";
  return "### Verdict\n\n" + verdict + "\n\n### Key findings\n\n" + found +
         "\n### Recommendations\n\n" + advice;
}

}  // namespace

std::string put_into_words(std::string_view task, std::string_view /*title*/,
                           const std::vector<finding>& findings) {
  if (task == "collector") return collect(findings);
  if (task == "analyst") return analyse(findings);
  return report_parts(findings);
}

}  // namespace chimera::inference
