// The coroutine type of this program; the only Asio header on this floor.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace chimera {

/// A coroutine: started by a scope or awaited at once, parameters by value.
template <class T = void>
using task = boost::asio::awaitable<T>;

}  // namespace chimera
