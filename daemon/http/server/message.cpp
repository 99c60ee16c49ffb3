#include "daemon/http/server/message.hpp"

#include <algorithm>

namespace chimera::http {
namespace {

using pair_list = std::vector<std::pair<std::string, std::string>>;

std::string_view first_of(const pair_list& pairs, std::string_view name) {
  const auto named = [name](const auto& pair) { return pair.first == name; };
  const auto found = std::find_if(pairs.begin(), pairs.end(), named);
  return found == pairs.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view request::header(std::string_view name) const { return first_of(headers, name); }

std::string_view request::query_value(std::string_view name) const { return first_of(query, name); }

bool request::has_query(std::string_view name) const {
  const auto named = [name](const auto& pair) { return pair.first == name; };
  return std::any_of(query.begin(), query.end(), named);
}

}  // namespace chimera::http
