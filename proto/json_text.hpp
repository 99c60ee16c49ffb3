// Writing JSON text by appending: for the long files (facts, claims), where building a document
// first costs more than all the statistics. Reading JSON is simdjson's or nlohmann's work.
#pragma once

#include <string>
#include <string_view>

namespace chimera::proto {

/// Appends `text` (UTF-8) as a JSON string with its quotes. Control characters, quotes and
/// backslashes are escaped; invalid UTF-8 bytes become U+FFFD, so the output is always valid.
void append_quoted(std::string& out, std::string_view text);

/// Appends `"key":`, with a comma before it unless `out` ends in '{' or is empty.
void append_key(std::string& out, std::string_view key);

}  // namespace chimera::proto
