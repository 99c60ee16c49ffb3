#include "daemon/http/request_origin.hpp"

#include <algorithm>
#include <array>

#include "daemon/http/opaque_text.hpp"

namespace chimera::http {
namespace {

bool all_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view plain_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+/=";

}  // namespace

std::string request_id_of(const request& asked, const random_source& random) {
  const std::string_view said = asked.header("x-request-id");
  if (!said.empty() && said.size() <= 128 && all_of(said, plain_letters)) return std::string(said);
  std::array<unsigned char, 12> bytes{};
  random(bytes);
  return "req_" + to_base64url(std::string(bytes.begin(), bytes.end()));
}

std::string trace_id_of(const request& asked) {
  // version "-" trace-id "-" parent-id "-" flags
  const std::string_view said = asked.header("traceparent");
  if (said.size() < 55 || said[2] != '-' || said[35] != '-' || said[52] != '-') return {};
  const std::string_view trace = said.substr(3, 32);
  const bool sound = all_of(said.substr(0, 2), hex_digits) && said.substr(0, 2) != "ff" &&
                     all_of(trace, hex_digits) && all_of(said.substr(36, 16), hex_digits) &&
                     !all_of(trace, "0");
  return sound ? std::string(trace) : std::string();
}

}  // namespace chimera::http
