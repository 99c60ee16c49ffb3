#include "agents/claims/check/dates.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "agents/claims/check/words.hpp"
#include "agents/claims/letters.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

constexpr std::size_t reach = 32;  // bytes to the other parts of a date

std::optional<int> month_of(std::string_view word) {
  constexpr std::array months = {"january",   "february", "march",    "april",
                                 "may",       "june",     "july",     "august",
                                 "september", "october",  "november", "december"};
  for (std::size_t i = 0; i < months.size(); ++i) {
    const std::string_view month = months.at(i);
    if (word == month || word == month.substr(0, 3) || (word == "sept" && i == 8))
      return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

std::optional<int> whole(std::string_view word) {
  if (word.empty() || word.size() > 4 || !std::ranges::all_of(word, ascii_digit))
    return std::nullopt;
  return static_cast<int>(*proto::parse_decimal(word));
}

std::string numeric_date(std::string_view text, std::size_t start, std::size_t end) {
  const auto part = [](char c) {
    return ascii_digit(c) || std::string_view("-:T.+Z/").find(c) != std::string_view::npos;
  };
  const std::size_t low = start > reach ? start - reach : 0;
  const std::size_t high = std::min(end + reach, text.size());
  while (start > low && part(text[start - 1])) --start;
  while (end < high && part(text[end])) ++end;
  std::string date(text.substr(start, end - start));
  while (!date.empty() && !ascii_digit(date.back()) && date.back() != 'Z') date.pop_back();
  if (date.size() >= 10 && date[4] == '/') date[4] = date[7] = '-';
  return date;
}

// Day, month and year in either order, of which one is the word at `middle`.
std::string written_date(const std::vector<word>& words, std::size_t month) {
  std::optional<int> day;
  std::optional<int> year;
  const auto take = [&](std::size_t at) {
    if (at >= words.size()) return;
    const auto value = whole(words[at].text);
    if (value && words[at].text.size() == 4)
      year = year ? year : value;
    else if (value && *value >= 1 && *value <= 31)
      day = day ? day : value;
  };
  if (month > 0) take(month - 1);
  take(month + 1);
  if (month + 2 < words.size() && whole(words[month + 1].text)) take(month + 2);
  const int of_year = *month_of(words[month].text);
  if (year && day) return fmt::format("{:04}-{:02}-{:02}", *year, of_year, *day);
  if (year) return fmt::format("{:04}-{:02}", *year, of_year);
  if (day) return fmt::format("--{:02}-{:02}", of_year, *day);
  return {};
}

}  // namespace

std::string date_at(std::string_view text, std::size_t start, std::size_t end) {
  if (std::string date = numeric_date(text, start, end); date.size() >= 7) return date;
  const std::size_t from = start > reach ? start - reach : 0;
  const std::vector<word> words = words_of(text.substr(from, end + reach - from));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool near = words[i].start + from < end + 8 && words[i].end + from + 8 > start;
    if (near && month_of(words[i].text) && !words[i].text.empty()) return written_date(words, i);
  }
  return {};
}

bool same_date(std::string_view said, std::string_view known) {
  if (said.starts_with("--")) return known.size() >= 10 && known.substr(4, 6) == said.substr(1);
  return said.size() >= 7 && known.starts_with(said);
}

}  // namespace chimera::claims
