#include "daemon/datasets/dataset_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "agents/evidence/source/whole_file.hpp"
#include "daemon/datasets/disk.hpp"
#include "daemon/datasets/unpack.hpp"

namespace chimera::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view incoming_prefix = ".incoming-";
constexpr const char* files_name = "files";
constexpr const char* manifest_name = "manifest.json";

proto::result<void> write_whole(const fs::path& path, std::string_view text) {
  const std::string doing = fmt::format("writing '{}'", path.string());
  evidence::descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return disk_failure(doing, errno);
  while (!text.empty()) {
    const ssize_t done = write(file.get(), text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return disk_failure(doing, errno);
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  if (close(file.release()) != 0) return disk_failure(doing, errno);
  return {};
}

/// None: the file is not there.
proto::result<std::optional<std::string>> read_whole(const fs::path& path) {
  const std::string doing = fmt::format("reading '{}'", path.string());
  const evidence::descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::optional<std::string>();
  if (!file) return disk_failure(doing, errno);
  std::string text;
  std::string piece(std::size_t{64} << 10U, '\0');
  for (;;) {
    const ssize_t got = read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_failure(doing, errno);
    if (got == 0) return std::optional(std::move(text));
    text.append(piece, 0, static_cast<std::size_t>(got));
  }
}

proto::result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  if (error) return disk_failure(fmt::format("listing '{}'", folder.string()), error.value());
  std::ranges::sort(names);
  return names;
}

}  // namespace

proto::result<dataset_store> dataset_store::open(fs::path folder, unpack_limits limits) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return disk_failure(fmt::format("making '{}'", folder.string()), error.value());
  return dataset_store(std::move(folder), limits);
}

proto::result<fs::path> dataset_store::make_incoming() const {
  std::string name = (folder_ / (std::string(incoming_prefix) + "XXXXXX")).string();
  if (mkdtemp(name.data()) == nullptr) return disk_failure("making a folder for it", errno);
  return fs::path(std::move(name));
}

dataset dataset_store::entry(const manifest& m) const {
  dataset d;
  d.id = m.id;
  d.folder = folder_ / m.id / files_name;
  d.files = m.files.size();
  d.bytes = m.bytes();
  return d;
}

proto::result<dataset> dataset_store::add(const fs::path& upload, std::string_view media_type) {
  auto made = make_incoming();
  if (!made) return std::unexpected(made.error());
  temporary_folder incoming(std::move(*made));
  auto content = unpack(upload, media_type, incoming.path() / files_name, limits_);
  if (!content) return std::unexpected(content.error());
  const manifest m = make_manifest(std::move(content->listing));
  if (m.files.empty())
    return proto::fail("dataset.empty", "the upload holds no file that would be read",
                       "all of it lies in folders such as .git, which are never entered");
  if (m.id.empty()) return disk_failure("hashing the upload", ENOMEM);
  if (auto there = find(m.id); !there || *there)
    return there ? proto::result<dataset>(**there) : std::unexpected(there.error());
  if (auto written = write_whole(incoming.path() / manifest_name, to_json(m)); !written)
    return std::unexpected(written.error());
  if (auto synced = sync_all(incoming.path()); !synced) return std::unexpected(synced.error());
  dataset d = entry(m);
  const fs::path place = folder_ / m.id;
  if (renameat2(AT_FDCWD, incoming.path().c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) !=
      0) {
    // Another thread was quicker with the same content.
    if (errno == EEXIST) return d;
    return disk_failure(fmt::format("keeping the dataset as '{}'", m.id), errno);
  }
  incoming.keep();
  if (auto synced = sync_names(folder_); !synced) return std::unexpected(synced.error());
  d.added = true;
  return d;
}

proto::result<std::optional<manifest>> dataset_store::describe(std::string_view id) const {
  if (!is_dataset_id(id)) return std::optional<manifest>();
  const auto text = read_whole(folder_ / id / manifest_name);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<manifest>();
  auto read = manifest_from_json(**text);
  if (read && read->id == id) return std::optional(std::move(*read));
  proto::problem p = read ? proto::problem() : std::move(read).error();
  p.code = "dataset.damaged";
  p.title = fmt::format("the list of files of dataset '{}' is damaged", id);
  if (p.detail.empty()) p.detail = "it names another dataset: remove this one and upload it again";
  return std::unexpected(std::move(p));
}

proto::result<std::optional<dataset>> dataset_store::find(std::string_view id) const {
  const auto described = describe(id);
  if (!described) return std::unexpected(described.error());
  return *described ? std::optional(entry(**described)) : std::nullopt;
}

proto::result<std::vector<dataset>> dataset_store::list() const {
  const auto names = names_in(folder_);
  if (!names) return std::unexpected(names.error());
  std::vector<dataset> out;
  for (const std::string& name : *names)
    if (const auto found = find(name); found && *found) out.push_back(**found);
  return out;
}

// Renamed before it is removed, so that no half of it is ever found under its id.
proto::result<bool> dataset_store::remove(std::string_view id) {
  if (!is_dataset_id(id)) return false;
  auto made = make_incoming();
  if (!made) return std::unexpected(made.error());
  const temporary_folder away(std::move(*made));
  std::error_code error;
  fs::rename(folder_ / id, away.path() / files_name, error);
  if (error == std::errc::no_such_file_or_directory) return false;
  if (error) return disk_failure(fmt::format("removing the dataset '{}'", id), error.value());
  if (auto synced = sync_names(folder_); !synced) return std::unexpected(synced.error());
  return true;
}

proto::result<std::size_t> dataset_store::clean() {
  const auto names = names_in(folder_);
  if (!names) return std::unexpected(names.error());
  std::size_t removed = 0;
  for (const std::string& name : *names) {
    if (!name.starts_with(incoming_prefix)) continue;
    std::error_code error;
    fs::remove_all(folder_ / name, error);
    if (error) return disk_failure(fmt::format("removing '{}'", name), error.value());
    ++removed;
  }
  return removed;
}

}  // namespace chimera::datasets
