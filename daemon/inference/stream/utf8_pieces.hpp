// Text that arrives as bytes cut anywhere, given on as whole UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace chimera::inference {

/// Bytes that cannot be UTF-8 become U+FFFD (one for each maximal part, as Unicode recommends);
/// what may still become a character is held back, at most three bytes.
class utf8_pieces {
 public:
  /// The whole characters that are there now; may be empty. Valid until the next call, and only
  /// while `bytes` lives.
  [[nodiscard]] std::string_view push(std::string_view bytes);
  /// The end: what was held back is no character any more, so U+FFFD or nothing.
  [[nodiscard]] std::string_view finish();

 private:
  std::string held_;  ///< the beginning of a character
  std::string out_;
};

}  // namespace chimera::inference
