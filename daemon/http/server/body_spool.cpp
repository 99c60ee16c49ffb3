#include "daemon/http/server/body_spool.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace chimera::http {
namespace {

std::unexpected<proto::problem> failed(const std::filesystem::path& path, std::string_view doing) {
  const auto cause = std::generic_category().message(errno);
  auto out = proto::fail("http.file", fmt::format("can't {} '{}'", doing, path.string()), cause);
  return out;
}

}  // namespace

proto::result<body_spool> body_spool::create(const std::filesystem::path& folder) {
  std::string name = (folder / "body-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return failed(folder, "create a file for the body of a request in");
  return body_spool(file, name);
}

body_spool::body_spool(body_spool&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::exchange(other.path_, {})) {}

body_spool& body_spool::operator=(body_spool&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  return *this;
}

body_spool::~body_spool() { remove(); }

proto::result<void> body_spool::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path_, "write the body of a request to");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

proto::result<void> body_spool::finish() {
  if (::close(std::exchange(file_, -1)) != 0)
    return failed(path_, "write the body of a request to");
  return {};
}

void body_spool::remove() {
  // best effort: a file that is left behind costs disk space and nothing else.
  if (file_ >= 0) static_cast<void>(::close(std::exchange(file_, -1)));
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  path_.clear();
}

proto::result<file_reader> file_reader::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(path, "open");
  struct stat facts = {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    auto out = failed(path, "read");
    static_cast<void>(::close(file));  // best effort: nothing was written to it
    return out;
  }
  return file_reader(file, static_cast<std::uint64_t>(facts.st_size), path);
}

file_reader::file_reader(file_reader&& other) noexcept
    : file_(std::exchange(other.file_, -1)), size_(other.size_), path_(std::move(other.path_)) {}

file_reader& file_reader::operator=(file_reader&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

file_reader::~file_reader() {
  // best effort: nothing was written to it
  if (file_ >= 0) static_cast<void>(::close(file_));
}

proto::result<void> file_reader::read(std::uint64_t offset, char* into, std::size_t bytes) {
  while (bytes > 0) {
    const auto got = ::pread(file_, into, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, "read");
    if (got == 0) {
      return proto::fail("http.file", fmt::format("'{}' ended early", path_.string()),
                         "it was shortened while it was sent");
    }
    offset += static_cast<std::uint64_t>(got);
    into += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return {};
}

}  // namespace chimera::http
