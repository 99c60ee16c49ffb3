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
  duplicate,   ///< the same bytes are counted under duplicate_of; or a link to what is listed there
  binary,      ///< no text
  ignored,     ///< text of a kind that holds no evidence (.py, .log ...); a folder not entered
  unreadable,  ///< permission, I/O error, vanished, changed while being read, a FIFO or device
  refused,     ///< over a limit, or content that its reader rejects
  outside      ///< a symbolic link that leads out of the root, dangles or runs in a circle
};

[[nodiscard]] std::string_view to_text(file_status status);

struct file_entry {
  /// Relative to the root, '/' separators, bytes as on disk. Ends in '/' for a folder, which is
  /// listed only if it is not entered.
  std::string path;
  /// By name: "csv", "json", "jsonl", "md", "txt", ... the extension in lower case, or "";
  /// "folder" for a folder and a link to one.
  std::string type;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hex; "" if it could not be read whole
  /// "UTF-8", "UTF-8 with BOM", "UTF-16LE", "UTF-16BE", "windows-1252",
  /// "UTF-16LE re-encoded as UTF-8", or, for text with enough foreign letters to tell, another
  /// name that ICU knows ("SHIFT_JIS"); "" for binary, empty and unread files.
  std::string encoding;
  std::string line_ends;  ///< "LF", "CRLF", "CR", "mixed" or "" (no line end)
  file_status status = file_status::read;
  std::string reason;                ///< for people: what and why; "" only when read
  std::string duplicate_of;          ///< path of the file that is counted for these bytes
  std::vector<std::string> repairs;  ///< what decoding changed: "byte order mark removed"
  std::int64_t mtime_s = 0;          ///< seconds since 1970
};

/// A date or time that stands in a file's content or name.
struct content_time {
  std::string file;
  std::string where;    ///< "line 12" or "name"
  std::string text;     ///< ISO 8601, as precise as the source: "2025-10-08T16:29:55.589333+00:00"
  bool record = false;  ///< from a data record (CSV, JSON), not from prose or a name
  auto operator<=>(const content_time&) const = default;
};

struct inventory {
  std::string root;                      ///< as given by the user
  std::vector<file_entry> files;         ///< sorted by path, in byte order
  std::vector<content_time> first_last;  ///< as from first_last() in content_times.hpp
  bool mtimes_untrusted = false;  ///< all mtimes within one minute: checkout, copy or unpack time
  std::string sha256;  ///< evidence hash: of "path NUL sha256 LF" for each file, in order
};

/// After all files were loaded: of files with the same bytes one is kept, the others become
/// `duplicate`. Kept is the one that is `read`, then the one of the type that says most (records,
/// Markdown, prose), then the first path in byte order. Empty files are `empty`, not duplicates.
/// Links take hash and encoding of their target. Sets inventory::sha256.
void mark_duplicates(inventory&);

/// inventory.json: the whole, one line per entry, keys in fixed order. Never contains absolute
/// paths or mtimes (they differ between two checkouts). Members:
///   sha256              evidence hash
///   files, bytes        of all entries
///   by_type             [{type, files, bytes}] by type in byte order; sums are `files`, `bytes`
///   by_status           [{status, files, bytes}] every status, in the order of file_status
///   duplicates          {groups, files, bytes} of the redundant ones
///   content_times       {first_record, last_record, first, last}: {time, file, where} or null
///   mtimes_untrusted    true or false
///   entries             [{path, type, bytes, status}] by path; where they apply also sha256,
///                       encoding, line_ends, reason, duplicate_of, repairs [text], and path_hex
///                       (the bytes of a path that is no UTF-8; `path` then shows U+FFFD)
[[nodiscard]] std::string to_json(const inventory&);

}  // namespace chimera::evidence
