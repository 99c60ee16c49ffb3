#include "daemon/store/shelf.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "daemon/faults/faults.hpp"

namespace chimera::store {
namespace {

namespace fs = std::filesystem;
using faults::point;

constexpr std::string_view temporary_prefix = ".tmp-";

std::unexpected<proto::problem> failed(int error, const fs::path& file, std::string_view what) {
  const bool full = error == ENOSPC || error == EDQUOT;
  auto bad = proto::fail(full ? "store.full" : "store.io",
                         fmt::format("a file of the shelf was not {}", what),
                         fmt::format("{}; {}", std::strerror(error),
                                     full ? "free some space or prune old jobs"
                                          : "check the disk and the folder's rights"));
  bad.error().file = file.string();
  return bad;
}

class descriptor {
 public:
  descriptor(const fs::path& file, int flags)
      : fd_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);  // best effort: what matters was synced
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// 0 or errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    if (const int error = faults::hit(point::shelf_write); error != 0) return error;
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

int sync(int fd) {
  if (const int error = faults::hit(point::shelf_sync); error != 0) return error;
  return ::fsync(fd) == 0 ? 0 : errno;
}

int sync_folder(const fs::path& folder) {
  const descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  return opened.get() < 0 ? errno : sync(opened.get());
}

int write_file(const fs::path& file, std::string_view bytes) {
  const descriptor out(file, O_WRONLY | O_CREAT | O_TRUNC);
  if (out.get() < 0) return errno;
  if (const int error = write_all(out.get(), bytes); error != 0) return error;
  return sync(out.get());
}

int move_file(const fs::path& from, const fs::path& to) {
  if (const int error = faults::hit(point::shelf_rename); error != 0) return error;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

bool is_whole(const fs::path& file, std::size_t size) {
  struct stat s = {};
  return ::stat(file.c_str(), &s) == 0 && S_ISREG(s.st_mode) &&
         static_cast<std::size_t>(s.st_size) == size;
}

}  // namespace

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

fs::path shelf::file_of(std::string_view sha256) const {
  return folder_ / sha256.substr(0, 2) / sha256;
}

proto::result<void> shelf::put(std::string_view sha256, std::string_view bytes) {
  if (!is_sha256(sha256))
    return proto::fail("store.bad-hash", fmt::format("'{}' is no SHA-256", sha256));
  const fs::path file = file_of(sha256);
  {
    const std::scoped_lock lock(mutex_);
    awaited_.emplace(sha256);
    if (is_whole(file, bytes.size())) return {};
  }
  const fs::path folder = file.parent_path();
  if (::mkdir(folder.c_str(), 0700) == 0) {
    if (const int error = sync_folder(folder_); error != 0) return failed(error, folder, "made");
  } else if (errno != EEXIST) {
    return failed(errno, folder, "made");
  }
  static std::atomic<std::uint64_t> counter = 0;
  const fs::path temporary =
      folder / fmt::format("{}{}-{}", temporary_prefix, ::getpid(), counter.fetch_add(1));
  int error = write_file(temporary, bytes);
  if (error == 0) error = move_file(temporary, file);
  if (error != 0) {
    ::unlink(temporary.c_str());  // best effort: swept at the next start
    return failed(error, file, "written");
  }
  if (error = sync_folder(folder); error != 0) return failed(error, file, "synced");
  return {};
}

void shelf::release(std::string_view sha256) {
  const std::scoped_lock lock(mutex_);
  if (const auto at = awaited_.find(sha256); at != awaited_.end()) awaited_.erase(at);
}

void shelf::remove(std::string_view sha256) {
  const std::scoped_lock lock(mutex_);
  if (awaited_.contains(sha256) || faults::hit(point::shelf_remove) != 0) return;
  ::unlink(file_of(sha256).c_str());  // best effort: an orphan is swept at the next start
}

void shelf::sweep(const std::function<bool(std::string_view)>& is_known) {
  std::error_code error;  // best effort: what cannot be listed or removed costs space, not truth
  std::vector<fs::path> orphans;
  for (auto it = fs::recursive_directory_iterator(folder_, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_directory(error)) continue;
    const std::string name = it->path().filename().string();
    if (name.starts_with(temporary_prefix) || (is_sha256(name) && !is_known(name)))
      orphans.push_back(it->path());
  }
  for (const fs::path& orphan : orphans) fs::remove(orphan, error);
}

}  // namespace chimera::store
