#include "daemon/http/application.hpp"

#include <algorithm>

#include "daemon/http/conversation.hpp"
#include "daemon/http/opaque_text.hpp"
#include "daemon/http/request_origin.hpp"
#include "daemon/http/stream_session.hpp"

namespace chimera::http {
namespace {

router make_table() {
  router table;
  add_job_routes(table);
  add_event_routes(table);
  add_stream_routes(table);
  add_artifact_routes(table);
  add_dataset_routes(table);
  add_catalog_routes(table);
  add_admin_routes(table);
  return table;
}

using routed = std::expected<const route*, refusal>;

// Fills in path and sender of `c`.
routed find_route(api& a, call& c, bool upgrade) {
  if (std::optional<refusal> why = check_access(a.given.access, c.asked))
    return std::unexpected(std::move(*why));
  router::answer match = a.table.match(c.asked.method, c.asked.path);
  if (auto* wrong = std::get_if<router::wrong_method>(&match)) {
    refusal why =
        refused("route.method", "this resource has no such method", "allowed: " + wrong->allow);
    why.headers.emplace_back("allow", wrong->allow);
    return std::unexpected(std::move(why));
  }
  auto* found = std::get_if<router::found>(&match);
  if (!found)
    return std::unexpected(
        refused("route.unknown", "there is no such resource", "all of them are in /openapi.json"));
  c.path = std::move(found->path);
  const route& to = *found->to;
  if (to.needs == scope_open) return &to;
  auto who = identify(a.given.tokens, a.tickets, c.asked, credentials_of(c.asked, upgrade),
                      to.ticket, a.given.open, a.given.time.now());
  if (!who) return std::unexpected(std::move(who.error()));
  c.who = std::move(*who);
  if (!c.who.may(to.needs)) return std::unexpected(missing_scope(c.who, to.needs));
  return &to;
}

bool has_header(const header_list& headers, std::string_view name) {
  const auto same = [name](const auto& header) { return header.first == name; };
  return std::any_of(headers.begin(), headers.end(), same);
}

void finish_headers(api& a, const call& c, unsigned status, header_list& headers) {
  ++a.counted.requests[status];
  headers.emplace_back("x-request-id", c.request_id);
  headers.emplace_back("x-content-type-options", "nosniff");
  if (!has_header(headers, "cache-control"))
    headers.emplace_back("cache-control", has_header(headers, "etag") ? "no-cache" : "no-store");
  if (!is_foreign_friend(a.given.access, c.asked)) return;
  headers.emplace_back("access-control-allow-origin", std::string(c.asked.header("origin")));
  headers.emplace_back("access-control-expose-headers",
                       "etag, location, retry-after, preference-applied, idempotency-replayed, "
                       "x-request-id, ratelimit, content-range, repr-digest");
  headers.emplace_back("vary", "Origin");
}

reply finished(api& a, const call& c, reply answer) {
  const auto finish = [&](auto& each) { finish_headers(a, c, each.status, each.headers); };
  std::visit(finish, answer);
  return answer;
}

// The answer of OPTIONS: what is allowed, and what a page of a friend may send.
reply answer_options(const api& a, const call& c, const refusal& why) {
  response answer{204, why.headers, {}, nullptr, {}, 0, 0};
  if (!is_foreign_friend(a.given.access, c.asked)) return answer;
  answer.headers.emplace_back("access-control-allow-methods", why.headers.front().second);
  answer.headers.emplace_back("access-control-allow-headers",
                              "authorization, content-type, idempotency-key, if-none-match, "
                              "last-event-id, prefer, range, traceparent, x-request-id");
  answer.headers.emplace_back("access-control-max-age", "600");
  return answer;
}

call begin_call(const api& a, request asked) {
  call c;
  c.request_id = request_id_of(asked, a.given.random);
  c.trace_id = trace_id_of(asked);
  c.asked = std::move(asked);
  return c;
}

task<reply> handle(api* a, request asked) {
  call c = begin_call(*a, std::move(asked));
  const routed to = find_route(*a, c, false);
  if (!to) {
    const bool options = c.asked.method == "OPTIONS" && to.error().what.code == "route.method";
    reply answer = options ? answer_options(*a, c, to.error()) : refuse(c, to.error());
    co_return finished(*a, c, std::move(answer));
  }
  call kept;
  kept.asked.method = c.asked.method;
  kept.asked.headers = c.asked.headers;
  kept.request_id = c.request_id;
  reply answer = co_await (*to)->run(a, std::move(c));
  co_return finished(*a, kept, std::move(answer));
}

using accepted_upgrade = std::variant<response, upgrade>;

task<> hang_up_at_once(websocket* socket, std::uint16_t code, std::string reason) {
  socket->close(code, std::move(reason));
  co_return;
}

// A browser's page never sees the status of a refused handshake; a close code it does.
accepted_upgrade refuse_upgrade(api& a, const call& c, const refusal& why, bool offered) {
  const response answer = to_response(why, occasion_of(c));
  if (c.asked.header("origin").empty()) {
    reply whole = finished(a, c, answer);
    return std::get<response>(std::move(whole));
  }
  const auto code = static_cast<std::uint16_t>(close_code_of(answer.status));
  upgrade last;
  last.subprotocol = offered ? stream_protocol : std::string_view();
  last.converse = [code, title = why.what.title](websocket& socket) {
    return hang_up_at_once(&socket, code, title);
  };
  return last;
}

bool offers_protocol(const request& asked) {
  for (const auto& [name, value] : asked.headers) {
    if (name != "sec-websocket-protocol") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view each = rest.substr(0, comma);
      while (each.starts_with(' ')) each.remove_prefix(1);
      while (each.ends_with(' ')) each.remove_suffix(1);
      if (each == stream_protocol) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

// The job of /v1/jobs/{id}/stream, nothing for /v1/stream. `c` is in the frame of accept().
task<std::expected<std::shared_ptr<opening>, refusal>> read_opening(api* a, const call* c) {
  query_reader query(c->asked);
  event_wish wish = read_event_wish(query);
  query.allow("ticket");
  if (std::optional<refusal> why = query.finish()) co_return std::unexpected(std::move(*why));
  if (!c->path.contains("id")) co_return nullptr;
  auto view = co_await a->given.jobs.find(c->at("id"));
  if (!view) co_return std::unexpected(refusal(view.error()));
  if (is_gone(wish.from, view->job)) co_return std::unexpected(events_gone(view->job));
  co_return std::make_shared<opening>(std::move(view->job), std::move(wish));
}

task<accepted_upgrade> accept(api* a, request asked) {
  call c = begin_call(*a, std::move(asked));
  const bool offered = offers_protocol(c.asked);
  const routed to = find_route(*a, c, true);
  if (!to) {
    reply whole = finished(*a, c, refuse(c, to.error()));
    co_return std::get<response>(std::move(whole));
  }
  const std::string_view operation = (*to)->operation;
  if (operation != "openStream" && operation != "openJobStream") {
    reply whole = finished(*a, c,
                           refuse(c, refused("request.header", "this is no WebSocket",
                                             "WebSockets are /v1/stream and "
                                             "/v1/jobs/{id}/stream")));
    co_return std::get<response>(std::move(whole));
  }
  auto first = co_await read_opening(a, &c);
  if (!first) co_return refuse_upgrade(*a, c, first.error(), offered);
  upgrade made;
  made.too_slow = static_cast<std::uint16_t>(close_code::slow_consumer);
  made.subprotocol = offered ? stream_protocol : std::string_view();
  // Called once: what is moved on need not stay in memory as long as the WebSocket does.
  made.converse = [a, who = c.who, first = std::move(*first)](websocket& socket) mutable {
    return converse(a, &socket, std::move(who), std::move(first));
  };
  co_return made;
}

application::body_rule rule_for(const api& a, const request& asked) {
  application::body_rule rule;
  rule.bytes_max = body_bytes_max;
  if (asked.method != "POST" || asked.path != "/v1/datasets") return rule;
  if (asked.header("content-type").starts_with("application/json")) return rule;
  rule.bytes_max = a.given.settings.upload_bytes_max;
  rule.spool_folder = a.given.settings.spool_folder;
  return rule;
}

// Of the statuses that the server itself answers with.
std::string_view code_for(unsigned status) {
  switch (status) {
    case 400:
      return "request.malformed";
    case 408:
      return "request.timeout";
    case 413:
      return "request.too-large";
    case 417:
      return "request.expectation";
    case 431:
      return "request.headers-too-large";
    case 503:
      return "server.busy";
    case 504:
      return "server.timeout";
    default:
      return "server.error";
  }
}

}  // namespace

api::api(dependencies d) : given(std::move(d)), table(make_table()) {
  if (!given.on_error) given.on_error = [](const std::string&) {};
}

void change_rules(api& a, door_rules fresh) {
  a.given.tokens = std::move(fresh.tokens);
  a.given.open = fresh.open;
  a.given.access = std::move(fresh.access);
  a.given.settings.upload_bytes_max = fresh.upload_bytes_max;
  if (a.given.tokens) a.tickets.keep_those_of(*a.given.tokens);
  for (open_stream* each : a.open) each->look_again();
}

// Without a table nobody needs a token: what was allowed stays so.
void open_stream::look_again() {
  if (!api_.given.tokens) return;
  const std::optional<identity> now = api_.given.tokens->find_again(by_.who);
  allowed_ = now && now->may(by_.needs);
  if (now) by_.who = *now;
  by_.wake();
}

std::vector<route> all_routes() { return make_table().routes(); }

application make_application(dependencies given) {
  return make_application(std::make_shared<api>(std::move(given)));
}

application make_application(std::shared_ptr<api> a) {
  application made;
  made.handle = [a](request asked) { return handle(a.get(), std::move(asked)); };
  made.accept = [a](request asked) { return accept(a.get(), std::move(asked)); };
  made.body_rule_for = [a](const request& asked) { return rule_for(*a, asked); };
  made.on_error = [a](std::string what) { a->given.on_error(std::move(what)); };
  made.problem = [](unsigned status, std::string detail) {
    const std::string_view title = status == 500 ? "the server failed" : "the request failed";
    response answer = to_response(
        refused(std::string(code_for(status)), std::string(title), std::move(detail)), {});
    answer.status = status;
    return answer;
  };
  return made;
}

}  // namespace chimera::http
