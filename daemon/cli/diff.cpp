#include "daemon/cli/diff.hpp"

#include <array>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/problem_document.hpp"
#include "daemon/cli/report_source.hpp"
#include "daemon/library/library.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_max = 20;
constexpr std::array<const char*, 6> names = {"run.json",    "inventory.json", "facts.jsonl",
                                              "lints.jsonl", "claims.jsonl",   "report.md"};

proto::result<report_texts> read_folder(const fs::path& folder) {
  report_texts texts;
  for (const char* name : names) {
    auto text = library::read_text(folder / name);
    if (!text) return std::unexpected(std::move(text.error()));
    texts.emplace(name, std::move(*text));
  }
  return texts;
}

// One side: the folder that was named, or that of the job once it was fetched.
struct side {
  std::string asked;
  std::optional<fs::path> folder;
  std::optional<scratch_folder> fetched;
};

proto::result<side> find(const std::string& asked) {
  side found{asked, folder_of_report(asked), std::nullopt};
  if (found.folder) return found;
  std::error_code ignored;  // best effort: what does not exist is taken for a job
  if (fs::exists(asked, ignored))
    return proto::fail("diff.source", fmt::format("'{}' holds no report of chimera", asked),
                       "name the folder of a report, or a job of a daemon");
  auto scratch = scratch_folder::make();
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  found.folder = scratch->path();
  found.fetched.emplace(std::move(*scratch));
  return found;
}

task<proto::result<exit_code>> fetch_sides(server* at, const side* one, const side* other) {
  for (const side* s : {one, other}) {
    if (!s->fetched) continue;
    auto done = co_await fetch_into(at, s->asked, *s->folder,
                                    [](const std::string& name) { return is_compared(name); });
    if (!done) co_return std::unexpected(std::move(done.error()));
  }
  co_return exit_code::done;
}

exit_code refuse(const diff_options& options, const proto::problem& p) {
  fmt::print(stderr, "chimera: {}\n", proto::to_text(p));
  if (options.at.json) fmt::print("{}\n", problem_document(p, exit_code::usage));
  return exit_code::usage;
}

}  // namespace

exit_code diff(const diff_options& options) {
  const auto before = find(options.before);
  if (!before) return refuse(options, before.error());
  const auto after = find(options.after);
  if (!after) return refuse(options, after.error());
  if (before->fetched || after->fetched) {
    const exit_code end =
        with_server(options.at, [&](server* at) { return fetch_sides(at, &*before, &*after); });
    if (end != exit_code::done) return end;
  }
  const auto then = read_folder(*before->folder);
  if (!then) return refuse(options, then.error());
  const auto now = read_folder(*after->folder);
  if (!now) return refuse(options, now.error());
  const auto difference = difference_between(*then, *now);
  if (!difference) return refuse(options, difference.error());
  if (options.at.json)
    print_json(difference_json(*difference));
  else
    fmt::print("{}", difference_text(*difference, options.all ? 0 : shown_max));
  if (!difference->evidence.empty()) return exit_code::verification_failed;
  return difference->is_empty() ? exit_code::done : exit_code::differs;
}

}  // namespace chimera::cli
