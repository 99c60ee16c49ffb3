// How this program uses Asio: one completion token, errors as values.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "agents/ports/task.hpp"

namespace chimera::loop {

namespace asio = boost::asio;

/// The only completion token: `auto [error] = co_await timer.async_wait(as_result);`
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace chimera::loop
