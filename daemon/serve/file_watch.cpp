#include "daemon/serve/file_watch.hpp"

#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>

namespace chimera::serve {
namespace {

constexpr std::chrono::milliseconds quiet_time{300};
constexpr std::chrono::milliseconds wait_max{3'000};
constexpr std::uint32_t kinds = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

proto::problem cause(const std::string& what, int number) {
  proto::problem p;
  p.code = "watch.folder";
  p.title = fmt::format("{} cannot be watched", what);
  p.detail = std::generic_category().message(number);
  return p;
}

}  // namespace

file_watch::file_watch(loop::asio::any_io_executor loop, std::function<void()> changed)
    : events_(loop), quiet_(loop), changed_(std::move(changed)) {}

proto::result<void> file_watch::open() {
  if (events_.is_open()) return {};
  const int number = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (number < 0) return std::unexpected(cause("files", errno));
  events_.assign(number);
  read();
  return {};
}

proto::result<void> file_watch::watch(const watched_files& files) {
  if (auto opened = open(); !opened) return opened;
  std::map<int, place> now;
  proto::result<void> first;
  for (const auto& [folder, names] : files) {
    const int number = ::inotify_add_watch(events_.native_handle(), folder.c_str(), kinds);
    if (number < 0 && first)
      first = std::unexpected(cause(fmt::format("'{}'", folder.string()), errno));
    if (number < 0) continue;
    // Two spellings of one folder are one watch.
    const auto [known, is_new] = now.try_emplace(number, place{folder, names});
    if (!is_new && !known->second.names.empty()) {
      if (names.empty()) known->second.names.clear();
      known->second.names.insert(names.begin(), names.end());
    }
  }
  for (const auto& [number, at] : places_)
    if (!now.contains(number))
      ::inotify_rm_watch(events_.native_handle(), number);  // best effort: it may have gone
  places_ = std::move(now);
  return first;
}

void file_watch::stop() {
  boost::system::error_code ignored;  // best effort: closing a descriptor that is not used again
  events_.close(ignored);
  quiet_.cancel();
}

void file_watch::read() {
  auto on_events = [this](const boost::system::error_code& error, std::size_t bytes) {
    if (error) return;
    take(bytes);
    read();
  };
  events_.async_read_some(loop::asio::buffer(buffer_), std::move(on_events));
}

bool file_watch::matters(const place& at, std::string_view name) const {
  if (name.starts_with("..")) return true;
  if (at.names.contains(std::string(name))) return true;
  return at.names.empty() && !name.starts_with('.') &&
         (name.ends_with(".yaml") || name.ends_with(".yml"));
}

void file_watch::take(std::size_t bytes) {
  bool any = false;
  for (std::size_t at = 0; at + sizeof(inotify_event) <= bytes;) {
    inotify_event what;
    std::memcpy(&what, buffer_.data() + at, sizeof what);
    const char* text = buffer_.data() + at + sizeof what;
    const std::string_view name(text, ::strnlen(text, what.len));
    at += sizeof what + what.len;
    if ((what.mask & IN_Q_OVERFLOW) != 0) any = true;
    const auto place = places_.find(what.wd);
    if (place == places_.end()) continue;
    any = any || (what.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0 || matters(place->second, name);
    if ((what.mask & IN_IGNORED) != 0) places_.erase(place);
  }
  if (any) settle();
}

void file_watch::settle() {
  const auto now = loop::asio::steady_timer::clock_type::now();
  if (!first_change_) first_change_ = now;
  quiet_.expires_at(std::min(now + quiet_time, *first_change_ + wait_max));
  auto on_quiet = [this](const boost::system::error_code& stopped) {
    if (stopped || !events_.is_open()) return;
    first_change_.reset();
    changed_();
  };
  quiet_.async_wait(std::move(on_quiet));
}

}  // namespace chimera::serve
