// Readings of a log as text of the two line-based transports: SSE (WHATWG HTML, 9.2) and NDJSON.
#pragma once

#include <string>
#include <string_view>

#include "daemon/jobs/log_reader.hpp"

namespace chimera::http {

/// `id: <epoch>:<seq>` and `data:` per event, `event: stream.gap` per gap.
[[nodiscard]] std::string to_sse(const jobs::reading& read, std::string_view epoch);
inline constexpr std::string_view sse_greeting = "retry: 1000\n\n";
inline constexpr std::string_view sse_heartbeat = ": hb\n\n";
[[nodiscard]] std::string sse_end(std::uint64_t seq);

/// One line per event; a gap is a line of type stream.gap.
[[nodiscard]] std::string to_ndjson(const jobs::reading& read);
inline constexpr std::string_view ndjson_heartbeat = "\n";
[[nodiscard]] std::string ndjson_end(std::uint64_t seq);

/// {"type":"stream.gap","from_seq":..,"to_seq":..}
[[nodiscard]] std::string gap_json(const jobs::log_gap& gap);

/// Calls `on_event` and `on_gap` in the order of the log: a gap before the first entry after it.
template <class OnEvent, class OnGap>
void in_order(const jobs::reading& read, OnEvent on_event, OnGap on_gap) {
  auto gap = read.gaps.begin();
  for (const jobs::log_entry& entry : read.entries) {
    for (; gap != read.gaps.end() && gap->from_seq <= entry.event.seq; ++gap) on_gap(*gap);
    on_event(entry);
  }
  for (; gap != read.gaps.end(); ++gap) on_gap(*gap);
}

}  // namespace chimera::http
