#include "daemon/cli/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace chimera::cli {
namespace {

constexpr std::int64_t between_updates_ns = 50'000'000;
constexpr std::size_t columns = 78;

}  // namespace

progress::style progress::style_for(bool quiet) {
  if (quiet) return style::silent;
  const char* terminal = std::getenv("TERM");
  const bool knows = terminal != nullptr && std::string_view(terminal) != "dumb";
  return knows && ::isatty(STDERR_FILENO) == 1 ? style::terminal : style::lines;
}

void progress::show(std::string_view stage, std::size_t done, std::size_t of,
                    std::string_view now) {
  if (how_ == style::silent) return;
  const std::lock_guard guard(lock_);
  const bool fresh = stage != stage_;
  if (how_ == style::lines) {
    if (fresh) fmt::print(stderr, "chimera: {}\n", stage);
    stage_ = stage;
    return;
  }
  const std::int64_t time = time_.now().count();
  if (!fresh && done != of && time - shown_ns_ < between_updates_ns) return;
  std::string line = fmt::format("chimera: {}", stage);
  if (of > 0) line += fmt::format("  {} of {}", done, of);
  if (!now.empty()) line += fmt::format("  {}", now);
  if (line.size() > columns) line.resize(columns);
  if (fresh && open_) fmt::print(stderr, "\n");
  fmt::print(stderr, "\r\x1b[2K{}", line);
  std::fflush(stderr);
  stage_ = stage;
  shown_ns_ = time;
  open_ = true;
}

void progress::end() {
  const std::lock_guard guard(lock_);
  if (open_) fmt::print(stderr, "\n");
  open_ = false;
}

}  // namespace chimera::cli
