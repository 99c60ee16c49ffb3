// A stream of bytes as lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::inference {

/// Lines end with \n or \r\n; a chunk may end anywhere. Use: push(chunk), then next() until there
/// is none; at the end of the stream rest(). Costs a copy of each chunk, and looks at each byte
/// once.
class lines {
 public:
  explicit lines(std::size_t bytes_max = std::size_t{16} << 20U) : bytes_max_(bytes_max) {}

  void push(std::string_view chunk);
  /// The next whole line, without its end. Valid until push().
  [[nodiscard]] std::optional<std::string_view> next();
  /// What came after the last line end, once next() gives none.
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  /// A line (or a beginning of one) was longer than allowed; next() gives none from there on.
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;    ///< of the next line
  std::size_t scanned_ = 0;  ///< no line end before it
  bool too_long_ = false;
};

}  // namespace chimera::inference
