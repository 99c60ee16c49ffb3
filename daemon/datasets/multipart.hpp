// multipart/form-data (RFC 7578 over RFC 2046), piece by piece: a file may be larger than memory.
// Own code because no C++ library in Debian reads forms as a stream and tells a cut one from a
// whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/datasets/form_header.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

/// What a form consists of, in order: begin, data any number of times, end; again for each part.
/// A failure ends the reading.
class part_sink {
 public:
  virtual ~part_sink() = default;
  [[nodiscard]] virtual proto::result<void> begin(const part_head& head) = 0;
  [[nodiscard]] virtual proto::result<void> data(std::string_view bytes) = 0;
  [[nodiscard]] virtual proto::result<void> end() = 0;
};

/// Stricter than RFC 2046 where clients need no leniency: no preamble but one CRLF, no epilogue but
/// one CRLF, lines end in CRLF, a delimiter followed by other text is an error and not content.
/// Header of one part: at most 8 KiB. Errors: "dataset.form" and those of the sink.
class multipart_reader {
 public:
  /// `boundary` as from boundary_of. The sink outlives the reader.
  multipart_reader(std::string_view boundary, part_sink& sink);

  [[nodiscard]] proto::result<void> feed(std::string_view bytes);
  /// After the last piece: an error if the closing boundary has not come.
  [[nodiscard]] proto::result<void> finish() const;

 private:
  enum class state : std::uint8_t { start, after_delimiter, padding, head, body_start, body, over };
  /// Does one step; false: more bytes are needed.
  [[nodiscard]] proto::result<bool> step();
  [[nodiscard]] proto::result<bool> read_start();
  [[nodiscard]] proto::result<bool> read_after_delimiter();
  [[nodiscard]] proto::result<bool> read_padding();
  [[nodiscard]] proto::result<bool> read_head();
  [[nodiscard]] proto::result<bool> read_body_start();
  [[nodiscard]] proto::result<bool> read_body();
  [[nodiscard]] proto::result<bool> read_rest();
  [[nodiscard]] std::string_view left() const { return std::string_view(buffer_).substr(used_); }

  std::string delimiter_;  ///< CRLF "--" boundary
  part_sink& sink_;
  state state_ = state::start;
  std::string buffer_;
  std::size_t used_ = 0;  ///< bytes of buffer_ that are done with
  std::size_t padding_ = 0;
  bool last_ = false;  ///< the delimiter was the closing one
};

}  // namespace chimera::datasets
