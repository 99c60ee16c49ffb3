#include "daemon/cli/verify.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/audit/audit.hpp"
#include "daemon/cli/output_folder.hpp"
#include "daemon/cli/verify_output.hpp"
#include "daemon/cli/verify_report.hpp"
#include "daemon/library/library.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

// The report folder that a path names, or nothing for a document.
std::optional<fs::path> report_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return path;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const bool report = path.filename() == "report.md" || path.filename() == "report.html";
  if (report && fs::exists(folder / run_file, error)) return folder;
  return std::nullopt;
}

weight weight_of(proto::verdict v) {
  if (v == proto::verdict::contradicted) return weight::wrong;
  return v == proto::verdict::unsupported ? weight::open : weight::fine;
}

verify_finding finding_of(const claims::audited_claim& c, const std::string& file) {
  verify_finding f;
  f.how = weight_of(c.claim.judgement);
  f.rule = to_text(c.claim.judgement);
  f.file = file;
  f.line = c.claim.line;
  f.start = c.claim.start;
  f.end = c.claim.end;
  f.text = c.claim.text;
  f.truth = c.truth;
  f.where = c.where;
  f.key = c.key;
  if (f.how == weight::wrong)
    f.message = fmt::format("{} is {}", c.key.empty() ? "the true value" : c.key, c.truth);
  else
    f.message = c.key.empty() ? c.claim.rule : fmt::format("{} ({})", c.key, c.claim.rule);
  return f;
}

// Checks documents against one tree, which is read once.
class document_verifier {
 public:
  document_verifier(const std::optional<std::string>& root, std::size_t threads)
      : root_(root.value_or(".")), threads_(threads) {}

  proto::result<verified_text> check(const fs::path& document) {
    auto text = library::read_text(document);
    if (!text) return std::unexpected(std::move(text.error()));
    if (!auditor_) {
      evidence::build_options how;
      how.threads = threads_;
      auto data = evidence::build_dataset(root_, how);
      if (!data) return std::unexpected(std::move(data.error()));
      data_ = std::move(*data);
      auditor_ = std::make_unique<claims::auditor>(data_);
    }
    verified_text out;
    out.name = document.string();
    const claims::document_audit audit = auditor_->audit(place_in_tree(document), *text);
    for (const claims::audited_claim& c : audit.claims) {
      ++out.numbers;
      out.findings.push_back(finding_of(c, document.string()));
    }
    for (const claims::audit_remark& remark : audit.remarks) {
      verify_finding f;
      f.rule = "remark";
      f.file = document.string();
      f.line = remark.line;
      f.message = remark.text;
      out.findings.push_back(std::move(f));
    }
    place_columns(out.findings, document.string(), *text);
    std::ranges::stable_sort(out.findings, {},
                             [](const verify_finding& f) { return std::pair(f.line, f.start); });
    return out;
  }

 private:
  // Relative to the tree if the document stands in it: what stands beside it is its source first.
  std::string place_in_tree(const fs::path& document) const {
    std::error_code error;
    const fs::path inside = fs::relative(document, root_, error);
    const bool within = !error && !inside.empty() && *inside.begin() != "..";
    return within ? inside.generic_string() : document.filename().string();
  }

  std::string root_;
  std::size_t threads_;
  evidence::dataset data_;
  std::unique_ptr<claims::auditor> auditor_;
};

exit_code tell(const proto::problem& p) {
  fmt::print(stderr, "chimera: {}\n", proto::to_text(p));
  return exit_code::usage;
}

bool wants_colour() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

bool write_sarif(const std::string& file, const std::vector<verified_text>& texts) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << verify_sarif(texts);
  out.close();
  if (out) return true;
  fmt::print(stderr, "chimera: '{}' could not be written\n", file);
  return false;
}

}  // namespace

exit_code verify(const verify_options& options) {
  const std::size_t threads = options.threads != 0
                                  ? options.threads
                                  : std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  document_verifier documents(options.root, threads);
  std::vector<verified_text> texts;
  for (const std::string& path : options.paths) {
    const std::optional<fs::path> folder = report_folder(path);
    auto checked = folder ? verify_report(*folder, options.root, threads) : documents.check(path);
    if (!checked) return tell(checked.error());
    texts.push_back(std::move(*checked));
  }
  if (options.sarif && !write_sarif(*options.sarif, texts)) return exit_code::job_failed;
  if (options.json)
    fmt::print("{}", verify_json_lines(texts, options.all));
  else
    fmt::print("{}", verify_text(texts, {wants_colour(), options.all}));
  const auto fails = [&](const verify_finding& f) {
    return f.how == weight::wrong || (options.strict && f.how == weight::open);
  };
  const bool failed = std::ranges::any_of(
      texts, [&](const verified_text& text) { return std::ranges::any_of(text.findings, fails); });
  return failed ? exit_code::verification_failed : exit_code::done;
}

}  // namespace chimera::cli
