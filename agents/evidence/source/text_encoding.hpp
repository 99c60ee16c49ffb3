// Bytes to UTF-8: recognises what real files are written in, and says what it repaired.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chimera::evidence {

struct decoded_text {
  std::string text;      ///< UTF-8 without byte order mark, line ends as in the source
  std::string encoding;  ///< as in file_entry::encoding; "" if the bytes are binary
  std::string line_ends;
  std::vector<std::string>
      repairs;  ///< "byte order mark removed", "1 byte decoded as windows-1252"
};

/// Decodes `bytes`. Valid UTF-8 is taken as it is; otherwise byte order marks, NUL patterns
/// (UTF-16 with and without mark, also when re-encoded byte by byte as UTF-8), then uchardet
/// decide, and ICU converts. What is no text in any of these has encoding "". Mojibake inside valid
/// UTF-8
/// ("itâ€™s") is named in repairs but not changed: evidence stays as it is. Pure, thread-safe.
[[nodiscard]] decoded_text decode_text(std::string bytes);

}  // namespace chimera::evidence
