#include "daemon/backends/backend_watch.hpp"

#include <utility>

namespace chimera::inference {

void backend_watch::refresh(const backend_set& all, bool engines) {
  if (stopped_) return;
  for (const named_backend& one : all.all()) {
    entry& mine = entries_[one.what.name];
    // Another backend by the same name: what was seen of the old one says nothing.
    if (mine.of != one.behind) mine = {one.behind, std::nullopt, false};
    const bool is_old = !mine.seen || age(*mine.seen) >= fresh_for;
    if (mine.looking || !is_old || (one.what.type == "llama" && !engines)) continue;
    mine.looking = true;
    looks_.start(look(one.what.name, one.behind));
  }
}

task<> backend_watch::look(std::string name, std::shared_ptr<gate> at) {
  auto view = co_await at->look();
  entry& mine = entries_[name];
  if (mine.of != at) co_return;
  last_look seen;
  seen.at = time_.now();
  if (view)
    seen.view = std::move(*view);
  else
    seen.problem = std::move(view.error());
  mine.seen = std::move(seen);
  mine.looking = false;
}

const last_look* backend_watch::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found != entries_.end() && found->second.seen ? &*found->second.seen : nullptr;
}

std::chrono::nanoseconds backend_watch::age(const last_look& seen) const {
  return time_.now() - seen.at;
}

void backend_watch::stop() {
  stopped_ = true;
  looks_.cancel();
}

}  // namespace chimera::inference
