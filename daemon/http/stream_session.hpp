// The protocol of a WebSocket (subprotocol chimera.v1.json) without its socket: commands in,
// answers and frames out.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/http/event_place.hpp"
#include "daemon/http/rate.hpp"
#include "daemon/http/request_body.hpp"
#include "daemon/jobs/service.hpp"

namespace chimera::http {

inline constexpr std::string_view stream_protocol = "chimera.v1.json";

/// Close codes beyond those of RFC 6455.
enum class close_code : std::uint16_t {
  end = 1000,
  restart = 1012,
  too_big = 1009,
  internal = 1011,
  bad_frame = 4400,
  unauthenticated = 4401,
  forbidden = 4403,
  no_such_job = 4404,
  cursor_gone = 4410,
  rate_limited = 4429,
  slow_consumer = 4430
};
/// The code for an HTTP status: 404 -> 4404.
[[nodiscard]] close_code close_code_of(unsigned status);

/// Tokens that come sooner than this after the last message of their subscription wait for it and
/// are merged; other events never wait, and no token waits longer.
inline constexpr std::chrono::milliseconds coalesce_usual{5};
inline constexpr std::chrono::milliseconds coalesce_max{1'000};

/// What a command asks the connection to do. `id` is the JSON text of the caller's id.
struct subscribe_command {
  std::string id;
  std::string job;
  event_wish wish;
  std::chrono::milliseconds coalesce = coalesce_usual;
};
struct cancel_command {
  std::string id;
  std::string job;
  std::string reason;
};
struct submit_command {
  std::string id;
  std::string idempotency_key;
  sorted_json body;
};
struct unsubscribe_command {
  std::string id;
  std::string sub;
};
/// Send this; nothing else to do.
struct say {
  std::string text;
};
struct hang_up {
  close_code code = close_code::bad_frame;
  std::string reason;
};
using stream_action = std::variant<say, hang_up, subscribe_command, unsubscribe_command,
                                   cancel_command, submit_command>;

struct stream_limits {
  std::size_t subscriptions = 64;
  std::size_t command_bytes = 64U << 10U;
  double commands_per_second = 50;
  double commands_burst = 200;
  std::chrono::nanoseconds bookmark{std::chrono::seconds(10)};
};

/// The state of one conversation. Time is an argument.
class stream_session {
 public:
  explicit stream_session(stream_limits limits);

  /// One message of the peer.
  [[nodiscard]] stream_action take(std::string_view message, std::chrono::nanoseconds now);

  /// A subscription to a job that was found. `wish.from` is set back to the start if its epoch is
  /// not the job's: then `recovered` is false and the history comes again.
  struct subscribed {
    std::string sub;    ///< "s1"
    std::string reply;  ///< the answer to the command
    bool recovered = true;
  };
  [[nodiscard]] subscribed subscribe(const std::string& id, event_wish& wish, const proto::job& job,
                                     std::chrono::nanoseconds now);
  /// False: there was none of that name.
  bool forget(std::string_view sub);
  [[nodiscard]] std::size_t size() const { return table_.size(); }

  /// What to send for a reading of a subscription, as head and tail of each message. Frames of
  /// events share their JSON with the log.
  struct frame {
    std::string head;        ///< `{"sub":"s1",` or a whole message
    jobs::shared_text tail;  ///< JSON of an event, to be sent without its first brace; or null
  };
  [[nodiscard]] std::vector<frame> frames(std::string_view sub, const jobs::reading& read,
                                          std::chrono::nanoseconds now);
  /// A bookmark, if one is due: the place has moved by what was not sent.
  [[nodiscard]] std::optional<std::string> bookmark(std::string_view sub, std::uint64_t reached,
                                                    std::chrono::nanoseconds now);

 private:
  struct entry {
    std::string job;
    std::uint64_t told = 0;  ///< the peer knows of everything up to here
    std::chrono::nanoseconds told_at{};
  };
  stream_limits limits_;
  rate_limit rate_;
  std::map<std::string, entry, std::less<>> table_;
  std::uint64_t subs_made_ = 0;
};

/// {"id":..,"result":{..}} and {"id":..,"error":{problem}}.
[[nodiscard]] std::string result_text(const std::string& id, std::string_view result);
[[nodiscard]] std::string error_text(const std::string& id, const refusal& why);

}  // namespace chimera::http
