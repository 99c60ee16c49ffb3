#include "daemon/cli/watch_screen.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace chimera::cli {
void watch_screen::take(const stream_event& e, const watch_model& model) {
  if (on_.terminal) return;
  if (const std::string line = model.say(e); !line.empty()) fmt::print("{}\n", line);
  std::fflush(stdout);
}

void watch_screen::draw(const watch_model& model) {
  if (!on_.terminal) {
    const std::size_t place = model.place().position;
    if (place != 0 && place != told_place_) fmt::print("queued, place {}\n", place);
    told_place_ = place;
    std::fflush(stdout);
    return;
  }
  // The window may have another size now.
  const screen now = screen_of_stdout();
  std::vector<std::string> lines = model.draw(unix_ms(time_), now);
  if (lines == last_ && now.columns == on_.columns) return;
  on_ = now;
  on_.terminal = true;
  clear();
  std::string picture;
  for (const std::string& line : lines) picture += line + "\n";
  fmt::print("{}", picture);
  std::fflush(stdout);
  drawn_ = lines.size();
  last_ = std::move(lines);
}

void watch_screen::clear() {
  if (drawn_ > 0) fmt::print("\x1b[{}A\r\x1b[J", drawn_);
  std::fflush(stdout);
  drawn_ = 0;
  last_.clear();
}

void watch_screen::leave(const watch_model& model) {
  if (on_.terminal) {
    draw(model);
    return;
  }
  for (const std::string& line : model.ending()) fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace chimera::cli
