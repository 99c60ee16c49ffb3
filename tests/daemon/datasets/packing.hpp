// Archives for tests, sound and hostile, made in memory by libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace chimera::datasets {

struct packed_entry {
  std::string name = {};
  std::string content = {};
  unsigned kind = AE_IFREG;
  std::string link = {};  ///< target of a symbolic or (kind AE_IFREG) hard link
  unsigned mode = 0644;
};

struct packing {
  const char* format = "pax";  ///< "pax", "ustar", "zip"
  const char* filter = "";     ///< "gzip", "xz", "zstd"; "" = none
  const char* options = nullptr;
  const char* password = nullptr;
  int filters = 1;  ///< how many times the filter is applied
};

inline void demand_ok(archive* a, int status) {
  if (status < ARCHIVE_WARN) throw std::runtime_error(archive_error_string(a));
}

inline void add_packed(archive* a, const packed_entry& e) {
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_pathname(entry, e.name.c_str());
  archive_entry_set_perm(entry, e.mode);
  archive_entry_set_filetype(entry, e.kind);
  const bool has_content = e.kind == AE_IFREG && e.link.empty();
  archive_entry_set_size(entry, has_content ? static_cast<la_int64_t>(e.content.size()) : 0);
  if (e.kind == AE_IFLNK) archive_entry_set_symlink(entry, e.link.c_str());
  if (e.kind == AE_IFREG && !e.link.empty()) archive_entry_set_hardlink(entry, e.link.c_str());
  if (e.kind == AE_IFCHR || e.kind == AE_IFBLK) archive_entry_set_rdev(entry, 0x103);
  demand_ok(a, archive_write_header(a, entry));
  if (has_content && !e.content.empty() &&
      archive_write_data(a, e.content.data(), e.content.size()) < 0)
    throw std::runtime_error(archive_error_string(a));
  archive_entry_free(entry);
}

inline std::string pack(const std::vector<packed_entry>& entries, const packing& how = {}) {
  archive* const a = archive_write_new();
  demand_ok(a, archive_write_set_format_by_name(a, how.format));
  for (int i = 0; *how.filter != '\0' && i < how.filters; ++i)
    demand_ok(a, archive_write_add_filter_by_name(a, how.filter));
  if (how.options != nullptr) demand_ok(a, archive_write_set_options(a, how.options));
  if (how.password != nullptr) demand_ok(a, archive_write_set_passphrase(a, how.password));
  std::size_t room = std::size_t{256} << 10U;
  for (const packed_entry& e : entries) room += e.content.size() + 4096;
  std::string bytes(room, '\0');
  std::size_t used = 0;
  demand_ok(a, archive_write_open_memory(a, bytes.data(), bytes.size(), &used));
  for (const packed_entry& e : entries) add_packed(a, e);
  demand_ok(a, archive_write_close(a));
  archive_write_free(a);
  bytes.resize(used);
  return bytes;
}

/// Any bytes in a packing of their own.
inline std::string squeeze(const std::string& content, const char* filter) {
  return pack({{"any", content}}, {.format = "raw", .filter = filter});
}

}  // namespace chimera::datasets
