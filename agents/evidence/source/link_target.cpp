#include "agents/evidence/source/link_target.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/whole_file.hpp"

namespace chimera::evidence {
namespace {

struct free_text {
  void operator()(char* text) const { std::free(text); }
};

std::optional<std::string> below(const std::string& root, std::string_view target) {
  if (target == root) return std::string();
  const std::string folder = root == "/" ? root : root + "/";
  if (!target.starts_with(folder)) return std::nullopt;
  return std::string(target.substr(folder.size()));
}

bool in_skipped_folder(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (!reason_to_skip(path.substr(0, slash)).empty()) return true;
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return false;
}

void judge_target(const std::string& target, const struct stat& found, file_entry& entry) {
  if (in_skipped_folder(target)) {
    entry.status = file_status::ignored;
    entry.reason = fmt::format("symbolic link to {}, in a folder that is not entered", target);
  } else if (S_ISDIR(found.st_mode)) {
    entry.type = "folder";
    const bool circle = target.empty() || entry.path.starts_with(target + "/");
    entry.status = circle ? file_status::outside : file_status::duplicate;
    entry.duplicate_of = circle ? "" : target;
    entry.reason = circle ? "symbolic link to a folder that holds the link: a circle"
                          : fmt::format("symbolic link to the folder {}, listed there", target);
  } else if (S_ISREG(found.st_mode)) {
    entry.status = file_status::duplicate;
    entry.duplicate_of = target;
    entry.bytes = static_cast<std::uint64_t>(found.st_size);
    entry.reason = fmt::format("symbolic link to {}, listed there", target);
  } else {
    entry.status = file_status::unreadable;
    entry.reason = fmt::format("symbolic link to {}: never opened", kind_of(found.st_mode));
  }
}

}  // namespace

void judge_link(const std::string& real_root, file_entry& entry) {
  const std::string path = real_root + "/" + entry.path;
  const std::unique_ptr<char, free_text> target(realpath(path.c_str(), nullptr));
  const int error = errno;
  entry.status = file_status::outside;
  if (!target) {
    entry.reason = error == ENOENT  ? "symbolic link that leads nowhere: its target does not exist"
                   : error == ELOOP ? "symbolic link that runs in a circle"
                                    : fmt::format("symbolic link that cannot be followed: {}",
                                                  std::generic_category().message(error));
    return;
  }
  const std::optional<std::string> inside = below(real_root, target.get());
  struct stat found{};
  if (!inside) {
    entry.reason = "symbolic link that leads out of the folder";
  } else if (lstat(target.get(), &found) != 0) {
    entry.reason = "symbolic link whose target vanished while the tree was listed";
  } else {
    judge_target(*inside, found, entry);
  }
}

}  // namespace chimera::evidence
