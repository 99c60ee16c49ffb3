// Where in a job's log a caller wants to go on, and what of it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/problem_json.hpp"
#include "daemon/http/query.hpp"
#include "daemon/jobs/log_reader.hpp"
#include "proto/job.hpp"

namespace chimera::http {

/// "<epoch>:<seq>" or "<seq>"; an empty epoch is not checked.
struct event_cursor {
  std::string epoch;
  std::uint64_t seq = 0;
};
[[nodiscard]] std::optional<event_cursor> read_event_cursor(std::string_view text);
[[nodiscard]] std::string to_text(const event_cursor& cursor);

/// What of a log is asked for by query, with the names of WebSocket commands.
struct event_wish {
  event_cursor from;
  bool resumes = false;  ///< a cursor was given
  jobs::event_filter filter;
};
/// Reads after, epoch, channels, steps and types of a query.
[[nodiscard]] event_wish read_event_wish(query_reader& query);
/// Channel names into a filter; the first word that is none, or "".
[[nodiscard]] std::string add_channels(const std::vector<std::string>& words,
                                       jobs::event_filter& filter);
[[nodiscard]] std::vector<std::string> channel_names();

/// events.gone with {earliest_seq, latest_seq, epoch}, for a cursor of another history.
[[nodiscard]] refusal events_gone(const proto::job& job);
[[nodiscard]] bool is_gone(const event_cursor& cursor, const proto::job& job);

}  // namespace chimera::http
