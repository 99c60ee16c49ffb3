// A stream of bytes as server-sent events (HTML Living Standard, section 9.2.6).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::inference {

struct sse_event {
  /// Followed by sse_events::padding bytes that may be read, as simdjson needs it.
  std::string_view data;
  bool is_error = false;  ///< it came as `event: error`
};

/// Lines end with \n, \r\n or \r; chunks may end anywhere. Comments and events without data are
/// nothing; several lines of data are joined with \n; ids and retry times are not kept. Use:
/// push(chunk), then next() until there is none; at the end of the stream finish().
class sse_events {
 public:
  static constexpr std::size_t padding = 64;

  explicit sse_events(std::size_t bytes_max = std::size_t{16} << 20U) : bytes_max_(bytes_max) {}

  void push(std::string_view chunk);
  /// Valid until the next call of any member.
  [[nodiscard]] std::optional<sse_event> next();
  /// After the last next(): what came without its blank line, cut or not.
  [[nodiscard]] std::optional<sse_event> finish();
  /// An event was longer than allowed; there is none from there on.
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  [[nodiscard]] std::optional<std::string_view> next_line();
  /// True: the line ends an event.
  [[nodiscard]] bool take(std::string_view line);
  void keep_data(std::string_view value);
  [[nodiscard]] std::optional<sse_event> dispatch();

  std::size_t bytes_max_;
  std::string buffer_;         ///< with room for the padding behind it
  std::size_t begin_ = 0;      ///< of the next line
  std::size_t scanned_ = 0;    ///< no line end before it
  bool skip_newline_ = false;  ///< the last line ended with \r: a \n belongs to it
  bool at_start_ = true;       ///< a byte order mark may come
  bool has_data_ = false;
  bool is_joined_ = false;  ///< the data is in joined_, else it is `data_` of the buffer
  std::string_view data_;
  std::string joined_;
  bool is_error_ = false;
  bool too_long_ = false;
};

}  // namespace chimera::inference
