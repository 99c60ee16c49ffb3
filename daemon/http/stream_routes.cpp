// The WebSocket resources, asked for without an upgrade.
#include "daemon/http/api.hpp"

namespace chimera::http {
namespace {

task<reply> needs_upgrade(api*, call c) {
  refusal why = refused("route.upgrade", "this is a WebSocket",
                        "ask with Upgrade: websocket and the subprotocol chimera.v1.json");
  why.headers = {{"upgrade", "websocket"}, {"connection", "Upgrade"}};
  co_return refuse(c, why);
}

task<reply> make_ticket(api* a, call c) {
  const auto ticket = a->tickets.issue(c.who, a->given.time.now(), a->given.random);
  if (!ticket)
    co_return refuse(c, refused("rate.tickets", "too many tickets are open",
                                "a ticket is forgotten after 30 seconds"));
  co_return json_response(201, "{\"ticket\":\"" + *ticket + "\",\"expires_in\":" +
                                   std::to_string(ticket_book::lifetime.count()) + "}");
}

}  // namespace

void add_stream_routes(router& table) {
  table.add({"GET", "/v1/stream", "openStream", scope_read | scope_submit, needs_upgrade, true});
  table.add({"GET", "/v1/jobs/{id}/stream", "openJobStream", scope_read, needs_upgrade, true});
  table.add({"POST", "/v1/tickets", "makeTicket", scope_read | scope_submit, make_ticket});
}

}  // namespace chimera::http
