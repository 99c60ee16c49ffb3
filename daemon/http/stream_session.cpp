#include "daemon/http/stream_session.hpp"

#include <fmt/format.h>

#include "daemon/http/event_text.hpp"
#include "proto/json_text.hpp"

namespace chimera::http {

close_code close_code_of(unsigned status) {
  switch (status) {
    case 401:
      return close_code::unauthenticated;
    case 403:
      return close_code::forbidden;
    case 404:
      return close_code::no_such_job;
    case 410:
      return close_code::cursor_gone;
    case 429:
      return close_code::rate_limited;
    case 503:
      return close_code::restart;
    default:
      return status < 500 ? close_code::bad_frame : close_code::internal;
  }
}

std::string result_text(const std::string& id, std::string_view result) {
  return fmt::format(R"({{"id":{},"result":{}}})", id, result);
}

std::string error_text(const std::string& id, const refusal& why) {
  return fmt::format(R"({{"id":{},"error":{}}})", id, to_problem_json(why, {}));
}

stream_session::stream_session(stream_limits limits)
    : limits_(limits), rate_(limits.commands_per_second, limits.commands_burst) {}

stream_session::subscribed stream_session::subscribe(const std::string& id, event_wish& wish,
                                                     const proto::job& job,
                                                     std::chrono::nanoseconds now) {
  subscribed made;
  made.recovered = !is_gone(wish.from, job);
  if (!made.recovered) wish.from = {};
  made.sub = fmt::format("s{}", ++subs_made_);
  table_[made.sub] = {job.id, wish.from.seq, now};
  std::string result = fmt::format(R"({{"sub":"{}","job":)", made.sub);
  proto::append_quoted(result, job.id);
  proto::append_key(result, "recovered");
  result += made.recovered ? "true" : "false";
  proto::append_key(result, "epoch");
  proto::append_quoted(result, job.epoch);
  result += fmt::format(R"(,"earliest_seq":{},"latest_seq":{},"state":"{}"}})",
                        job.last_seq == 0 ? 0 : 1, job.last_seq, proto::to_text(job.state));
  made.reply = result_text(id, result);
  return made;
}

bool stream_session::forget(std::string_view sub) {
  const auto found = table_.find(sub);
  if (found == table_.end()) return false;
  table_.erase(found);
  return true;
}

std::vector<stream_session::frame> stream_session::frames(std::string_view sub,
                                                          const jobs::reading& read,
                                                          std::chrono::nanoseconds now) {
  std::vector<frame> all;
  const auto found = table_.find(sub);
  if (found == table_.end()) return all;
  entry& place = found->second;
  const std::string head = fmt::format(R"({{"sub":"{}",)", sub);
  const auto on_event = [&](const jobs::log_entry& event) {
    all.push_back({head, event.json});
    place.told = event.event.seq;
    place.told_at = now;
  };
  const auto on_gap = [&](const jobs::log_gap& gap) {
    all.push_back({head + gap_json(gap).substr(1), nullptr});
    place.told = gap.to_seq;
    place.told_at = now;
  };
  in_order(read, on_event, on_gap);
  if (read.ended)
    all.push_back({head + fmt::format(R"("type":"stream.end","seq":{}}})", read.reached), nullptr});
  return all;
}

std::optional<std::string> stream_session::bookmark(std::string_view sub, std::uint64_t reached,
                                                    std::chrono::nanoseconds now) {
  const auto found = table_.find(sub);
  if (found == table_.end() || reached <= found->second.told) return std::nullopt;
  if (now - found->second.told_at < limits_.bookmark) return std::nullopt;
  found->second.told = reached;
  found->second.told_at = now;
  return fmt::format(R"({{"sub":"{}","type":"stream.bookmark","seq":{}}})", sub, reached);
}

}  // namespace chimera::http
