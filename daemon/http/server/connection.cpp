#include "daemon/http/server/connection.hpp"

#include <algorithm>
#include <utility>

#include "daemon/http/server/response_head.hpp"

namespace chimera::http {

const std::string& server_state::date() {
  const auto now = clock.today();
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  if (second != date_of_) {
    date_of_ = second;
    date_ = to_date(now);
  }
  return date_;
}

response server_state::problem(unsigned status, std::string detail) const {
  if (app.problem) return app.problem(status, std::move(detail));
  response out;
  out.status = status;
  return out;
}

void server_state::report(std::string where, const std::exception_ptr& error) const {
  if (!app.on_error || dropping) return;
  std::string cause = "an exception of unknown type";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    cause = e.what();
  } catch (...) {
    // best effort: such an exception has no text
  }
  app.on_error(where + ": " + cause);
}

std::chrono::milliseconds server_state::sweep_interval() const {
  const auto shortest = std::min(
      {limits.request_timeout, limits.write_timeout, limits.keep_alive, limits.close_timeout});
  return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

void server_state::sweep() {
  const auto now = clock.now();
  for (auto place = connections.begin(); place != connections.end();) {
    live_connection& connection = **place++;
    if (connection.last_deadline_ <= now) {
      connection.drop();
    } else if (connection.deadline_ <= now) {
      connection.no_deadline();
      connection.deadline_passed();
    }
  }
}

live_connection::live_connection(server_state& server)
    : server_(&server), place_(server.connections.insert(server.connections.end(), this)) {}

live_connection::~live_connection() { server_->connections.erase(place_); }

}  // namespace chimera::http
