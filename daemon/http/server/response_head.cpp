#include "daemon/http/server/response_head.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <iterator>

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

namespace chimera::http {
namespace {

bool same_name(std::string_view a, std::string_view lower) {
  const auto equal = [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
  };
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), equal);
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> ours{"content-length", "transfer-encoding",
                                                 "connection", "date", "server"};
  const auto same = [name](std::string_view our) { return same_name(name, our); };
  return std::any_of(ours.begin(), ours.end(), same);
}

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

std::optional<std::string> response_head(unsigned status, const header_list& headers,
                                         const head_facts& facts) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nServer: chimera\r\nDate: {}\r\n",
                 status, std::string_view(reason.data(), reason.size()), facts.date);
  for (const auto& [name, value] : headers) {
    if (is_ours(name)) continue;
    if (!is_token(name) || !is_value(value)) return std::nullopt;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (facts.length && !(status < 200 || status == 204)) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *facts.length);
  }
  if (facts.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (!facts.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (facts.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return out;
}

bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

std::string to_date(std::chrono::system_clock::time_point when) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                     months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace chimera::http
