#include "daemon/http/message.hpp"
namespace chimera::http {
std::string_view request::header(std::string_view name) const {
  for (const auto& h : headers)
    if (h.first == name) return h.second;
  return {};
}
std::string_view request::query_value(std::string_view name) const {
  for (const auto& h : query)
    if (h.first == name) return h.second;
  return {};
}
bool request::has_query(std::string_view name) const {
  for (const auto& h : query)
    if (h.first == name) return true;
  return false;
}
}  // namespace chimera::http
