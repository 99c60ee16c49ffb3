#include "daemon/datasets/allowed_roots.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

namespace chimera::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t asked_bytes_max = 4096;
constexpr int links_max = 40;  // as the kernel counts

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (!name.empty() && name != ".") found.emplace_back(name);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return found;
}

bool is_below(std::string_view path, std::string_view root) {
  if (root == "/") return path.starts_with('/');
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// Component by component, so that "//" and "/./" do not matter and "/data2" is not below "/data".
std::optional<std::string> rest_below(const std::vector<std::string>& names,
                                      std::string_view root) {
  const std::vector<std::string> wanted = components(root);
  if (names.size() < wanted.size()) return std::nullopt;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (names[i] != wanted[i]) return std::nullopt;
  std::string rest;
  for (std::size_t i = wanted.size(); i < names.size(); ++i) rest += "/" + names[i];
  return rest;
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder == "/" ? "/" + name : folder + "/" + name;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::unexpected<proto::problem> not_found(std::string_view asked, std::string cause) {
  return proto::fail("dataset.not-found",
                     fmt::format("the dataset folder '{}' is not there", asked), std::move(cause));
}

std::unexpected<proto::problem> not_a_folder(std::string_view asked) {
  return proto::fail("dataset.not-a-folder", fmt::format("'{}' is not a folder", asked),
                     "a dataset is a folder: name the one that holds the file");
}

proto::result<void> check_spelling(std::string_view asked) {
  const std::string way_out = "name a folder, absolute or relative to the first allowed one";
  if (asked.empty()) return proto::fail("dataset.bad-path", "the dataset path is empty", way_out);
  if (asked.size() > asked_bytes_max)
    return proto::fail("dataset.bad-path",
                       fmt::format("the dataset path is longer than {} bytes (found: {})",
                                   asked_bytes_max, asked.size()),
                       way_out);
  if (asked.find('\0') != std::string_view::npos)
    return proto::fail("dataset.bad-path", "the dataset path holds a NUL character", way_out);
  return {};
}

}  // namespace

proto::result<allowed_roots> allowed_roots::open(std::span<const fs::path> folders) {
  allowed_roots made;
  for (const fs::path& folder : folders) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    const bool usable = !error && fs::is_directory(real, error);
    if (error || !usable)
      return proto::fail("dataset.bad-root",
                         fmt::format("the allowed folder '{}' cannot be used", folder.string()),
                         error ? error.message() : "it is no folder");
    made.roots_.push_back(real.string());
    const fs::path absolute = fs::absolute(folder, error);
    made.spellings_.push_back(error ? real.string() : absolute.lexically_normal().string());
  }
  return made;
}

bool allowed_roots::inside(std::string_view path) const {
  for (const std::string& root : roots_)
    if (is_below(path, root)) return true;
  return false;
}

bool allowed_roots::split(std::string_view path, std::string& root, std::string& rest) const {
  const std::vector<std::string> names = components(path);
  for (std::size_t i = 0; i < roots_.size(); ++i)
    for (const std::string* spelling : {&roots_[i], &spellings_[i]})
      if (auto below = rest_below(names, *spelling)) {
        root = roots_[i];
        rest = std::move(*below);
        return true;
      }
  return false;
}

std::unexpected<proto::problem> allowed_roots::outside(std::string_view asked) const {
  proto::problem p;
  p.code = "dataset.outside-roots";
  p.title = fmt::format("'{}' is outside the folders that jobs may read", asked);
  p.detail = "choose a folder inside an allowed one, upload the dataset, or allow the folder";
  p.allowed = fmt::format("{}", fmt::join(roots_, ", "));
  return std::unexpected(std::move(p));
}

// Walks by hand instead of asking the kernel for the real path: the kernel would look at what is
// outside, and its answer would differ with what it finds there.
proto::result<fs::path> allowed_roots::resolve(std::string_view asked) const {
  if (auto sound = check_spelling(asked); !sound) return std::unexpected(sound.error());
  if (roots_.empty()) return outside(asked);
  std::string here = roots_.front();
  std::string rest(asked);
  if (asked.front() == '/' && !split(asked, here, rest)) return outside(asked);
  const std::vector<std::string> names = components(rest);
  std::deque<std::string> ahead(names.begin(), names.end());
  int links = 0;
  while (!ahead.empty()) {
    const std::string name = std::move(ahead.front());
    ahead.pop_front();
    if (name == "..") {
      here = parent_of(here);
      if (!inside(here)) return outside(asked);
      continue;
    }
    const std::string next = joined(here, name);
    struct stat found = {};
    if (::lstat(next.c_str(), &found) != 0)
      return not_found(asked, std::generic_category().message(errno));
    if (!S_ISLNK(found.st_mode)) {
      if (!S_ISDIR(found.st_mode)) return not_a_folder(asked);
      here = next;
      continue;
    }
    if (++links > links_max) return not_found(asked, "its symbolic links run in a circle");
    std::error_code error;
    std::string target = fs::read_symlink(next, error).string();
    if (error) return not_found(asked, error.message());
    if (target.starts_with('/')) {
      std::string below;
      if (!split(target, here, below)) return outside(asked);
      target = std::move(below);
    }
    const std::vector<std::string> steps = components(target);
    ahead.insert(ahead.begin(), steps.begin(), steps.end());
  }
  return fs::path(here);
}

}  // namespace chimera::datasets
