// What all connections of one server share, and their deadlines.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "daemon/http/server/message.hpp"
#include "daemon/loop/asio.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/loop/steady_clock.hpp"

namespace chimera::http {

class live_connection;

/// One per server. A timer per wait would cost a fifth of the throughput and memory of every idle
/// connection; instead, a deadline is a number and one sweep looks at all of them. A deadline is
/// therefore kept with the precision of sweep_interval().
struct server_state {
  server_state(application a, server_limits l, loop::blocking_pool& p)
      : app(std::move(a)), limits(l), pool(&p) {}

  [[nodiscard]] const std::string& date();
  /// The answer for what the server refuses itself.
  [[nodiscard]] response problem(unsigned status, std::string detail) const;
  /// Tells the application about an exception of one of its functions.
  void report(std::string where, const std::exception_ptr& error) const;
  [[nodiscard]] std::chrono::milliseconds sweep_interval() const;
  /// Calls every connection whose deadline has passed.
  void sweep();

  application app;
  server_limits limits;
  loop::blocking_pool* pool;
  loop::steady_clock clock;
  std::list<live_connection*> connections;
  bool stopping = false;  ///< answers say "Connection: close" from now on
  bool dropping = false;  ///< handlers are cancelled, which is no error of theirs

 private:
  std::string date_;
  std::chrono::seconds date_of_{-1};
};

/// In the list of its server from construction to destruction.
class live_connection {
 public:
  explicit live_connection(server_state& server);
  live_connection(const live_connection&) = delete;
  live_connection& operator=(const live_connection&) = delete;
  virtual ~live_connection();

  /// Ends politely, soon: what is under way may finish.
  virtual void server_stops() = 0;
  /// Closes the socket now; every wait on it fails.
  virtual void drop() = 0;
  /// What was to happen until the deadline has not happened.
  virtual void deadline_passed() = 0;

  void deadline(std::chrono::milliseconds from_now) { deadline_ = now() + from_now; }
  void no_deadline() { deadline_ = never; }
  /// Drops the connection then, whatever is under way. The first call counts.
  void last_deadline(std::chrono::milliseconds from_now) {
    if (last_deadline_ == never) last_deadline_ = now() + from_now;
  }

 protected:
  [[nodiscard]] server_state& server() const { return *server_; }

 private:
  friend struct server_state;
  static constexpr auto never = std::chrono::nanoseconds::max();
  [[nodiscard]] std::chrono::nanoseconds now() const { return server_->clock.now(); }

  server_state* server_;
  std::list<live_connection*>::iterator place_;
  std::chrono::nanoseconds deadline_ = never;
  std::chrono::nanoseconds last_deadline_ = never;
};

}  // namespace chimera::http
