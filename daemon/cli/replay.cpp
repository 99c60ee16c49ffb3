#include "daemon/cli/replay.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "daemon/cli/evidence_change.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/output_folder.hpp"
#include "daemon/cli/problem_document.hpp"
#include "daemon/cli/report_source.hpp"
#include "daemon/cli/reprint.hpp"
#include "daemon/library/library.hpp"
#include "daemon/reporting/run_json.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

struct replayed {
  std::vector<file_change> evidence;  ///< if any, nothing was printed
  std::vector<std::string> differing;
  std::size_t files = 0;
  std::string version;  ///< that made the recorded report
};

proto::result<std::vector<file_change>> changed_evidence(const fs::path& folder,
                                                         const reporting::recording& recorded) {
  const evidence::inventory& now = recorded.run.data.files;
  if (now.sha256 == recorded.evidence_sha256) return std::vector<file_change>{};
  auto text = library::read_text(folder / "inventory.json");
  if (!text) return std::unexpected(std::move(text.error()));
  const auto then = hashes_in(*text);
  if (!then) return std::unexpected(then.error());
  std::vector<file_change> changes = changes_between(*then, hashes_of(now));
  if (changes.empty()) changes.push_back({recorded.run.dataset, "the tree is not what it was"});
  return changes;
}

// What the recorded folder holds under that name; "" if nothing.
std::string recorded_text(const fs::path& folder, const std::string& name) {
  return library::read_text(folder / name).value_or("");
}

proto::result<replayed> replay_folder(const replay_options& options, const fs::path& folder) {
  reporting::recording recorded;
  if (auto read = reporting::read_recording(folder, recorded); !read)
    return std::unexpected(std::move(read.error()));
  const std::string tree = options.root.value_or(recorded.run.dataset);
  std::error_code ignored;  // best effort: what is no folder is told below
  if (!fs::is_directory(tree, ignored))
    return proto::fail("dataset.root", fmt::format("'{}' is no folder here", tree),
                       "name the folder of the result files with --root");
  auto place = output_folder::choose(options.out, tree);
  if (!place) return std::unexpected(std::move(place.error()));
  const std::size_t threads = options.threads != 0
                                  ? options.threads
                                  : std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  if (auto read = reread(recorded, tree, threads); !read)
    return std::unexpected(std::move(read.error()));
  replayed end;
  end.version = recorded.run.version;
  auto changes = changed_evidence(folder, recorded);
  if (!changes) return std::unexpected(std::move(changes.error()));
  end.evidence = std::move(*changes);
  if (!end.evidence.empty()) return end;
  auto files = reprint(recorded);
  if (!files) return std::unexpected(std::move(files.error()));
  (*files)[std::string(run_file)] =
      reporting::run_json(recorded.run, *files, reporting::seal(files->at("facts.jsonl")));
  for (const auto& [name, content] : *files) {
    if (content != recorded_text(folder, name)) end.differing.push_back(name);
    if (auto written = place->write(name, content); !written)
      return std::unexpected(std::move(written.error()));
  }
  for (const auto& [name, hash] : recorded.files)
    if (!files->contains(name)) end.differing.push_back(name);
  end.files = files->size();
  if (auto committed = place->commit(); !committed)
    return std::unexpected(std::move(committed.error()));
  return end;
}

void print_text(const replay_options& options, const replayed& end) {
  for (const file_change& change : end.evidence) fmt::print("{}: {}\n", change.path, change.what);
  if (!end.evidence.empty()) {
    fmt::print("{}: nothing was printed: the artifacts are not those of the recorded run\n",
               options.source);
    return;
  }
  for (const std::string& name : end.differing)
    fmt::print("{}/{}: is not what was recorded\n", options.out, name);
  if (end.differing.empty())
    fmt::print("{}: {} files, byte for byte as recorded\n", options.out, end.files);
  else if (end.version != CHIMERA_VERSION)
    fmt::print("the report was made by version {}, this is {}\n", end.version, CHIMERA_VERSION);
}

exit_code finish(const replay_options& options, const proto::result<replayed>& end) {
  if (!end) {
    const exit_code code =
        end.error().code == "replay.missing" ? exit_code::verification_failed : exit_code::usage;
    fmt::print(stderr, "chimera: {}\n", proto::to_text(end.error()));
    if (options.at.json) fmt::print("{}\n", problem_document(end.error(), code));
    return code;
  }
  const bool same = end->evidence.empty() && end->differing.empty();
  if (options.at.json) {
    ordered_json changes = ordered_json::array();
    for (const file_change& change : end->evidence)
      changes.push_back({{"file", change.path}, {"what", change.what}});
    print_json({{"out", end->evidence.empty() ? ordered_json(options.out) : ordered_json()},
                {"same", same},
                {"files", end->files},
                {"differing", end->differing},
                {"evidence_changed", std::move(changes)},
                {"recorded_version", end->version}});
  } else {
    print_text(options, *end);
  }
  return same ? exit_code::done : exit_code::verification_failed;
}

task<proto::result<exit_code>> fetched(server* at, std::string job, fs::path into) {
  const auto all = [](const std::string&) { return true; };
  auto done = co_await fetch_into(at, std::move(job), std::move(into), all);
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return exit_code::done;
}

}  // namespace

exit_code replay(const replay_options& options) {
  if (const auto folder = folder_of_report(options.source))
    return finish(options, replay_folder(options, *folder));
  std::error_code ignored;  // best effort: what does not exist is taken for a job
  if (fs::exists(options.source, ignored))
    return tell(
        proto::fail("replay.source", fmt::format("'{}' holds no report of chimera", options.source),
                    "name the folder of a report, or a job of a daemon")
            .error(),
        options.at.json);
  auto scratch = scratch_folder::make();
  if (!scratch) return tell(scratch.error(), options.at.json);
  const exit_code end = with_server(
      options.at, [&](server* at) { return fetched(at, options.source, scratch->path()); });
  if (end != exit_code::done) return end;
  return finish(options, replay_folder(options, scratch->path()));
}

}  // namespace chimera::cli
