// What lies in a dataset: every file with its hash, its kind and, if it was set aside, why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::evidence {

/// What became of a file. Everything but `read` carries a reason in file_entry::reason.
enum class file_status : std::uint8_t {
  read,        ///< its content went into the evidence
  empty,       ///< no bytes
  duplicate,   ///< the same bytes stand under an earlier path (byte order); read there
  binary,      ///< no text
  ignored,     ///< text of a kind that holds no evidence (.py, .log ...)
  unreadable,  ///< permission, I/O error, vanished, changed while being read, a FIFO or device
  refused,     ///< over a limit, or content that its reader rejects
  outside      ///< a symbolic link that leads out of the root, dangles or runs in a circle
};

[[nodiscard]] std::string_view to_text(file_status status);

struct file_entry {
  std::string path;  ///< relative to the root, '/' separators, bytes as on disk
  std::string type;  ///< by name: "csv", "json", "jsonl", "md", "txt", ... the extension, or ""
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hex; "" if it could not be read whole
  /// "UTF-8", "UTF-8 with BOM", "UTF-16LE", "UTF-16BE", "windows-1252",
  /// "UTF-16LE re-encoded as UTF-8"; "" for binary, empty and unread files.
  std::string encoding;
  std::string line_ends;  ///< "LF", "CRLF", "CR", "mixed" or "" (no line end)
  file_status status = file_status::read;
  std::string reason;                ///< for people: what and why; "" only when read
  std::string duplicate_of;          ///< path of the first file with the same bytes
  std::vector<std::string> repairs;  ///< what decoding changed: "byte order mark removed"
  std::int64_t mtime_s = 0;          ///< seconds since 1970
};

/// A date or time that stands in a file's content or name.
struct content_time {
  std::string file;
  std::string where;    ///< column, pointer, "text" or "name"
  std::string text;     ///< ISO 8601, as precise as the source: "2025-10-08T16:29:55.589333+00:00"
  bool record = false;  ///< from a data record (CSV, JSON), not from prose or a name
  auto operator<=>(const content_time&) const = default;
};

struct inventory {
  std::string root;                      ///< as given by the user
  std::vector<file_entry> files;         ///< sorted by path, in byte order
  std::vector<content_time> first_last;  ///< earliest and latest of records, then of all
  bool mtimes_untrusted = false;  ///< all mtimes within one minute: checkout, copy or unpack time
  std::string sha256;  ///< evidence hash: of "path NUL sha256 LF" for each file, in order
};

/// inventory.json: the whole, pretty-printed, keys in fixed order, with totals by type and status
/// that add up. Never contains absolute paths or mtimes (they differ between two checkouts).
[[nodiscard]] std::string to_json(const inventory&);

}  // namespace chimera::evidence
