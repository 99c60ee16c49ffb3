#include "daemon/http/router.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace chimera::http {
namespace {

using path_values = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

bool is_name(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

std::optional<path_values> fit(const std::vector<std::string_view>& pattern,
                               const std::vector<std::string_view>& parts) {
  path_values values;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= parts.size()) return std::nullopt;
    if (!is_name(pattern[i])) {
      if (pattern[i] != parts[i]) return std::nullopt;
      continue;
    }
    std::string_view name = pattern[i].substr(1, pattern[i].size() - 2);
    std::string_view value = parts[i];
    const bool rest = name.ends_with("...");
    if (rest) {
      name.remove_suffix(3);
      const std::string_view last = parts.back();
      value = {value.data(), static_cast<std::size_t>(last.data() + last.size() - value.data())};
    }
    if (value.empty()) return std::nullopt;
    values.emplace(name, value);
    if (rest) return values;
  }
  if (parts.size() != pattern.size()) return std::nullopt;
  return values;
}

}  // namespace

void router::add(const route& r) { entries_.push_back({r, split(r.pattern)}); }

router::answer router::match(std::string_view method, std::string_view path) const {
  const std::vector<std::string_view> parts = split(path);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::set<std::string_view> allowed;
  for (const entry& each : entries_) {
    std::optional<path_values> values = fit(each.parts, parts);
    if (!values) continue;
    if (each.to.method == wanted) return found{&each.to, std::move(*values)};
    allowed.insert(each.to.method);
    if (each.to.method == "GET") allowed.insert("HEAD");
  }
  if (allowed.empty()) return unknown{};
  allowed.insert("OPTIONS");
  std::string allow;
  for (const std::string_view each : allowed) {
    if (!allow.empty()) allow += ", ";
    allow += each;
  }
  return wrong_method{std::move(allow)};
}

std::vector<route> router::routes() const {
  std::vector<route> all;
  for (const entry& each : entries_) all.push_back(each.to);
  return all;
}

}  // namespace chimera::http
