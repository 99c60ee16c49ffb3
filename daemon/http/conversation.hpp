// The coroutine behind a WebSocket: takes commands, then gives each subscription a turn.
#pragma once

#include <memory>
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
/// `first` may be null; it is let go of when it is subscribed to, and the frame stays small.
/// `a` and `socket` outlive the coroutine.
[[nodiscard]] task<> converse(api* a, websocket* socket, identity who,
                              std::shared_ptr<opening> first);

}  // namespace chimera::http
