#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/link_target.hpp"
#include "agents/evidence/source/scan.hpp"
#include "agents/evidence/source/whole_file.hpp"

namespace chimera::evidence {
namespace {

std::string system_text(int error) { return std::generic_category().message(error); }

proto::problem too_much(std::string code, std::string title, std::string option) {
  proto::problem p;
  p.code = std::move(code);
  p.title = std::move(title);
  p.detail = fmt::format("choose a smaller folder, or raise the limit with {}", option);
  return p;
}

struct child {
  std::string name;
  bool folder = false;  ///< known to be one from readdir alone
};

struct folder_end {
  void operator()(DIR* folder) const { closedir(folder); }
};
using open_folder = std::unique_ptr<DIR, folder_end>;

/// An opened folder on the way from the root down to where the walk is.
struct level {
  open_folder stream;
  int number = -1;  ///< descriptor of `stream`
  std::vector<child> children;
  std::size_t next = 0;          ///< child to look at
  std::size_t prefix_bytes = 0;  ///< length of the path to this folder, with the '/'
};

/// Goes down and up without recursion: the depth is the user's to choose, the stack is not.
class tree_walk {
 public:
  tree_walk(std::string real_root, const scan_limits& limits)
      : real_root_(std::move(real_root)), limits_(limits) {}

  proto::result<void> walk(descriptor root);

  [[nodiscard]] std::vector<file_entry>& files() { return files_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool mtimes_untrusted() const;

 private:
  proto::result<void> add_child(const child& c);
  proto::result<void> enter(const std::string& name);
  [[nodiscard]] std::string open_level(descriptor folder);
  void add_regular(file_entry entry, const struct stat& found);
  void add_folder(file_status status, std::string reason);

  std::string real_root_;
  const scan_limits& limits_;
  std::vector<level> levels_;
  std::string path_;  ///< of what is looked at
  std::vector<file_entry> files_;
  std::uint64_t bytes_ = 0;
  std::size_t folders_ = 0;
  std::size_t regular_ = 0;
  std::int64_t mtime_first_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t mtime_last_ = std::numeric_limits<std::int64_t>::min();
};

// A checkout, copy or unpacking writes everything within seconds; real runs do not.
bool tree_walk::mtimes_untrusted() const {
  constexpr std::int64_t window_s = 60;
  return regular_ >= 3 && mtime_last_ - mtime_first_ <= window_s;
}

void tree_walk::add_folder(file_status status, std::string reason) {
  file_entry entry;
  entry.path = path_ + "/";
  entry.type = "folder";
  entry.status = status;
  entry.reason = std::move(reason);
  files_.push_back(std::move(entry));
}

void tree_walk::add_regular(file_entry entry, const struct stat& found) {
  entry.bytes = static_cast<std::uint64_t>(found.st_size);
  entry.mtime_s = static_cast<std::int64_t>(found.st_mtim.tv_sec);
  // What is refused by name is never read and does not use up the limit.
  if (entry.bytes <= limits_.file_bytes) bytes_ += entry.bytes;
  ++regular_;
  mtime_first_ = std::min(mtime_first_, entry.mtime_s);
  mtime_last_ = std::max(mtime_last_, entry.mtime_s);
  files_.push_back(std::move(entry));
}

proto::result<void> tree_walk::enter(const std::string& name) {
  if (const std::string_view reason = reason_to_skip(name); !reason.empty()) {
    add_folder(file_status::ignored, std::string(reason));
    return {};
  }
  const std::size_t depth = levels_.size();
  if (depth > limits_.depth) {
    constexpr std::size_t shown_bytes = 200;
    auto p = too_much("evidence.too-deep",
                      fmt::format("folders are nested deeper than {} levels", limits_.depth),
                      fmt::format("--max-depth (found: at least {})", depth));
    p.file = path_.size() <= shown_bytes ? path_ : path_.substr(0, shown_bytes) + "...";
    return std::unexpected(std::move(p));
  }
  if (++folders_ > limits_.files)
    return std::unexpected(
        too_much("evidence.too-many-files",
                 fmt::format("more than {} folders (found: at least {})", limits_.files, folders_),
                 "--max-files"));
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  descriptor opened(openat(levels_.back().number, name.c_str(), flags));
  const std::string failure = opened ? open_level(std::move(opened)) : system_text(errno);
  if (!failure.empty())
    add_folder(file_status::unreadable,
               fmt::format("a folder that cannot be listed whole: {}", failure));
  return {};
}

/// Reads the names in `folder` (path_) and goes down into it; returns "" or what failed. Even then
/// the names that were read are looked at.
std::string tree_walk::open_level(descriptor folder) {
  level opened;
  opened.stream.reset(fdopendir(folder.get()));
  if (!opened.stream) return system_text(errno);
  opened.number = folder.release();  // the stream owns it from here on
  opened.prefix_bytes = path_.empty() ? 0 : path_.size() + 1;
  errno = 0;
  while (const dirent* found = readdir(opened.stream.get())) {
    const std::string_view name = found->d_name;
    if (name != "." && name != "..")
      opened.children.push_back({std::string(name), found->d_type == DT_DIR});
    errno = 0;
  }
  std::string failure = errno != 0 ? system_text(errno) : "";
  // Sorted, so that of several problems always the same one is named.
  std::ranges::sort(opened.children, {}, &child::name);
  levels_.push_back(std::move(opened));
  return failure;
}

proto::result<void> tree_walk::add_child(const child& c) {
  if (c.folder) return enter(c.name);
  struct stat found{};
  const int folder = levels_.back().number;
  const bool seen = fstatat(folder, c.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
  if (seen && S_ISDIR(found.st_mode)) return enter(c.name);
  file_entry entry;
  entry.path = path_;
  entry.type = type_of(path_);
  if (!seen) {
    entry.status = file_status::unreadable;
    entry.reason = fmt::format("cannot be examined: {}", system_text(errno));
    files_.push_back(std::move(entry));
  } else if (S_ISREG(found.st_mode)) {
    add_regular(std::move(entry), found);
  } else if (S_ISLNK(found.st_mode)) {
    entry.mtime_s = static_cast<std::int64_t>(found.st_mtim.tv_sec);
    judge_link(real_root_, entry);
    files_.push_back(std::move(entry));
  } else {
    entry.status = file_status::unreadable;
    entry.reason = fmt::format("{}: never opened", kind_of(found.st_mode));
    files_.push_back(std::move(entry));
  }
  if (files_.size() <= limits_.files) return {};
  return std::unexpected(
      too_much("evidence.too-many-files",
               fmt::format("more than {} files (found: at least {})", limits_.files, files_.size()),
               "--max-files"));
}

proto::result<void> tree_walk::walk(descriptor root) {
  if (const std::string failure = open_level(std::move(root)); !failure.empty())
    return proto::fail("evidence.root-unreadable", "the folder cannot be listed", failure);
  while (!levels_.empty()) {
    level& here = levels_.back();
    path_.resize(here.prefix_bytes);
    if (here.next == here.children.size()) {
      levels_.pop_back();
      continue;
    }
    // Moved out: going down may move the levels.
    const child c = std::move(here.children[here.next++]);
    if (here.prefix_bytes > 0) path_[here.prefix_bytes - 1] = '/';
    path_ += c.name;
    if (auto added = add_child(c); !added) return added;
  }
  return {};
}

proto::problem root_problem(const std::filesystem::path& root, int error) {
  proto::problem p;
  p.file = root.string();
  if (error == ENOENT || root.empty()) {
    p.code = "evidence.root-missing";
    p.title = "there is no such folder";
    p.detail = "give the folder that holds the benchmark files";
  } else if (error == ENOTDIR) {
    p.code = "evidence.root-not-a-folder";
    p.title = "this is a file, not a folder";
    p.detail = "give the folder that holds it";
  } else {
    p.code = "evidence.root-unreadable";
    p.title = "the folder cannot be opened";
    p.detail = system_text(error);
  }
  return p;
}

struct free_text {
  void operator()(char* text) const { std::free(text); }
};

}  // namespace

proto::result<inventory> list_tree(const std::filesystem::path& root, const scan_limits& limits) {
  descriptor folder(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!folder) return std::unexpected(root_problem(root, errno));
  const std::unique_ptr<char, free_text> real(realpath(root.c_str(), nullptr));
  if (!real) return std::unexpected(root_problem(root, errno));
  tree_walk walk(real.get(), limits);
  if (auto done = walk.walk(std::move(folder)); !done) {
    proto::problem p = done.error();
    if (p.file.empty()) p.file = root.string();
    return std::unexpected(std::move(p));
  }
  if (walk.bytes() > limits.total_bytes) {
    auto p = too_much("evidence.too-many-bytes",
                      fmt::format("the files have {} bytes together, more than the limit of {}",
                                  walk.bytes(), limits.total_bytes),
                      "--max-bytes");
    p.file = root.string();
    return std::unexpected(std::move(p));
  }
  inventory out;
  out.root = root.string();
  out.files = std::move(walk.files());
  std::ranges::sort(out.files, {}, &file_entry::path);
  out.mtimes_untrusted = walk.mtimes_untrusted();
  return out;
}

}  // namespace chimera::evidence
