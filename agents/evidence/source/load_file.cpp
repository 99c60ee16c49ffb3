#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/scan.hpp"
#include "agents/evidence/source/sha256.hpp"
#include "agents/evidence/source/text_encoding.hpp"
#include "agents/evidence/source/whole_file.hpp"

namespace chimera::evidence {
namespace {

void set_aside(file_entry& entry, file_status status, std::string reason) {
  entry.status = status;
  entry.reason = std::move(reason);
}

/// Reads `entry` whole: its hash into the entry, its bytes into the result if `keep`, and whether a
/// NUL was among them. False if it could not be read; then the entry says why.
struct content {
  std::string bytes;
  bool has_nul = false;
};

bool read_content(const std::filesystem::path& root, file_entry& entry, bool keep, content& out) {
  const opened_file opened = open_regular(root, entry.path);
  if (!opened.file) {
    set_aside(entry, file_status::unreadable, opened.failure);
    return false;
  }
  sha256_stream hash;
  std::string failure;
  const auto read_to = [&](char* whole) {
    failure = read_unchanged(opened.file.get(), entry.bytes, whole, [&](std::string_view piece) {
      hash.add(piece);
      if (!keep) out.has_nul = out.has_nul || std::memchr(piece.data(), 0, piece.size()) != nullptr;
    });
  };
  if (keep) {
    const auto size = static_cast<std::size_t>(entry.bytes);
    out.bytes.resize_and_overwrite(size + 1, [&](char* whole, std::size_t) {
      read_to(whole);
      return failure.empty() ? size : 0;
    });
  } else {
    read_to(nullptr);
  }
  if (failure.empty()) {
    entry.sha256 = hash.hex();
    if (entry.sha256.empty()) failure = "cannot be hashed: OpenSSL failed";
  }
  if (failure.empty()) return true;
  set_aside(entry, file_status::unreadable, std::move(failure));
  return false;
}

loaded_file load(const std::filesystem::path& root, file_entry& entry, const scan_limits& limits) {
  if (entry.bytes > limits.file_bytes) {
    set_aside(entry, file_status::refused,
              fmt::format("{} bytes, more than the limit of {} for one file (raise it with "
                          "--max-file-bytes)",
                          entry.bytes, limits.file_bytes));
    return {};
  }
  const bool keep = is_evidence(entry.type);
  content found;
  if (!read_content(root, entry, keep, found)) return {};
  if (entry.bytes == 0) {
    set_aside(entry, file_status::empty, "holds no bytes");
  } else if (!keep && found.has_nul) {
    set_aside(entry, file_status::binary, "holds NUL bytes: no text");
  } else if (!keep) {
    set_aside(entry, file_status::ignored,
              entry.type.empty()
                  ? "a file without an extension is not taken for benchmark records"
                  : fmt::format("a .{} file holds no benchmark records", entry.type));
  } else {
    decoded_text decoded = decode_text(std::move(found.bytes));
    entry.encoding = std::move(decoded.encoding);
    entry.line_ends = std::move(decoded.line_ends);
    entry.repairs = std::move(decoded.repairs);
    if (!entry.encoding.empty()) return {std::move(decoded.text)};
    set_aside(entry, file_status::binary,
              "its bytes are no text in UTF-8, UTF-16, windows-1252 or any other known encoding");
  }
  return {};
}

}  // namespace

loaded_file load_file(const std::filesystem::path& root, file_entry& entry,
                      const scan_limits& limits) {
  // Links, pipes and skipped folders were judged when the tree was listed.
  if (entry.status != file_status::read) return {};
  try {
    return load(root, entry, limits);
  } catch (const std::bad_alloc&) {
    set_aside(entry, file_status::refused,
              fmt::format("{} bytes do not fit into memory", entry.bytes));
    return {};
  }
}

}  // namespace chimera::evidence
