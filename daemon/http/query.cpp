#include "daemon/http/query.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"

namespace chimera::http {
namespace {

constexpr std::size_t words_max = 256;

std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view letters) {
  if (text.empty() || letters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" in milliseconds; further digits are dropped.
std::optional<int> fraction(std::string_view& text) {
  if (!take(text, ".")) return 0;
  int value = 0;
  int scale = 100;
  std::size_t count = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value += (text.front() - '0') * scale;
    scale /= 10;
    ++count;
    text.remove_prefix(1);
  }
  return count == 0 ? std::nullopt : std::optional(value);
}

// Minutes east of UTC.
std::optional<int> offset(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  // A '+' of a query may have been decoded to a space.
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!take(text, "+- ")) return std::nullopt;
  const std::optional<int> hours = digits(text, 2);
  if (!hours || !take(text, ":")) return std::nullopt;
  const std::optional<int> minutes = digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty() && words.size() < words_max) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) words.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

std::optional<std::int64_t> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto y = digits(text, 4);
  if (!y || !take(text, "-")) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || !take(text, "-")) return std::nullopt;
  const auto d = digits(text, 2);
  if (!d || !take(text, "Tt ")) return std::nullopt;
  const auto h = digits(text, 2);
  if (!h || !take(text, ":")) return std::nullopt;
  const auto min = digits(text, 2);
  if (!min || !take(text, ":")) return std::nullopt;
  const auto s = digits(text, 2);
  if (!s || *h > 23 || *min > 59 || *s > 60) return std::nullopt;
  const auto ms = fraction(text);
  const auto east = offset(text);
  if (!ms || !east || !text.empty()) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  const auto whole = sys_days{date}.time_since_epoch() + hours{*h} + minutes{*min - *east} +
                     seconds{*s} + milliseconds{*ms};
  return duration_cast<milliseconds>(whole).count();
}

std::string query_reader::text(std::string_view name) {
  known_.emplace_back(name);
  return std::string(asked_.query_value(name));
}

std::uint64_t query_reader::number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                   std::uint64_t fallback) {
  const std::string said = text(name);
  if (!asked_.has_query(name)) return fallback;
  const std::optional<std::uint64_t> value = whole_number(said);
  if (value && *value >= least && *value <= most) return *value;
  wrong(name, fmt::format("must be a whole number from {} to {}", least, most));
  return fallback;
}

bool query_reader::flag(std::string_view name) {
  const std::string said = text(name);
  if (!asked_.has_query(name) || said == "false") return false;
  if (said == "true" || said.empty()) return true;
  wrong(name, "must be true or false", {"true", "false"});
  return false;
}

std::int64_t query_reader::time(std::string_view name) {
  const std::string said = text(name);
  if (!asked_.has_query(name)) return 0;
  const std::optional<std::int64_t> value = from_rfc3339(said);
  if (!value) wrong(name, "must be a time such as 2026-11-23T10:00:00Z");
  return value.value_or(0);
}

std::vector<std::string> query_reader::list(std::string_view name) {
  known_.emplace_back(name);
  std::vector<std::string> all;
  for (const auto& [key, value] : asked_.query) {
    if (key != name) continue;
    for (std::string& word : words_of(value))
      if (all.size() < words_max) all.push_back(std::move(word));
  }
  return all;
}

void query_reader::wrong(std::string_view name, std::string detail,
                         std::vector<std::string> allowed) {
  errors_.push_back({"?" + std::string(name), std::move(detail), std::move(allowed)});
}

std::optional<refusal> query_reader::finish() {
  for (const auto& [name, value] : asked_.query) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string detail = "unknown parameter";
    if (const std::string near = personas::nearest(name, known_); !near.empty())
      detail += fmt::format("; did you mean '{}'?", near);
    wrong(name, std::move(detail), known_);
  }
  if (errors_.empty()) return std::nullopt;
  refusal why = refused("request.query", "the query is not valid",
                        errors_.front().pointer + ": " + errors_.front().detail);
  why.errors = std::move(errors_);
  return why;
}

}  // namespace chimera::http
