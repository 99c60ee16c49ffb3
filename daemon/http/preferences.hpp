// Header fields that ask for a way of answering: Prefer (RFC 7240), Accept (RFC 9110, 12.5),
// If-None-Match, Range and Idempotency-Key.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::http {

/// The seconds of "wait=N" in a Prefer header, at most `limit`; nothing if there is no such.
[[nodiscard]] std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer,
                                                                 std::chrono::seconds limit);

/// Index of the offer that the Accept header likes most, the first among equals; nothing if it
/// accepts none. An empty header accepts the first.
[[nodiscard]] std::optional<std::size_t> accepted(std::string_view accept,
                                                  const std::vector<std::string_view>& offers);
/// True if the header names exactly this media type.
[[nodiscard]] bool names_type(std::string_view accept, std::string_view type);

/// True if an If-None-Match header has this tag (weak comparison) or is "*".
[[nodiscard]] bool has_tag(std::string_view if_none_match, std::string_view tag);

/// Bytes [first, first + count) of a whole.
struct byte_range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};
enum class range_fault : std::uint8_t { ignored, unsatisfiable };
/// One range of a Range header against `size` bytes. Ignored (send everything): other units,
/// several ranges, nonsense.
[[nodiscard]] std::expected<byte_range, range_fault> read_range(std::string_view range,
                                                                std::uint64_t size);

/// The key of an Idempotency-Key header, quoted or not; nothing if it is not 1 to 200 visible ASCII
/// characters.
[[nodiscard]] std::optional<std::string> read_idempotency_key(std::string_view header);

}  // namespace chimera::http
