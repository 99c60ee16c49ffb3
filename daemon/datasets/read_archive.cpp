#include "daemon/datasets/read_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/datasets/entry_name.hpp"
#include "daemon/datasets/utf8_names.hpp"

namespace chimera::datasets {
namespace {

constexpr std::size_t piece_bytes = std::size_t{128} << 10U;

struct archive_end {
  void operator()(archive* a) const { archive_read_free(a); }
};
using open_archive = std::unique_ptr<archive, archive_end>;

std::string cause_of(archive* a) {
  const char* text = archive_error_string(a);
  return shown(text != nullptr ? text : "no cause given");
}

std::unexpected<proto::problem> damaged(std::string cause) {
  return proto::fail("dataset.damaged", "the uploaded archive is damaged or cut off",
                     cause + ": pack it again and compare the size with what was sent");
}

std::unexpected<proto::problem> not_an_archive(std::string cause) {
  proto::problem p;
  p.code = "dataset.not-an-archive";
  p.title = "the upload is no archive that can be read";
  p.detail = std::move(cause);
  p.allowed = "tar, tar.gz, tar.xz, tar.zst, zip, multipart/form-data";
  return std::unexpected(std::move(p));
}

/// Gives libarchive the upload, and an end to headers that never end: a list of holes or a
/// directory of a zip is kept in memory before the first file of it is seen, and packs a
/// thousandfold.
class upload_source {
 public:
  explicit upload_source(int file) : file_(file) {}

  [[nodiscard]] bool attach(archive* a) {
    return archive_read_set_callback_data(a, this) == ARCHIVE_OK &&
           archive_read_set_read_callback(a, &upload_source::read_piece) == ARCHIVE_OK &&
           archive_read_set_seek_callback(a, &upload_source::seek_to) == ARCHIVE_OK;
  }
  void begin_header(archive* a) {
    in_header_ = true;
    read_ = 0;
    unpacked_before_ = archive_filter_bytes(a, 0);
  }
  void end_header() { in_header_ = false; }
  /// Stopped because of its headers; libarchive then tells of a cut archive.
  [[nodiscard]] bool endless() const { return endless_; }

 private:
  static constexpr la_int64_t header_bytes_max = la_int64_t{32} << 20U;

  static la_ssize_t read_piece(archive* a, void* self, const void** out) {
    auto& source = *static_cast<upload_source*>(self);
    ssize_t got = 0;
    do got = read(source.file_, source.piece_.data(), source.piece_.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) archive_set_error(a, errno, "the upload cannot be read");
    source.read_ += std::max<ssize_t>(got, 0);
    if (source.in_header_ && source.header_bytes(a) > header_bytes_max) {
      source.endless_ = true;
      return ARCHIVE_FATAL;
    }
    *out = source.piece_.data();
    return got;
  }
  static la_int64_t seek_to(archive* a, void* self, la_int64_t offset, int whence) {
    const off_t now = lseek(static_cast<upload_source*>(self)->file_, offset, whence);
    if (now < 0) archive_set_error(a, errno, "the upload cannot be read");
    return now < 0 ? ARCHIVE_FATAL : now;
  }
  // Where nothing is packed around the archive, positions jump with each seek and say nothing.
  [[nodiscard]] la_int64_t header_bytes(archive* a) const {
    const bool packed = archive_filter_count(a) > 1;
    return packed ? std::max(read_, archive_filter_bytes(a, 0) - unpacked_before_) : read_;
  }

  int file_;
  bool in_header_ = false;
  bool endless_ = false;
  la_int64_t read_ = 0;             ///< since the header began
  la_int64_t unpacked_before_ = 0;  ///< position when it began
  // Small: what a piece unpacks to is looked at only when the next one is read.
  std::array<char, 4096> piece_{};
};

// Zip only with its directory (the seekable reader): without it a cut file would look whole, and
// kinds of entries would be unknown.
open_archive make_reader() {
  open_archive reader(archive_read_new());
  archive* const a = reader.get();
  // Warnings say that a filter runs an outside program; none of these does.
  const bool ready = a != nullptr && archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
                     archive_read_support_filter_xz(a) == ARCHIVE_OK &&
                     archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
                     archive_read_support_format_tar(a) == ARCHIVE_OK &&
                     archive_read_support_format_zip_seekable(a) == ARCHIVE_OK;
  return ready ? std::move(reader) : nullptr;
}

std::string_view name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  return name != nullptr ? std::string_view(name) : std::string_view();
}

proto::result<void> check_kind(archive_entry* entry, std::string_view name) {
  const std::string way_out = "upload the files themselves: what links lead to, no devices";
  if (archive_entry_is_encrypted(entry) != 0)
    return refuse("dataset.encrypted", name, "is encrypted", "pack it without a password");
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_hardlink_w(entry) != nullptr)
    return refuse("dataset.link", name, "is a hard link", way_out);
  const auto kind = archive_entry_filetype(entry);
  if (kind == AE_IFLNK || archive_entry_symlink(entry) != nullptr)
    return refuse("dataset.link", name, "is a symbolic link", way_out);
  if (kind != AE_IFREG && kind != AE_IFDIR)
    return refuse("dataset.special-file", name, "is neither a file nor a folder", way_out);
  return {};
}

proto::result<void> copy_content(archive* a, archive_entry* entry, std::vector<char>& piece,
                                 tree_writer& tree) {
  std::uint64_t total = 0;
  for (;;) {
    const la_ssize_t got = archive_read_data(a, piece.data(), piece.size());
    if (got < 0) return damaged(cause_of(a));
    if (got == 0) break;
    total += static_cast<std::uint64_t>(got);
    if (auto kept = tree.write({piece.data(), static_cast<std::size_t>(got)}); !kept) return kept;
  }
  const bool known = archive_entry_size_is_set(entry) != 0;
  if (known && static_cast<std::uint64_t>(archive_entry_size(entry)) != total)
    return damaged(fmt::format("an entry of {} bytes gave {}", archive_entry_size(entry), total));
  return {};
}

// A tar that was cut between two entries reads like a whole one; only the two blocks of zeros at
// its end tell. Packed ones need no look: their packing says where it ends.
proto::result<void> check_tar_end(int file, std::uint64_t bytes) {
  std::array<char, 1024> end{};
  const bool long_enough = bytes >= end.size();
  const ssize_t got =
      long_enough ? pread(file, end.data(), end.size(), static_cast<off_t>(bytes - end.size())) : 0;
  if (got != static_cast<ssize_t>(end.size()) ||
      std::ranges::any_of(end, [](char c) { return c != '\0'; }))
    return damaged("its end mark is missing");
  return {};
}

bool is_plain_tar(archive* a) {
  return (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR &&
         archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE;
}

proto::result<void> add_entry(archive* a, archive_entry* entry, std::vector<char>& piece,
                              tree_writer& tree) {
  const std::string name(name_of(entry));
  if (auto sound = check_kind(entry, name); !sound) return sound;
  if (archive_entry_filetype(entry) == AE_IFDIR) return tree.add_folder(name);
  if (auto begun = tree.begin_file(name); !begun) return begun;
  if (auto copied = copy_content(a, entry, piece, tree); !copied) return copied;
  return tree.end_file();
}

}  // namespace

proto::result<void> read_archive(int file, std::uint64_t bytes, tree_writer& tree) {
  const utf8_names names;
  upload_source source(file);
  const open_archive reader = make_reader();
  archive* const a = reader.get();
  if (a == nullptr || !source.attach(a))
    return proto::fail("dataset.io", "no memory to read the upload");
  if (archive_read_open1(a) != ARCHIVE_OK) return not_an_archive(cause_of(a));
  std::vector<char> piece(piece_bytes);
  for (bool first = true;; first = false) {
    archive_entry* entry = nullptr;
    source.begin_header(a);
    const int status = archive_read_next_header(a, &entry);
    source.end_header();
    if (source.endless()) return damaged("it has headers of more than 32 MiB");
    if (status == ARCHIVE_EOF) break;
    // A warning is about owners or times, which are not taken over, or a name, which is judged.
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      // What libarchive calls its "file format" error.
      const bool unknown = first && archive_errno(a) == EILSEQ;
      return unknown ? not_an_archive(cause_of(a)) : damaged(cause_of(a));
    }
    // "none" counts as one: more than one packing around the archive is a way to hide a bomb.
    if (archive_filter_count(a) > 2) return not_an_archive("it is packed more than once");
    if (auto added = add_entry(a, entry, piece, tree); !added) return added;
  }
  return is_plain_tar(a) ? check_tar_end(file, bytes) : proto::result<void>();
}

}  // namespace chimera::datasets
