#include "daemon/loop/steady_clock.hpp"

namespace chimera::loop {

std::chrono::nanoseconds steady_clock::now() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::chrono::system_clock::time_point steady_clock::today() const {
  return std::chrono::system_clock::now();
}

}  // namespace chimera::loop
