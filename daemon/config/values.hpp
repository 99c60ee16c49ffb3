// Durations, sizes, addresses and URLs as people write them. Nothing if the text is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/settings.hpp"

namespace chimera::config {

/// "500ms", "10s", "5m", "12h", "30d"; without unit: seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "100", "64KiB", "10GB"; decimal units of 1000, binary ones of 1024.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// A whole number from `least` to `most`.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t least,
                                                       std::uint64_t most);
/// "host:port", "[::1]:port" or ":port" (all addresses).
[[nodiscard]] std::optional<listen_address> parse_listen(std::string_view text);
/// True for "localhost", 127.0.0.0/8 and ::1: what only this machine reaches.
[[nodiscard]] bool is_loopback(std::string_view host);
/// Why `url` is no sound http or https address of a server; "" if it is. Never quotes it.
[[nodiscard]] std::string url_fault(std::string_view url);

}  // namespace chimera::config
