#include "daemon/config/values.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace chimera::config {
namespace {

using unit = std::pair<std::string_view, std::uint64_t>;

constexpr std::array<unit, 6> durations = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}}};
constexpr std::array<unit, 10> sizes = {{{"KiB", 1ULL << 10U},
                                         {"MiB", 1ULL << 20U},
                                         {"GiB", 1ULL << 30U},
                                         {"TiB", 1ULL << 40U},
                                         {"kB", 1000},
                                         {"KB", 1000},
                                         {"MB", 1'000'000},
                                         {"GB", 1'000'000'000},
                                         {"TB", 1'000'000'000'000},
                                         {"B", 1}}};
// A century: more is a slip of the hand, and less than what 64 bits of nanoseconds hold.
constexpr std::uint64_t duration_ms_max = 100ULL * 366 * 86'400'000;

template <class Units>
std::optional<std::uint64_t> parse_amount(std::string_view text, const Units& units,
                                          std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop == text.data()) return std::nullopt;
  const std::string_view rest(stop, static_cast<std::size_t>(end - stop));
  const auto found = std::ranges::find(units, rest, &unit::first);
  if (found == units.end() || number > most / found->second) return std::nullopt;
  return number * found->second;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse_amount(text, durations, duration_ms_max);
  if (!ms) return std::nullopt;
  return std::chrono::milliseconds(*ms);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (auto plain = parse_count(text, 0, most)) return plain;
  return parse_amount(text, sizes, most);
}

std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t least,
                                         std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) return std::nullopt;
  return number;
}

std::optional<listen_address> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_count(text.substr(colon + 1), 0, 65'535);
  std::string_view host = text.substr(0, colon);
  if (host.empty()) host = "0.0.0.0";
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  const bool plain = std::ranges::all_of(
      host, [](char c) { return c > ' ' && c != '/' && c != '@' && c != '[' && c != ']'; });
  if (!port || host.empty() || !plain) return std::nullopt;
  return listen_address{std::string(host), static_cast<std::uint16_t>(*port)};
}

bool is_loopback(std::string_view host) {
  const std::string name(host);
  in_addr four{};
  in6_addr six{};
  if (name == "localhost") return true;
  if (::inet_pton(AF_INET, name.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24U) == 127;
  return ::inet_pton(AF_INET6, name.c_str(), &six) == 1 &&
         std::ranges::equal(six.s6_addr, in6addr_loopback.s6_addr);
}

std::string url_fault(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else
    return "it begins with neither http:// nor https://";
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos)
    return "it holds a user or a password; put a key into key_file";
  if (host.empty() || host.starts_with(':')) return "it names no server";
  if (rest.find_first_of("?#") != std::string_view::npos) return "it has a query or a fragment";
  const bool plain = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < 127; });
  if (!plain) return "it holds spaces or letters that belong percent-encoded";
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && !host.ends_with(']');
  if (has_port && !parse_count(host.substr(colon + 1), 1, 65'535)) return "its port is no port";
  return {};
}

}  // namespace chimera::config
