#include "daemon/cli/output_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<proto::problem> cannot(std::string_view what, const fs::path& where,
                                       const std::error_code& cause) {
  return proto::fail("output.write", fmt::format("cannot {} '{}'", what, where.string()),
                     cause.message() + "; nothing of the report was kept");
}

std::error_code last_error() { return {errno, std::generic_category()}; }

bool is_within(const fs::path& inner, const fs::path& outer) {
  const auto [in, out] = std::mismatch(inner.begin(), inner.end(), outer.begin(), outer.end());
  return out == outer.end();
}

bool is_report(const fs::path& folder) {
  std::ifstream in(folder / run_file, std::ios::binary);
  const auto run = nlohmann::json::parse(in, nullptr, false);
  return run.is_object() && run.value("program", nlohmann::json()) == "chimera";
}

proto::result<void> check_place(const fs::path& target, const fs::path& place) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status))
    return proto::fail("output.place", fmt::format("'{}' is no folder", place.string()),
                       "name another with -o");
  if (fs::is_empty(target, error) || is_report(target)) return {};
  return proto::fail(
      "output.place",
      fmt::format("'{}' holds something that is no report of chimera", place.string()),
      "it would be replaced as a whole; name another folder with -o, or remove it");
}

// Writes all bytes, with the cause if that fails.
std::error_code write_file(const fs::path& file, std::string_view content) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (handle < 0) return last_error();
  std::error_code error;
  while (!content.empty() && !error) {
    const ssize_t written = ::write(handle, content.data(), content.size());
    if (written >= 0)
      content.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error = last_error();
  }
  if (::close(handle) != 0 && !error) error = last_error();
  return error;
}

}  // namespace

proto::result<output_folder> output_folder::choose(const fs::path& out, const fs::path& dataset) {
  output_folder folder(out);
  std::error_code error;
  fs::path absolute = fs::weakly_canonical(fs::absolute(out, error), error);
  if (error) return cannot("resolve", out, error);
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  const fs::path tree = fs::weakly_canonical(fs::absolute(dataset, error), error);
  if (is_within(absolute, tree) || is_within(tree, absolute))
    return proto::fail(
        "output.place",
        fmt::format("the report's folder '{}' and the dataset '{}' lie within each other",
                    out.string(), dataset.string()),
        "a report must not become evidence of the next run; name a folder elsewhere with -o");
  if (auto sound = check_place(absolute, out); !sound) return std::unexpected(sound.error());
  folder.target_ = std::move(absolute);
  return folder;
}

output_folder::output_folder(output_folder&& other) noexcept
    : place_(std::move(other.place_)),
      target_(std::move(other.target_)),
      unfinished_(std::exchange(other.unfinished_, {})) {}

output_folder::~output_folder() {
  if (unfinished_.empty()) return;
  std::error_code ignored;  // best effort: what cannot be removed keeps a name that says what it is
  fs::remove_all(unfinished_, ignored);
}

proto::result<void> output_folder::create() {
  std::error_code error;
  const fs::path parent = target_.parent_path();
  fs::create_directories(parent, error);
  if (error) return cannot("create", parent, error);
  const fs::path beside =
      parent / fmt::format(".{}.unfinished-{}", target_.filename().string(), ::getpid());
  fs::remove_all(beside, error);  // left by a run of the same number that was killed
  if (!error) fs::create_directory(beside, error);
  if (error) return cannot("create", beside, error);
  unfinished_ = beside;
  return {};
}

proto::result<void> output_folder::write(const std::string& name, std::string_view content) {
  if (unfinished_.empty())
    if (auto created = create(); !created) return created;
  const fs::path file = unfinished_ / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (!error) error = write_file(file, content);
  if (error) return cannot("write", place_ / name, error);
  return {};
}

proto::result<void> output_folder::commit() {
  // The place may have changed since it was chosen.
  if (auto sound = check_place(target_, place_); !sound) return sound;
  std::error_code error;
  if (!fs::exists(target_, error)) {
    fs::rename(unfinished_, target_, error);
    if (error) return cannot("move the report to", place_, error);
    unfinished_.clear();
    return {};
  }
  // After an exchange `unfinished_` is the earlier report.
  if (::renameat2(AT_FDCWD, unfinished_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0) {
    const fs::path earlier = unfinished_.string() + "-earlier";  // a file system without exchange
    fs::rename(target_, earlier, error);
    if (!error) fs::rename(unfinished_, target_, error);
    if (error) return cannot("move the report to", place_, error);
    unfinished_ = earlier;
  }
  fs::remove_all(unfinished_, error);  // best effort: the new report stands in its place
  unfinished_.clear();
  return {};
}

}  // namespace chimera::cli
