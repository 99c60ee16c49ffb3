#include <algorithm>

#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/source/file_kind.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::optional<proto::lint> by_status(const lint_input& in, file_status status,
                                     const rule_words& words) {
  finder f(words);
  for (const file_entry& e : in.files.files)
    if (e.status == status) f.at(e.path, "", e.reason);
  f.of(in.files.files.size());
  return f.done();
}

bool repaired_as(const file_entry& e, std::string_view word) {
  return std::ranges::any_of(
      e.repairs, [&](const std::string& r) { return r.find(word) != std::string::npos; });
}

}  // namespace

std::optional<proto::lint> mtimes_untrusted(const lint_input& in) {
  finder f({"mtimes-untrusted", severity::info, "Modification times are all alike", "files",
            "no date from the file system"});
  if (in.files.mtimes_untrusted && !in.files.files.empty())
    f.at(in.files.files.front().path, "", "all within a minute", in.files.files.size());
  return f.done();
}

std::optional<proto::lint> empty_files(const lint_input& in) {
  return by_status(
      in, file_status::empty,
      {"empty-files", severity::warning, "Empty files", "files", "nothing can be read from them"});
}

std::optional<proto::lint> duplicate_content(const lint_input& in) {
  finder f({"duplicate-content", severity::warning, "Files with the same content", "files",
            "copies count once, or totals would be too large"});
  for (const file_entry& e : in.files.files)
    if (e.status == file_status::duplicate) f.at(e.path, "", "same bytes as " + e.duplicate_of);
  f.of(in.files.files.size());
  return f.done();
}

std::optional<proto::lint> unreadable_files(const lint_input& in) {
  return by_status(in, file_status::unreadable,
                   {"unreadable-files", severity::error, "Files that could not be read", "files",
                    "whatever they hold is missing here"});
}

std::optional<proto::lint> refused_files(const lint_input& in) {
  return by_status(in, file_status::refused,
                   {"refused-files", severity::error, "Files that were refused", "files",
                    "whatever they hold is missing here"});
}

std::optional<proto::lint> binary_evidence(const lint_input& in) {
  finder f({"binary-evidence", severity::error, "Result files that hold no text", "files",
            "whatever they hold is missing here"});
  for (const file_entry& e : in.files.files)
    if (e.status == file_status::binary && is_evidence(e.type)) f.at(e.path, "", e.reason);
  f.of(in.files.files.size());
  return f.done();
}

std::optional<proto::lint> links_set_aside(const lint_input& in) {
  return by_status(in, file_status::outside,
                   {"links-set-aside", severity::info, "Links that are not followed", "links",
                    "what they point to is not part of this folder"});
}

std::optional<proto::lint> not_utf8(const lint_input& in) {
  finder f({"not-utf-eight", severity::info, "Text that is not plain UTF-8", "files",
            "nothing, it was decoded; other tools may fail on it"});
  for (const file_entry& e : in.files.files)
    if (!e.encoding.empty() && e.encoding != "UTF-8" &&
        e.encoding.find("re-encoded") == std::string::npos && e.status != file_status::duplicate)
      f.at(e.path, "", e.encoding);
  return f.done();
}

std::optional<proto::lint> reencoded_text(const lint_input& in) {
  finder f({"reencoded-text", severity::warning, "Text broken by re-encoding", "files",
            "nothing here; other tools read rubbish"});
  for (const file_entry& e : in.files.files)
    if (e.encoding.find("re-encoded") != std::string::npos) f.at(e.path, "", e.encoding);
  return f.done();
}

std::optional<proto::lint> mojibake(const lint_input& in) {
  finder f({"mojibake", severity::info, "Mojibake in the text", "files",
            "names and quotes may be misspelt"});
  for (const file_entry& e : in.files.files)
    if (repaired_as(e, "ojibake")) f.at(e.path, "", e.repairs.back());
  return f.done();
}

std::optional<proto::lint> tool_error_as_data(const lint_input& in) {
  finder f({"tool-error-as-data", severity::error, "A tool's error message stored as data", "files",
            "there is no data in it"});
  for (const lint_tool_error& e : in.tool_errors)
    f.at(e.file, "", std::string(e.message.substr(0, 120)));
  return f.done();
}

}  // namespace chimera::evidence
