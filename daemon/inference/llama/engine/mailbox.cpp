#include "daemon/inference/llama/engine/mailbox.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "daemon/inference/stream/lines.hpp"

namespace chimera::embedded {

mailbox::mailbox(const library& from) : from_(from), reader_([this] { read(); }) {}

void mailbox::read() {
  constexpr std::size_t line_max = std::size_t{256} << 20U;
  inference::lines lines(line_max);
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || lines.too_long()) ::_exit(0);
    lines.push({buffer.data(), static_cast<std::size_t>(got)});
    while (const auto line = lines.next()) {
      auto parsed = parse_command(*line);
      if (!parsed) {
        fmt::print(stderr, "{}\n", proto::to_text(parsed.error()));
        ::_exit(2);
      }
      const std::scoped_lock lock(guard_);
      commands_.push_back(*std::move(parsed));
      arrived_.notify_one();
    }
  }
}

std::vector<command> mailbox::take() {
  const std::scoped_lock lock(guard_);
  return std::exchange(commands_, {});
}

std::vector<command> mailbox::wait() {
  std::unique_lock lock(guard_);
  arrived_.wait(lock, [this] { return !commands_.empty(); });
  return std::exchange(commands_, {});
}

bool mailbox::tick(std::int64_t& told) const {
  constexpr std::int64_t second_us = 1'000'000;
  const std::int64_t now = from_.llama_time_us();
  if (now - told < second_us) return false;
  told = now;
  return true;
}

}  // namespace chimera::embedded
