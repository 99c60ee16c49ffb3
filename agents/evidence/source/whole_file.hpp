// One regular file from its first byte to its last, or the reason why that failed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace chimera::evidence {

/// Owns a file descriptor; -1 = none.
class descriptor {
 public:
  explicit descriptor(int number = -1) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept;
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor();

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
  [[nodiscard]] int release();

 private:
  int number_;
};

/// An opened file, or in `failure` the reason for people.
struct opened_file {
  descriptor file;
  std::uint64_t bytes = 0;
  std::string failure;
};

/// Opens root/path for reading if it is a regular file. Never blocks on a FIFO, never opens a
/// device, never follows a symbolic link below the root (where the kernel has openat2; otherwise
/// not in the last component).
[[nodiscard]] opened_file open_regular(const std::filesystem::path& root, const std::string& path);

/// Reads an opened file to its end and hands it on in pieces. Returns "" or why the pieces are not
/// one state of the file: an I/O error, or size or mtime differ before and after ("changed while it
/// was read"). `listed_bytes` is the size at which the tree was listed; nothing beyond it is handed
/// on. `whole`, if not null, has room for listed_bytes + 1 bytes and holds the content in the end.
[[nodiscard]] std::string read_unchanged(int file, std::uint64_t listed_bytes, char* whole,
                                         const std::function<void(std::string_view)>& each);

/// What `mode` (st_mode) of something that is no regular file is: "a FIFO", "a socket" ...
[[nodiscard]] std::string_view kind_of(unsigned int mode);

}  // namespace chimera::evidence
