// What a name says about a file or folder, before anything is read.
#pragma once

#include <string>
#include <string_view>

namespace chimera::evidence {

/// The extension in lower case ("csv"); "" for none, for dot files (".gitignore") and for what is
/// no plausible extension (over 16 bytes, or anything but ASCII letters, digits, '-', '_', '+').
[[nodiscard]] std::string type_of(std::string_view path);

/// True for csv, tsv, json, jsonl, ndjson, md, markdown, txt: the types whose content is decoded.
[[nodiscard]] bool is_evidence(std::string_view type);

/// 0 for types with records, 1 for Markdown, 2 for prose, 3 for all others: of two copies of the
/// same bytes the one that says most is read.
[[nodiscard]] int rank_of(std::string_view type);

/// Why a folder of this name (last component only) is not entered; "" if it is.
[[nodiscard]] std::string_view reason_to_skip(std::string_view folder);

}  // namespace chimera::evidence
