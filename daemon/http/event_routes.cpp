// /v1/jobs/{id}/events: one log as pages, as SSE and as NDJSON.
#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include "daemon/http/api.hpp"
#include "daemon/http/bell.hpp"
#include "daemon/http/event_place.hpp"
#include "daemon/http/event_text.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/preferences.hpp"

namespace chimera::http {
namespace {

constexpr std::string_view sse_type = "text/event-stream";
constexpr std::string_view ndjson_type = "application/x-ndjson";

enum class transport : std::uint8_t { page, sse, ndjson };

transport transport_of(const request& asked) {
  const std::string_view accept = asked.header("accept");
  if (names_type(accept, sse_type)) return transport::sse;
  if (names_type(accept, ndjson_type)) return transport::ndjson;
  return transport::page;
}

struct event_request {
  transport how = transport::page;
  event_wish wish;
  bool follow = false;
  std::size_t limit = 0;
};

std::expected<event_request, refusal> read_event_request(const request& asked,
                                                         std::size_t limit_max) {
  event_request wanted;
  wanted.how = transport_of(asked);
  query_reader query(asked);
  wanted.wish = read_event_wish(query);
  wanted.follow = query.flag("follow") || wanted.how == transport::sse;
  wanted.limit = query.number("limit", 1, limit_max, limit_max);
  query.allow("ticket");
  if (std::optional<refusal> why = query.finish()) return std::unexpected(std::move(*why));
  // EventSource sends what it saw last, over what the URL of its first request said.
  const std::string_view last = asked.header("last-event-id");
  if (wanted.how != transport::sse || last.empty()) return wanted;
  const std::optional<event_cursor> cursor = read_event_cursor(last);
  if (!cursor)
    return std::unexpected(refused("request.header", "Last-Event-ID is not one of this server",
                                   "it is epoch:number, as the id of an event said"));
  wanted.wish.from = *cursor;
  wanted.wish.resumes = true;
  return wanted;
}

// What is read, until the limit or the end of what there is now.
struct page {
  std::string data;  ///< joined events
  std::size_t count = 0;
  std::uint64_t reached = 0;
};

task<proto::result<page>> read_page(api* a, jobs::log_reader::place where, std::size_t limit,
                                    std::uint64_t latest) {
  page made;
  made.reached = where.after;
  const std::unique_ptr<event_reader> reader = a->given.events(std::move(where), [] {});
  while (made.count < limit && made.reached < latest) {
    auto read = co_await reader->next(a->given.settings.reading_bytes);
    if (!read) co_return std::unexpected(read.error());
    const std::uint64_t before = made.reached;
    made.reached = std::max(made.reached, read->reached);
    for (const jobs::log_entry& entry : read->entries) {
      made.data.append(made.data.empty() ? "" : ",").append(*entry.json);
      if (++made.count < limit) continue;
      made.reached = entry.event.seq;
      break;
    }
    if (read->ended || made.reached == before) break;
  }
  co_return made;
}

task<reply> answer_page(api* a, call c, event_request wanted, jobs::job_view view) {
  jobs::log_reader::place where{view.job.id, view.job.epoch, wanted.wish.from.seq,
                                wanted.wish.filter, true};
  auto made = co_await read_page(a, std::move(where), wanted.limit, view.job.last_seq);
  if (!made) co_return refuse(c, made.error());
  const bool more = made->count >= wanted.limit && made->reached < view.job.last_seq;
  ordered_json rest{{"next_cursor", nullptr},
                    {"epoch", view.job.epoch},
                    {"earliest_seq", view.job.last_seq == 0 ? 0 : 1},
                    {"latest_seq", view.job.last_seq},
                    {"reached_seq", made->reached}};
  if (more) rest["next_cursor"] = to_text(event_cursor{view.job.epoch, made->reached});
  std::string body = "{\"data\":[" + made->data + "]," + to_text(rest).substr(1);
  co_return json_response(200, std::move(body));
}

std::string lines_of(transport how, const jobs::reading& read, const std::string& epoch) {
  return how == transport::sse ? to_sse(read, epoch) : to_ndjson(read);
}

std::string_view heartbeat_of(transport how) {
  return how == transport::sse ? sse_heartbeat : ndjson_heartbeat;
}

shared_text shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// A reading that failed ends the stream; the cursor of the last event lets the caller come back.
// `out` outlives it, as the connection does.
task<> write_events(api* a, body_writer* out, event_request wanted, jobs::job_view view,
                    identity who) {
  const transport how = wanted.how;
  auto chime = std::make_shared<bell>(co_await loop::asio::this_coro::executor);
  const auto ring = [chime] { chime->ring(); };
  const open_stream counted(*a, how == transport::sse ? "sse" : "ndjson",
                            {std::move(who), scope_read, ring});
  out->on_closed(ring);
  jobs::log_reader::place where{view.job.id, view.job.epoch, wanted.wish.from.seq,
                                wanted.wish.filter, true};
  const std::unique_ptr<event_reader> reader = a->given.events(std::move(where), ring);
  if (how == transport::sse && !co_await out->write(shared(std::string(sse_greeting)))) co_return;
  while (!out->closed() && counted.allowed()) {
    const auto read = co_await reader->next(a->given.settings.reading_bytes);
    if (!read) {
      a->given.on_error("events of " + view.job.id + ": " + proto::to_text(read.error()));
      co_return;
    }
    a->counted.gaps += read->gaps.size();
    std::string lines = lines_of(how, *read, view.job.epoch);
    const bool nothing = lines.empty();
    if (!nothing && !co_await out->write(shared(std::move(lines)))) co_return;
    if (read->ended) {
      std::string end = how == transport::sse ? sse_end(read->reached) : ndjson_end(read->reached);
      if (wanted.follow && !co_await out->write(shared(std::move(end)))) co_return;
      co_return;
    }
    if (!wanted.follow && (read->reached >= view.job.last_seq || !reader->pending())) co_return;
    if (!nothing || reader->pending()) continue;
    if (co_await chime->wait(a->given.settings.heartbeat)) continue;
    if (!co_await out->write(shared(std::string(heartbeat_of(how))))) co_return;
  }
}

reply answer_stream(api* a, event_request wanted, jobs::job_view view, identity who) {
  const bool sse = wanted.how == transport::sse;
  const bool over = proto::is_terminal(view.job.state) && wanted.wish.resumes &&
                    wanted.wish.from.seq >= view.job.last_seq;
  // An EventSource reconnects until it is told that there is nothing more.
  if (sse && over) return response{204, {}, {}, nullptr, {}, 0, 0};
  stream_response answer;
  answer.headers = {{"content-type", std::string(sse ? sse_type : ndjson_type)},
                    {"cache-control", "no-cache"},
                    {"x-accel-buffering", "no"}};
  answer.write = [a, wanted = std::move(wanted), view = std::move(view), who = std::move(who)](
                     body_writer& out) { return write_events(a, &out, wanted, view, who); };
  return answer;
}

task<reply> events(api* a, call c) {
  auto wanted = read_event_request(c.asked, a->given.settings.page_events_max);
  if (!wanted) co_return refuse(c, wanted.error());
  auto view = co_await a->given.jobs.find(c.at("id"));
  if (!view) co_return refuse(c, view.error());
  if (is_gone(wanted->wish.from, view->job)) {
    ++a->counted.resumes["gone"];
    co_return refuse(c, events_gone(view->job));
  }
  if (wanted->wish.resumes) ++a->counted.resumes["recovered"];
  if (wanted->how == transport::page)
    co_return co_await answer_page(a, std::move(c), std::move(*wanted), std::move(*view));
  if (c.asked.method == "HEAD") {
    const std::string_view type = wanted->how == transport::sse ? sse_type : ndjson_type;
    co_return response{200, {{"content-type", std::string(type)}}, {}, nullptr, {}, 0, 0};
  }
  co_return answer_stream(a, std::move(*wanted), std::move(*view), std::move(c.who));
}

}  // namespace

void add_event_routes(router& table) {
  table.add({"GET", "/v1/jobs/{id}/events", "readEvents", scope_read, events, true});
}

}  // namespace chimera::http
