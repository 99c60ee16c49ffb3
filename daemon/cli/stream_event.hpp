// One message of a daemon's stream of events, as a client reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace chimera::cli {

/// An event of a job, or a word of the stream itself ("stream.gap", "stream.bookmark",
/// "stream.end"), for which only `type`, `seq` and `first_seq` (of a gap) have a meaning.
struct stream_event {
  std::string type;
  std::string epoch;
  std::uint64_t seq = 0;
  std::uint64_t first_seq = 0;  ///< less than `seq` if it stands for several
  std::int64_t time_ms = 0;     ///< Unix time by the daemon's clock
  std::string step;
  std::uint32_t attempt = 0;
  nlohmann::json data;  ///< an object

  [[nodiscard]] bool is_of_stream() const { return type.starts_with("stream."); }
};

/// Nothing for a message that is no event: unknown members are passed over, unknown types kept.
[[nodiscard]] std::optional<stream_event> read_stream_event(const nlohmann::json& message);

/// Unix milliseconds of "2026-11-23T10:00:00.123Z"; nothing for another form.
[[nodiscard]] std::optional<std::int64_t> time_of(std::string_view rfc3339);

/// A member of an object as text, or "": what is missing, null or of another type is empty.
template <class Json>
[[nodiscard]] std::string text_in(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->template get<std::string>();
}
/// A member that is a whole number from 0, or `fallback`.
template <class Json>
[[nodiscard]] std::uint64_t count_in(const Json& object, const char* key,
                                     std::uint64_t fallback = 0) {
  if (!object.is_object()) return fallback;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return fallback;
  return found->template get<std::uint64_t>();
}

}  // namespace chimera::cli
