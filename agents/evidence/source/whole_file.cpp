#include "agents/evidence/source/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>

namespace chimera::evidence {
namespace {

// Small enough to stay in the second-level cache between read, hash and copy.
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

std::string system_text(int error) { return std::generic_category().message(error); }

int open_below(int root, const char* path) {
  constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long opened = syscall(SYS_openat2, root, path, &how, sizeof how);
  if (opened >= 0) return static_cast<int>(opened);
  // Kernels before 5.6 and some sandboxes have no openat2.
  if (errno == ENOSYS || errno == EPERM || errno == EINVAL) return openat(root, path, flags);
  return -1;
}

bool same_state(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) close(number_);
    number_ = other.release();
  }
  return *this;
}

descriptor::~descriptor() {
  if (number_ >= 0) close(number_);  // only read from: nothing that close could lose
}

int descriptor::release() { return std::exchange(number_, -1); }

std::string_view kind_of(unsigned int mode) {
  if (S_ISFIFO(mode)) return "a FIFO (named pipe)";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode)) return "a character device";
  if (S_ISBLK(mode)) return "a block device";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  return "no regular file";
}

opened_file open_regular(const std::filesystem::path& root, const std::string& path) {
  opened_file out;
  const descriptor folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat found{};
  if (!folder || fstatat(folder.get(), path.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    out.failure = fmt::format("cannot be opened: {}", system_text(errno));
    return out;
  }
  // Asked before opening, because opening a device can act on it, and after it, because the name
  // may stand for something else by then.
  if (S_ISREG(found.st_mode)) {
    out.file = descriptor(open_below(folder.get(), path.c_str()));
    if (!out.file || fstat(out.file.get(), &found) != 0) {
      out.failure = fmt::format("cannot be opened: {}", system_text(errno));
      return out;
    }
  }
  if (!S_ISREG(found.st_mode)) {
    out.file = descriptor();
    out.failure = fmt::format("{} stands in its place since the tree was listed: not opened",
                              kind_of(found.st_mode));
    return out;
  }
  out.bytes = static_cast<std::uint64_t>(found.st_size);
  return out;
}

std::string read_unchanged(int file, std::uint64_t listed_bytes, char* whole,
                           const std::function<void(std::string_view)>& each) {
  struct stat before{};
  struct stat after{};
  if (fstat(file, &before) != 0) return fmt::format("cannot be examined: {}", system_text(errno));
  const auto changed = [&](std::uint64_t now) {
    return fmt::format("changed while it was read: {} bytes when the tree was listed, {} later",
                       listed_bytes, now);
  };
  if (const auto now = static_cast<std::uint64_t>(before.st_size); now != listed_bytes)
    return changed(now);
  // One byte more than listed: the read that finds the end also finds growth.
  const auto room =
      static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, listed_bytes + 1));
  const auto piece = whole != nullptr ? nullptr : std::make_unique_for_overwrite<char[]>(room);
  std::uint64_t total = 0;
  while (total <= listed_bytes) {
    char* const to = whole != nullptr ? whole + total : piece.get();
    const std::uint64_t left = listed_bytes + 1 - total;
    const ssize_t got = read(file, to, std::min<std::uint64_t>(room, left));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fmt::format("cannot be read beyond byte {}: {}", total, system_text(errno));
    if (got == 0) break;
    total += static_cast<std::uint64_t>(got);
    if (total > listed_bytes) break;
    each(std::string_view(to, static_cast<std::size_t>(got)));
  }
  if (fstat(file, &after) != 0) return fmt::format("cannot be examined: {}", system_text(errno));
  if (total != listed_bytes)
    return changed(std::max<std::uint64_t>(total, static_cast<std::uint64_t>(after.st_size)));
  if (!same_state(before, after))
    return after.st_size != before.st_size
               ? changed(static_cast<std::uint64_t>(after.st_size))
               : fmt::format("changed while it was read: still {} bytes, but written to",
                             listed_bytes);
  return {};
}

}  // namespace chimera::evidence
