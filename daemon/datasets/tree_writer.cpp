#include "daemon/datasets/tree_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "daemon/datasets/entry_name.hpp"

namespace chimera::datasets {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int file_flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
constexpr unsigned folder_mode = 0700;
constexpr unsigned file_mode = 0600;

std::unexpected<proto::problem> duplicate(std::string_view entry, std::string_view what) {
  return refuse("dataset.duplicate", entry, what, "each name may stand for one file");
}

std::unexpected<proto::problem> too_many(std::string_view what, std::size_t limit) {
  return proto::fail("dataset.too-many-files",
                     fmt::format("the upload holds more than {} {}", limit, what),
                     "upload a part of the tree, or raise the limit of the server");
}

}  // namespace

tree_writer::tree_writer(temporary_folder folder, evidence::descriptor root,
                         const unpack_limits& limits, std::uint64_t packed_bytes)
    : folder_(std::move(folder)),
      root_(std::move(root)),
      limits_(limits),
      packed_bytes_(packed_bytes) {}

proto::result<tree_writer> tree_writer::create(const std::filesystem::path& target,
                                               const unpack_limits& limits,
                                               std::uint64_t packed_bytes) {
  const std::string doing = fmt::format("making the folder '{}'", target.string());
  if (mkdir(target.c_str(), folder_mode) != 0) return disk_failure(doing, errno);
  temporary_folder folder(target);
  evidence::descriptor root(open(target.c_str(), folder_flags));
  if (!root) return disk_failure(doing, errno);
  return tree_writer(std::move(folder), std::move(root), limits, packed_bytes);
}

proto::result<void> tree_writer::make_folders(std::string_view path, std::string_view entry) {
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/', end == 0 ? 0 : end + 1);
    std::string here(path.substr(0, end));
    if (const auto known = taken_.find(here); known != taken_.end()) {
      if (known->second) continue;
      return duplicate(entry, fmt::format("needs a folder '{}' where a file stands", shown(here)));
    }
    if (++folders_ > limits_.files) return too_many("folders", limits_.files);
    if (mkdirat(root_.get(), here.c_str(), folder_mode) != 0)
      return errno == EEXIST ? duplicate(entry, "stands where another entry stands already")
                             : disk_failure(fmt::format("making '{}'", shown(here)), errno);
    taken_.emplace(std::move(here), true);
  }
  return {};
}

// Entries of one folder mostly follow each other, so the folder stays open between them.
proto::result<void> tree_writer::enter_parent(std::string_view folder, std::string_view entry) {
  if (parent_ && parent_path_ == folder) return {};
  if (!folder.empty())
    if (auto made = make_folders(folder, entry); !made) return made;
  const std::string path = folder.empty() ? "." : std::string(folder);
  parent_ = evidence::descriptor(openat(root_.get(), path.c_str(), folder_flags));
  if (!parent_) return disk_failure(fmt::format("opening '{}'", shown(path)), errno);
  parent_path_ = folder;
  return {};
}

proto::result<void> tree_writer::add_folder(std::string_view name) {
  const auto clean = clean_name(name, limits_);
  if (!clean) return std::unexpected(clean.error());
  if (clean->empty()) return {};
  return make_folders(*clean, name);
}

proto::result<void> tree_writer::begin_file(std::string_view name) {
  auto clean = clean_name(name, limits_);
  if (!clean) return std::unexpected(clean.error());
  if (clean->empty())
    return refuse("dataset.bad-name", name, "has no name", "name the file in the upload");
  if (files_.size() >= limits_.files) return too_many("files", limits_.files);
  if (const auto known = taken_.find(*clean); known != taken_.end())
    return duplicate(name, known->second ? "is a file where a folder stands" : "comes twice");
  const std::size_t slash = clean->rfind('/');
  const bool at_top = slash == std::string::npos;
  if (auto entered = enter_parent(at_top ? "" : std::string_view(*clean).substr(0, slash), name);
      !entered)
    return entered;
  const std::string last = at_top ? *clean : clean->substr(slash + 1);
  file_ = evidence::descriptor(openat(parent_.get(), last.c_str(), file_flags, file_mode));
  if (!file_)
    return errno == EEXIST ? duplicate(name, "stands where another entry stands already")
                           : disk_failure(fmt::format("making '{}'", shown(name)), errno);
  hash_ = std::make_unique<evidence::sha256_stream>();
  taken_.emplace(*clean, false);
  files_.push_back({std::move(*clean), 0, {}});
  return {};
}

proto::result<void> tree_writer::check_growth(std::uint64_t more) const {
  const dataset_file& file = files_.back();
  if (file.bytes + more > limits_.file_bytes)
    return refuse("dataset.file-too-large", file.path,
                  fmt::format("holds more than {} bytes", limits_.file_bytes),
                  "split the file, or raise the limit of the server");
  const std::uint64_t total = total_ + more;
  if (total > limits_.total_bytes)
    return proto::fail("dataset.too-large",
                       fmt::format("the upload unpacks to more than {} bytes", limits_.total_bytes),
                       "upload a part of the tree, or raise the limit of the server");
  // Divided, not multiplied: the product may not fit.
  if (total > limits_.ratio_from_bytes && limits_.ratio > 0 &&
      total / limits_.ratio > packed_bytes_)
    return refuse("dataset.ratio", file.path,
                  fmt::format("unpacks to more than {} times the upload", limits_.ratio),
                  "real artifacts pack less well: upload them packed less, or as plain tar");
  return {};
}

proto::result<void> tree_writer::write(std::string_view bytes) {
  if (auto fits = check_growth(bytes.size()); !fits) return fits;
  hash_->add(bytes);
  files_.back().bytes += bytes.size();
  total_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t done = ::write(file_.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0)
      return disk_failure(fmt::format("writing '{}'", shown(files_.back().path)), errno);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

proto::result<void> tree_writer::end_file() {
  const std::string doing = fmt::format("writing '{}'", shown(files_.back().path));
  if (close(file_.release()) != 0) return disk_failure(doing, errno);
  files_.back().sha256 = hash_->hex();
  if (files_.back().sha256.empty()) return disk_failure(doing, ENOMEM);
  return {};
}

proto::result<std::vector<dataset_file>> tree_writer::finish() {
  if (files_.empty())
    return proto::fail("dataset.empty", "the upload holds no file",
                       "upload a tar, tar.gz or zip of the folder, or its files as a form");
  folder_.keep();
  return std::move(files_);
}

}  // namespace chimera::datasets
