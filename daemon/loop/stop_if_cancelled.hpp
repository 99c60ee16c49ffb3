// Ends a coroutine that was cancelled, where no further wait would.
#pragma once

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::loop {

/// Throws system_error(operation_aborted) if the calling coroutine has been cancelled. Waits with
/// `as_result` give an error instead of throwing; only the wait after it would throw.
[[nodiscard]] inline task<> stop_if_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace chimera::loop
