#include "daemon/http/event_place.hpp"

#include <fmt/format.h>

#include "proto/json_text.hpp"

namespace chimera::http {

std::optional<event_cursor> read_event_cursor(std::string_view text) {
  event_cursor cursor;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    if (colon == 0) return std::nullopt;
    cursor.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::optional<std::uint64_t> seq = whole_number(text);
  if (!seq) return std::nullopt;
  cursor.seq = *seq;
  return cursor;
}

std::string to_text(const event_cursor& cursor) {
  return fmt::format("{}:{}", cursor.epoch, cursor.seq);
}

std::vector<std::string> channel_names() { return {"lifecycle", "tokens", "artifacts", "claims"}; }

std::string add_channels(const std::vector<std::string>& words, jobs::event_filter& filter) {
  for (const std::string& word : words) {
    const std::optional<proto::channel> channel = proto::channel_from(word);
    if (!channel) return word;
    filter.channels.push_back(*channel);
  }
  return {};
}

event_wish read_event_wish(query_reader& query) {
  event_wish wish;
  const std::string after = query.text("after");
  if (!after.empty()) {
    if (const std::optional<event_cursor> cursor = read_event_cursor(after)) {
      wish.from = *cursor;
      wish.resumes = true;
    } else {
      query.wrong("after", "must be the number of an event, or epoch:number");
    }
  }
  if (std::string epoch = query.text("epoch"); !epoch.empty()) wish.from.epoch = std::move(epoch);
  wish.filter.steps = query.list("steps");
  wish.filter.types = query.list("types");
  if (const std::string bad = add_channels(query.list("channels"), wish.filter); !bad.empty())
    query.wrong("channels", fmt::format("unknown channel '{}'", bad), channel_names());
  return wish;
}

refusal events_gone(const proto::job& job) {
  refusal why = refused("events.gone", "that history is gone",
                        "the epoch of the cursor is not the job's: read again from the start");
  why.members = fmt::format(R"("earliest_seq":{},"latest_seq":{},"epoch":)",
                            job.last_seq == 0 ? 0 : 1, job.last_seq);
  proto::append_quoted(why.members, job.epoch);
  return why;
}

bool is_gone(const event_cursor& cursor, const proto::job& job) {
  return !cursor.epoch.empty() && cursor.epoch != job.epoch;
}

}  // namespace chimera::http
