#include "daemon/store/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace chimera::store {
namespace {

namespace fs = std::filesystem;

std::unexpected<proto::problem> unusable(const fs::path& path, int error) {
  auto bad = proto::fail(
      "data.unusable", "the data folder cannot be used",
      fmt::format("{}; name a folder that this user may write to", std::strerror(error)));
  bad.error().file = path.string();
  return bad;
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  return id;  // "" where there is none: then each unclean stop counts as a reboot
}

std::string read_note(int fd) {
  std::array<char, 256> bytes{};
  const ssize_t n = ::pread(fd, bytes.data(), bytes.size(), 0);
  return n > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n)) : std::string();
}

// 0 or errno. Parents get the usual rights, the folder itself 0700.
int make_folder(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return 0;
  return errno;
}

}  // namespace

proto::result<data_folder> data_folder::open(fs::path path) {
  if (const int error = make_folder(path); error != 0) return unusable(path, error);
  const int lock = ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return unusable(path, errno);
  data_folder folder(path, lock);
  const bool held = ::flock(lock, LOCK_EX | LOCK_NB) != 0;
  const int lock_error = errno;
  std::istringstream last(read_note(lock));
  std::string pid, boot, state;
  last >> pid >> boot >> state;
  if (held && lock_error != EWOULDBLOCK) return unusable(path, lock_error);
  if (held) {
    auto bad = proto::fail(
        "data.locked", "another daemon uses this data folder",
        fmt::format("process {}; stop it or name another folder", pid.empty() ? "unknown" : pid));
    bad.error().file = path.string();
    return bad;
  }
  folder.clean_ = pid.empty() ? !fs::exists(folder.database()) : state == "stopped";
  folder.rebooted_ = boot.empty() || boot != boot_id();
  for (const fs::path& part : {folder.shelf(), folder.datasets(), folder.spool()})
    if (const int error = make_folder(part); error != 0) return unusable(part, error);
  if (auto noted = folder.note("running"); !noted) return std::unexpected(noted.error());
  return folder;
}

data_folder::data_folder(data_folder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      clean_(other.clean_),
      rebooted_(other.rebooted_) {}

data_folder::~data_folder() {
  if (lock_ >= 0) ::close(lock_);  // gives the lock back
}

proto::result<void> data_folder::stopped() { return note("stopped"); }

// One short write of one length, so that the note is never torn.
proto::result<void> data_folder::note(const char* state) {
  const std::string boot = boot_id();
  const std::string text =
      fmt::format("{:<10} {} {:<8}\n", ::getpid(), boot.empty() ? "-" : boot, state);
  const ssize_t n = ::pwrite(lock_, text.data(), text.size(), 0);
  if (n != static_cast<ssize_t>(text.size())) return unusable(path_, n < 0 ? errno : ENOSPC);
  if (::ftruncate(lock_, n) != 0 || ::fsync(lock_) != 0) return unusable(path_, errno);
  return {};
}

}  // namespace chimera::store
