#include "daemon/faults/faults.hpp"

#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <string>

#include <fmt/format.h>

namespace chimera::faults {
namespace {

constexpr std::array<std::string_view, 12> names = {
    "store.commit.before", "store.commit.middle", "store.commit.after", "store.prune.after",
    "shelf.write",         "shelf.sync",          "shelf.rename",       "shelf.remove",
    "sqlite.open",         "sqlite.write",        "sqlite.sync",        "sqlite.truncate"};
static_assert(names.size() == static_cast<std::size_t>(point::sqlite_truncate) + 1);

constexpr int die = -1;

struct fault {
  int error = 0;  // errno or `die`; 0 = none
  std::uint64_t at = 0;
  bool onward = false;
};

std::array<fault, names.size()> faults;
std::array<std::atomic<std::uint64_t>, names.size()> counts;

bool read_fault(std::string_view text, std::array<fault, names.size()>& into) {
  const std::size_t equals = text.find('=');
  const std::size_t sign = text.find('@');
  if (equals == std::string_view::npos || sign == std::string_view::npos || sign < equals)
    return false;
  const std::string_view what = text.substr(equals + 1, sign - equals - 1);
  std::string_view count = text.substr(sign + 1);
  fault f;
  f.error = what == "kill" ? die : what == "eio" ? EIO : what == "enospc" ? ENOSPC : 0;
  f.onward = count.ends_with('+');
  if (f.onward) count.remove_suffix(1);
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), f.at);
  if (f.error == 0 || error != std::errc{} || end != count.data() + count.size() || f.at == 0)
    return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != text.substr(0, equals)) continue;
    into[i] = f;
    return true;
  }
  return false;
}

}  // namespace

std::atomic<bool> detail::on = false;

int detail::hit_slow(point p) {
  const auto i = static_cast<std::size_t>(p);
  const std::uint64_t n = counts[i].fetch_add(1, std::memory_order_relaxed) + 1;
  const fault& f = faults[i];
  if (f.error == 0 || (f.onward ? n < f.at : n != f.at)) return 0;
  if (f.error == die) ::kill(::getpid(), SIGKILL);
  return f.error == die ? EIO : f.error;
}

proto::result<void> configure(std::string_view setting) {
  std::array<fault, names.size()> wanted;
  const bool any = !setting.empty();
  while (!setting.empty()) {
    const std::size_t comma = setting.find(',');
    const std::string_view one = setting.substr(0, comma);
    setting = comma == std::string_view::npos ? std::string_view{} : setting.substr(comma + 1);
    if (!read_fault(one, wanted)) {
      auto bad = proto::fail("faults.bad-setting", fmt::format("'{}' names no fault", one),
                             "write POINT=kill@N, POINT=eio@N or POINT=enospc@N; N+ for all later");
      for (const std::string_view name : names) bad.error().allowed += std::string(name) + ' ';
      return bad;
    }
  }
  faults = wanted;
  for (auto& count : counts) count = 0;
  detail::on = any;
  return {};
}

std::uint64_t hits(point p) { return counts[static_cast<std::size_t>(p)]; }

}  // namespace chimera::faults
