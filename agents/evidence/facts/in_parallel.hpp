// The same work on many things, on a few threads that are joined before it returns.
#pragma once

#include <cstddef>
#include <functional>

namespace chimera::evidence {

/// Calls `work(i)` once for each i in 0..count-1, on the calling thread and up to `threads` - 1
/// others, in no particular order. The first exception is thrown again when all threads are joined;
/// work that had not begun by then is left out. The writer of `work` keeps calls from sharing what
/// they change.
void in_parallel(std::size_t count, std::size_t threads,
                 const std::function<void(std::size_t)>& work);

}  // namespace chimera::evidence
