// Names inside an upload: which may become files.
#pragma once

#include <string>
#include <string_view>

#include "daemon/datasets/limits.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

/// `raw` as a path below the dataset with single '/' between names: "./a//b/" becomes "a/b"; "" for
/// the dataset itself ("./"). Refused, naming the entry: empty, absolute, with "..", a backslash, a
/// drive letter, a control character, bytes that are no UTF-8 ("dataset.bad-name": such names read
/// differently on each machine, or lead elsewhere); over the limits of length ("dataset.bad-name")
/// or depth ("dataset.too-deep").
[[nodiscard]] proto::result<std::string> clean_name(std::string_view raw,
                                                    const unpack_limits& limits);

/// A name for messages: control characters become '?', long ones are cut.
[[nodiscard]] std::string shown(std::string_view raw);

/// A failure about one entry of the upload.
[[nodiscard]] std::unexpected<proto::problem> refuse(std::string code, std::string_view entry,
                                                     std::string_view what, std::string detail);

}  // namespace chimera::datasets
