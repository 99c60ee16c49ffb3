// The header fields of multipart/form-data: of the request and of each part (RFC 7578, RFC 2046).
#pragma once

#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::datasets {

/// What a part says about itself.
struct part_head {
  std::string name;      ///< of the form field
  std::string filename;  ///< as sent, judged by clean_name later
  bool has_filename = false;
};

/// True if the media type is multipart/form-data, whatever its parameters.
[[nodiscard]] bool is_form(std::string_view media_type);

/// The boundary of "multipart/form-data; boundary=...": 1 to 70 of the characters that RFC 2046
/// allows, given once. Error: "dataset.form".
[[nodiscard]] proto::result<std::string> boundary_of(std::string_view media_type);

/// Reads the header lines of one part, each with its CRLF. Needed: one Content-Disposition of
/// form-data with a name. Refused as "dataset.form": folded lines, control characters, filename*
/// (RFC 7578 4.2), a transfer encoding that is none, a nested multipart without filename.
[[nodiscard]] proto::result<part_head> read_part_head(std::string_view lines);

/// "dataset.form" with this cause.
[[nodiscard]] std::unexpected<proto::problem> bad_form(std::string cause);

}  // namespace chimera::datasets
