#include "daemon/loop/steady_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::loop {

std::chrono::nanoseconds steady_clock::now() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::chrono::system_clock::time_point steady_clock::today() const {
  return std::chrono::system_clock::now();
}

task<> steady_clock::sleep(std::chrono::nanoseconds duration) const {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(duration);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace chimera::loop
