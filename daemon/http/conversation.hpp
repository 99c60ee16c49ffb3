// The coroutine behind a WebSocket: takes commands, then gives each subscription a turn.
#pragma once

#include <optional>
#include <string>

#include "daemon/http/api.hpp"
#include "daemon/http/event_place.hpp"

namespace chimera::http {

/// The one job of /v1/jobs/{id}/stream, subscribed to at once; the connection ends with it.
struct opening {
  proto::job job;
  event_wish wish;
};

/// Runs until the peer goes, breaks a rule, or the job of `first` has ended. Per connection at most
/// one reading of a log is in memory, whatever the number of subscriptions and the peer's speed.
/// `a` and `socket` outlive the coroutine.
[[nodiscard]] task<> converse(api* a, websocket* socket, identity who,
                              std::optional<opening> first);

}  // namespace chimera::http
