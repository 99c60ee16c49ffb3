// Tells when files of a few folders have changed (Linux: inotify).
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/loop/asio.hpp"
#include "proto/problem.hpp"

namespace chimera::serve {

/// By folder: the names that matter; none: every file of YAML. Folders, not files, are watched,
/// because editors put a new file in the place of the old one. A link that points elsewhere now
/// counts ("..data", as volumes of Kubernetes have it); a change behind a link does not.
using watched_files = std::map<std::filesystem::path, std::set<std::string>>;

/// Lives on the loop thread. After stop() it must live until the loop has run dry.
class file_watch {
 public:
  /// `changed` is called when nothing has changed for 300 ms, or for 3 s while changes go on.
  file_watch(loop::asio::any_io_executor loop, std::function<void()> changed);

  /// From now on these, in place of those before. The first folder that cannot be watched is the
  /// problem "watch.folder"; the others are watched. A folder that was removed is tried again here.
  [[nodiscard]] proto::result<void> watch(const watched_files& files);
  void stop();

 private:
  struct place {
    std::filesystem::path folder;
    std::set<std::string> names;
  };
  [[nodiscard]] proto::result<void> open();
  void read();
  void take(std::size_t bytes);
  [[nodiscard]] bool matters(const place& at, std::string_view name) const;
  void settle();

  loop::asio::posix::stream_descriptor events_;
  loop::asio::steady_timer quiet_;
  std::function<void()> changed_;
  std::map<int, place> places_;  ///< by the kernel's number of the watch
  std::optional<loop::asio::steady_timer::time_point> first_change_;
  alignas(8) std::array<char, 16U << 10U> buffer_{};
};

}  // namespace chimera::serve
