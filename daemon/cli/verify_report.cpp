#include "daemon/cli/verify_report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agents/claims/number_scanner.hpp"
#include "agents/report/printed_text.hpp"
#include "agents/report/printer.hpp"
#include "daemon/cli/evidence_change.hpp"
#include "daemon/cli/reprint.hpp"
#include "daemon/cli/text_difference.hpp"
#include "daemon/library/library.hpp"
#include "daemon/reporting/print_report.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t differences_max = 50;  // of one file; more say nothing new

class report_verifier {
 public:
  report_verifier(fs::path folder, const reporting::recording& recorded,
                  const reporting::report_files& expected)
      : folder_(std::move(folder)), recorded_(recorded), expected_(expected) {}

  verified_text run() {
    out_.name = folder_.string();
    out_.is_report = true;
    check_evidence();
    check_facts();
    if (!changed_)
      for (const char* text : {"report.md", "report.html"}) check_text(text);
    check_numbers();
    if (!changed_) check_others();
    for (const char* text : {"report.md", "report.html"})
      place_columns(out_.findings, path(text), content(text));
    return std::move(out_);
  }

 private:
  void add(std::string_view rule, std::string file, std::uint64_t line, std::string message) {
    verify_finding f;
    f.rule = rule;
    f.file = std::move(file);
    f.line = line;
    f.message = std::move(message);
    out_.findings.push_back(std::move(f));
  }

  std::string path(std::string_view name) const { return (folder_ / name).string(); }

  const std::string& content(const std::string& name) {
    const auto known = contents_.find(name);
    if (known != contents_.end()) return known->second;
    auto text = library::read_text(folder_ / name);
    if (!text) add("file-missing", path(name), 0, proto::to_text(text.error()));
    return contents_.emplace(name, text ? std::move(*text) : std::string()).first->second;
  }

  // Which files of the tree are not what the report was made from.
  void check_evidence() {
    const evidence::inventory& now = recorded_.run.data.files;
    if (now.sha256 == recorded_.evidence_sha256) return;
    changed_ = true;
    const auto then = hashes_in(content("inventory.json"));
    if (!then) add("file-changed", path("inventory.json"), 0, then.error().detail);
    if (then)
      for (const file_change& change : changes_between(*then, hashes_of(now)))
        add("evidence-changed", change.path, 0, change.what);
    if (out_.findings.empty())
      add("evidence-changed", recorded_.run.dataset, 0, "the tree is not what it was");
  }

  // facts.jsonl, line by line, against what the artifacts give now.
  void check_facts() {
    const std::string& found = content("facts.jsonl");
    if (found == expected_.at("facts.jsonl")) return;
    std::size_t told = 0;
    std::istringstream lines(found);
    std::string line;
    std::string again;
    for (std::uint64_t number = 1; std::getline(lines, line); ++number) {
      const json f = json::parse(line, nullptr, false);
      const std::string id = f.is_object() ? f.value("id", "") : "";
      const proto::fact* now = recorded_.run.data.find(id);
      again.clear();
      if (now != nullptr) append_json(again, *now);
      if (again == line) continue;
      if (now != nullptr && f.value("value", "") == now->value && changed_) continue;
      if (++told > differences_max) break;
      const std::string what =
          now == nullptr ? "the artifacts give no such fact"
          : f.value("value", "") == now->value
              ? "differs from what the artifacts give in more than its value"
              : fmt::format("{}: the artifacts give {}", f.value("phrase", ""), now->value);
      add("fact-changed", path("facts.jsonl"), number, fmt::format("{}: {}", id, what));
    }
    if (told == 0 && !changed_)
      add("fact-changed", path("facts.jsonl"), 0, "facts were left out or put in another order");
  }

  void check_text(const std::string& name) {
    for (const text_difference& d :
         differences(content(name), expected_.at(name), differences_max)) {
      verify_finding f;
      f.rule = "text-changed";
      f.file = path(name);
      f.line = d.line;
      f.start = d.start;
      f.end = d.end;
      f.text = d.found;
      f.truth = d.expected;
      f.message = fmt::format("the evidence prints '{}'", d.expected);
      out_.findings.push_back(std::move(f));
    }
  }

  struct span {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::string text;
  };

  // Every number of report.md once more, without the renderer: it must lie in a claim, and the
  // claim must say what its fact says.
  void check_numbers() {
    std::map<std::uint64_t, std::vector<span>> by_line;
    std::istringstream lines(content("claims.jsonl"));
    std::string line;
    for (std::uint64_t number = 1; std::getline(lines, line); ++number) {
      try {
        const json claim = json::parse(line);
        by_line[claim.at("line")].push_back({claim.at("start"), claim.at("end"), claim.at("text")});
        check_claim(claim, number);
      } catch (const json::exception& e) {
        add("claim-unsound", path("claims.jsonl"), number, e.what());
      }
    }
    const std::string& text = content("report.md");
    std::uint64_t at_line = 1;
    std::size_t line_start = 0;
    for (const claims::scanned_number& n : claims::scan_numbers(text)) {
      ++out_.numbers;
      while (true) {
        const std::size_t end = text.find('\n', line_start);
        if (end == std::string::npos || end >= n.token.start) break;
        line_start = end + 1;
        ++at_line;
      }
      const std::uint64_t start = n.token.start - line_start;
      const std::uint64_t end = n.token.end - line_start;
      const std::vector<span>& spans = by_line[at_line];
      const auto covers = [&](const span& s) {
        return s.start <= start && end <= s.end &&
               text.compare(line_start + s.start, s.text.size(), s.text) == 0;
      };
      if (std::ranges::any_of(spans, covers) || told(at_line, start, end)) continue;
      verify_finding f;
      f.rule = "number-without-claim";
      f.file = path("report.md");
      f.line = at_line;
      f.start = start;
      f.end = end;
      f.text = text.substr(n.token.start, n.token.end - n.token.start);
      f.message = "no claim of claims.jsonl proves this number";
      out_.findings.push_back(std::move(f));
    }
  }

  // A change of the text that was named already.
  bool told(std::uint64_t line, std::uint64_t start, std::uint64_t end) const {
    return std::ranges::any_of(out_.findings, [&](const verify_finding& f) {
      return f.rule == "text-changed" && f.line == line && f.start <= start && end <= f.end &&
             f.file == path("report.md");
    });
  }

  void check_claim(const json& claim, std::uint64_t number) {
    if (claim.value("rule", "") != "printed-from-fact") return;
    const std::string id = claim.at("facts").at(0);
    const proto::fact* f = recorded_.run.outline.names.find_fact(id);
    // Facts of the run are known only if it could be printed again.
    if (f == nullptr && changed_) return;
    if (f == nullptr)
      return add("claim-unsound", path("claims.jsonl"), number,
                 fmt::format("fact '{}' does not exist", id));
    const std::string printed = report::print_fact(*f);
    const std::string text = claim.at("text");
    if (text == printed || text == report::escaped_markdown(printed, 200)) return;
    verify_finding finding;
    finding.rule = "claim-changed";
    finding.file = path("report.md");
    finding.line = claim.at("line");
    finding.start = claim.at("start");
    finding.end = claim.at("end");
    finding.text = text;
    finding.truth = printed;
    finding.where = f->file;
    finding.message = fmt::format("{} is {}", f->phrase, printed);
    out_.findings.push_back(std::move(finding));
  }

  // The files beside the texts: what was changed is named, not shown.
  void check_others() {
    constexpr std::array looked_at = {"report.md", "report.html", "facts.jsonl"};
    for (const auto& [name, text] : expected_) {
      if (std::ranges::find(looked_at, name) != looked_at.end()) continue;
      if (content(name) == text) continue;
      add("file-changed", path(name), 0, "is not what the evidence gives");
    }
  }

  fs::path folder_;
  const reporting::recording& recorded_;
  const reporting::report_files& expected_;
  std::map<std::string, std::string> contents_;
  bool changed_ = false;
  verified_text out_;
};

}  // namespace

proto::result<verified_text> verify_report(const fs::path& folder,
                                           const std::optional<std::string>& root,
                                           std::size_t threads) {
  reporting::recording recorded;
  if (auto read = reporting::read_recording(folder, recorded); !read)
    return std::unexpected(std::move(read.error()));
  const std::string tree = root.value_or(recorded.run.dataset);
  if (auto read = reread(recorded, tree, threads); !read)
    return std::unexpected(std::move(read.error()));
  reporting::report_files expected;
  if (recorded.run.data.files.sha256 == recorded.evidence_sha256) {
    auto printed = reprint(recorded);
    if (!printed) return std::unexpected(std::move(printed.error()));
    expected = std::move(*printed);
  } else {
    expected["facts.jsonl"] = reporting::facts_lines(recorded.run);
  }
  return compare_report(folder, recorded, expected);
}

verified_text compare_report(const fs::path& folder, const reporting::recording& recorded,
                             const reporting::report_files& expected) {
  return report_verifier(folder, recorded, expected).run();
}

}  // namespace chimera::cli
