// /v1/jobs: submit, look, cancel, retry, delete.
#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include "daemon/http/bell.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/opaque_text.hpp"
#include "daemon/http/preferences.hpp"
#include "daemon/http/query.hpp"
#include "daemon/http/submit.hpp"

namespace chimera::http {
namespace {

constexpr std::string_view job_cursor = "jobs";
constexpr std::size_t list_max = 500;
constexpr std::size_t reason_bytes_max = 1000;

response job_response(unsigned status, const jobs::job_view& view) {
  response answer = json_response(status, to_text(to_json(view)));
  answer.headers.emplace_back("etag", tag_of(view));
  return answer;
}

// What a JSON body must say of itself; nothing said is taken as JSON.
std::optional<refusal> not_json(const request& asked) {
  const std::string_view type = asked.header("content-type");
  if (type.empty() || type.starts_with("application/json")) return std::nullopt;
  return refused("request.media-type", "the body must be JSON", "send it as application/json");
}

// The body, {} if there is none.
std::expected<sorted_json, refusal> body_of(const request& asked) {
  if (asked.body.empty()) return sorted_json::object();
  if (std::optional<refusal> why = not_json(asked)) return std::unexpected(std::move(*why));
  return parse_json(asked.body);
}

// How full the queue is (draft-ietf-httpapi-ratelimit-headers).
void add_queue_headers(response& answer, const jobs::queue_view& queue) {
  if (queue.waiting_max == 0) return;
  const std::size_t left = queue.waiting_max - std::min(queue.waiting, queue.waiting_max);
  answer.headers.emplace_back("ratelimit-policy", fmt::format("\"queue\";q={}", queue.waiting_max));
  answer.headers.emplace_back("ratelimit", fmt::format("\"queue\";r={}", left));
}

task<reply> submit(api* a, call c) {
  if (std::optional<refusal> why = not_json(c.asked)) co_return refuse(c, *why);
  std::string key;
  if (const std::string_view header = c.asked.header("idempotency-key"); !header.empty()) {
    std::optional<std::string> said = read_idempotency_key(header);
    if (!said)
      co_return refuse(c, refused("idempotency.key", "the Idempotency-Key is not usable",
                                  "1 to 200 visible ASCII characters, quoted or not"));
    key = std::move(*said);
  }
  auto body = parse_json(c.asked.body);
  if (!body) co_return refuse(c, body.error());
  auto made = co_await submit_job(a, std::move(*body), std::move(key), c.who);
  if (!made) {
    reply answer = refuse(c, made.error());
    add_queue_headers(std::get<response>(answer), a->given.jobs.queue());
    co_return answer;
  }
  const bool replayed = made->replayed;
  jobs::job_view view = std::move(made->view);
  const auto wait = preferred_wait(c.asked.header("prefer"), a->given.settings.wait_max);
  if (wait) {
    auto ended = co_await a->given.jobs.wait_for_end(view.job.id, *wait);
    if (!ended) co_return refuse(c, ended.error());
    view = std::move(*ended);
  }
  const bool done = wait && proto::is_terminal(view.job.state);
  response answer = job_response(done ? 200 : 202, view);
  answer.headers.emplace_back("location", "/v1/jobs/" + view.job.id);
  if (replayed) answer.headers.emplace_back("idempotency-replayed", "true");
  if (wait)
    answer.headers.emplace_back("preference-applied", fmt::format("wait={}", wait->count()));
  add_queue_headers(answer, a->given.jobs.queue());
  co_return answer;
}

task<reply> validate(api* a, call c) {
  if (std::optional<refusal> why = not_json(c.asked)) co_return refuse(c, *why);
  auto body = parse_json(c.asked.body);
  if (!body) co_return refuse(c, body.error());
  auto asked = read_job_request(*body);
  if (!asked) co_return refuse(c, asked.error());
  auto plan = co_await a->given.jobs.validate(std::move(*asked));
  if (!plan) co_return refuse(c, plan.error());
  co_return json_response(200, to_text(to_json(*plan)));
}

std::expected<store::job_filter, refusal> read_filter(const request& asked) {
  store::job_filter filter;
  query_reader query(asked);
  for (const std::string& word : query.list("state")) {
    if (const auto state = proto::job_state_of(word))
      filter.states.push_back(*state);
    else
      query.wrong("state", fmt::format("unknown state '{}'", word),
                  {"queued", "running", "input_required", "canceling", "completed", "failed",
                   "canceled", "rejected"});
  }
  filter.pipeline = query.text("pipeline");
  filter.label = query.text("label");
  filter.tenant = query.text("tenant");
  filter.created_after_ms = query.time("created_after");
  filter.limit = query.number("limit", 1, list_max, filter.limit);
  const std::string cursor = query.text("cursor");
  if (std::optional<refusal> why = query.finish()) return std::unexpected(std::move(*why));
  if (cursor.empty()) return filter;
  std::optional<std::string> place = read_cursor(job_cursor, cursor);
  if (!place || !proto::is_id(*place, "job_"))
    return std::unexpected(refused("request.cursor", "the cursor is not one of this list",
                                   "pass back next_cursor as it came, or leave it out"));
  filter.before = std::move(*place);
  return filter;
}

task<reply> list(api* a, call c) {
  auto filter = read_filter(c.asked);
  if (!filter) co_return refuse(c, filter.error());
  const std::size_t limit = filter->limit;
  filter->limit = limit + 1;
  auto found = co_await a->given.jobs.list(std::move(*filter));
  if (!found) co_return refuse(c, found.error());
  const bool more = found->size() > limit;
  if (more) found->resize(limit);
  ordered_json data = ordered_json::array();
  for (const jobs::job_view& view : *found) data.push_back(to_json(view));
  const std::string next = more ? make_cursor(job_cursor, found->back().job.id) : std::string();
  co_return json_response(200, to_text(page_of(std::move(data), next)));
}

// Until the job is another than the caller knows, or the time is over.
task<proto::result<jobs::job_view>> wait_for_change(api* a, jobs::job_view view, std::string known,
                                                    std::chrono::seconds limit) {
  const auto end = a->given.time.now() + limit;
  auto chime = std::make_shared<bell>(co_await loop::asio::this_coro::executor);
  jobs::log_reader::place where{view.job.id, view.job.epoch, view.job.last_seq, {}, true};
  where.filter.channels = {proto::channel::lifecycle};
  const std::unique_ptr<event_reader> reader =
      a->given.events(std::move(where), [chime] { chime->ring(); });
  while (has_tag(known, tag_of(view)) && !proto::is_terminal(view.job.state)) {
    const auto read = co_await reader->next(a->given.settings.reading_bytes);
    if (!read) co_return std::unexpected(read.error());
    if (read->entries.empty() && !read->ended && !reader->pending()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - a->given.time.now());
      if (left.count() <= 0) break;
      if (!co_await chime->wait(left)) break;
      continue;
    }
    auto now = co_await a->given.jobs.find(view.job.id);
    if (!now) co_return std::unexpected(now.error());
    view = std::move(*now);
    if (read->ended) break;
  }
  co_return view;
}

task<reply> get(api* a, call c) {
  auto found = co_await a->given.jobs.find(c.at("id"));
  if (!found) co_return refuse(c, found.error());
  const auto wait = preferred_wait(c.asked.header("prefer"), a->given.settings.wait_max);
  const std::string known(c.asked.header("if-none-match"));
  if (wait && !proto::is_terminal(found->job.state)) {
    if (known.empty())
      found = co_await a->given.jobs.wait_for_end(c.at("id"), *wait);
    else
      found = co_await wait_for_change(a, std::move(*found), known, *wait);
    if (!found) co_return refuse(c, found.error());
  }
  response answer = job_response(200, *found);
  if (has_tag(known, tag_of(*found))) {
    answer.status = 304;
    answer.body.clear();
    std::erase_if(answer.headers, [](const auto& h) { return h.first == "content-type"; });
  }
  if (wait)
    answer.headers.emplace_back("preference-applied", fmt::format("wait={}", wait->count()));
  co_return answer;
}

task<reply> cancel(api* a, call c) {
  const auto body = body_of(c.asked);
  if (!body) co_return refuse(c, body.error());
  std::vector<field_error> errors;
  object_reader reader(*body, "", errors);
  std::string reason = reader.text("reason", reason_bytes_max, false);
  reader.refuse_unknown();
  if (!errors.empty()) co_return refuse(c, invalid_request(std::move(errors)));
  auto view = co_await a->given.jobs.cancel(c.at("id"), std::move(reason));
  if (!view) co_return refuse(c, view.error());
  co_return job_response(proto::is_terminal(view->job.state) ? 200 : 202, *view);
}

task<reply> retry(api* a, call c) {
  const auto body = body_of(c.asked);
  if (!body) co_return refuse(c, body.error());
  std::vector<field_error> errors;
  object_reader reader(*body, "", errors);
  std::string step = reader.text("from_step", 1000, false);
  reader.refuse_unknown();
  if (!errors.empty()) co_return refuse(c, invalid_request(std::move(errors)));
  auto view = co_await a->given.jobs.retry(c.at("id"), std::move(step));
  if (!view) co_return refuse(c, view.error());
  response answer = job_response(202, *view);
  answer.headers.emplace_back("location", "/v1/jobs/" + view->job.id);
  co_return answer;
}

task<reply> erase(api* a, call c) {
  auto done = co_await a->given.jobs.erase(c.at("id"));
  if (!done) co_return refuse(c, done.error());
  co_return response{204, {}, {}, nullptr, {}, 0, 0};
}

task<reply> list_steps(api* a, call c) {
  auto steps = co_await a->given.jobs.steps(c.at("id"));
  if (!steps) co_return refuse(c, steps.error());
  ordered_json data = ordered_json::array();
  for (const jobs::step_view& step : *steps) data.push_back(to_json(step, false));
  co_return json_response(200, to_text(page_of(std::move(data), "")));
}

task<reply> get_step(api* a, call c) {
  auto steps = co_await a->given.jobs.steps(c.at("id"));
  if (!steps) co_return refuse(c, steps.error());
  for (const jobs::step_view& step : *steps)
    if (step.name == c.at("step"))
      co_return json_response(200, to_text(to_json(step, c.who.may(scope_read))));
  co_return refuse(c, refused("step.unknown", "the job has no such step",
                              "its steps are at /v1/jobs/" + c.at("id") + "/steps"));
}

}  // namespace

task<std::expected<jobs::submission, refusal>> submit_job(api* a, sorted_json body, std::string key,
                                                          identity who) {
  auto asked = read_job_request(body);
  if (!asked) co_return std::unexpected(asked.error());
  jobs::submit_options how;
  how.tenant = std::move(who.name);
  how.idempotency_key = std::move(key);
  how.fingerprint = fingerprint_of(body);
  auto made = co_await a->given.jobs.submit(std::move(*asked), std::move(how));
  if (made) co_return std::move(*made);
  refusal why = made.error();
  if (why.what.code == "queue.full") {
    const jobs::queue_view queue = a->given.jobs.queue();
    why.members =
        fmt::format(R"("position":{},"waiting_max":{})", queue.waiting + 1, queue.waiting_max);
  }
  co_return std::unexpected(std::move(why));
}

void add_job_routes(router& table) {
  constexpr scope_set any = scope_read | scope_submit;
  table.add({"POST", "/v1/jobs", "submitJob", scope_submit, submit});
  table.add({"POST", "/v1/jobs:validate", "validateJob", any, validate});
  table.add({"GET", "/v1/jobs", "listJobs", any, list});
  table.add({"GET", "/v1/jobs/{id}", "getJob", any, get});
  table.add({"DELETE", "/v1/jobs/{id}", "deleteJob", scope_submit, erase});
  table.add({"POST", "/v1/jobs/{id}/cancel", "cancelJob", scope_submit, cancel});
  table.add({"POST", "/v1/jobs/{id}/retry", "retryJob", scope_submit, retry});
  table.add({"GET", "/v1/jobs/{id}/steps", "listSteps", any, list_steps});
  table.add({"GET", "/v1/jobs/{id}/steps/{step...}", "getStep", any, get_step});
}

}  // namespace chimera::http
