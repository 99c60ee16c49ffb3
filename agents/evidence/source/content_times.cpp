#include "agents/evidence/source/content_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <tuple>

#include "agents/evidence/source/file_kind.hpp"

namespace chimera::evidence {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The number in `count` digits at `at`, or -1.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

char char_at(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

bool is_date(int year, int month, int day) {
  if (year < 1990 || year > 2099 || month < 1 || day < 1) return false;
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

// Second 60 is a leap second.
bool is_time(int hour, int minute, int second) {
  return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
}

constexpr std::size_t date_size = 10;

bool date_at(std::string_view text, std::size_t at) {
  return char_at(text, at + 4) == '-' && char_at(text, at + 7) == '-' &&
         is_date(digits_at(text, at, 4), digits_at(text, at + 5, 2), digits_at(text, at + 8, 2));
}

/// Length of an offset ("Z", "+00:00", "-0700") at `at`, or 0.
std::size_t zone_at(std::string_view text, std::size_t at) {
  const char sign = char_at(text, at);
  if (sign == 'Z') return letter(char_at(text, at + 1)) ? 0 : 1;
  if (sign != '+' && sign != '-') return 0;
  const std::size_t colon = char_at(text, at + 3) == ':' ? 1 : 0;
  const int hour = digits_at(text, at + 1, 2);
  const int minute = digits_at(text, at + 3 + colon, 2);
  const bool ends = !digit(char_at(text, at + 5 + colon));
  return hour >= 0 && hour <= 14 && minute >= 0 && minute <= 59 && ends ? 5 + colon : 0;
}

/// A time as it stands in a text: [begin, end), without the offset [begin, wall_end).
struct span {
  std::size_t begin = 0;
  std::size_t wall_end = 0;
  std::size_t end = 0;
};

span with_time(std::string_view text, std::size_t begin) {
  std::size_t at = begin + date_size;
  const span date{begin, at, at};
  const char between = char_at(text, at);
  if (between != 'T' && between != ' ') return date;
  const int hour = digits_at(text, at + 1, 2);
  const int minute = digits_at(text, at + 4, 2);
  if (char_at(text, at + 3) != ':' || !is_time(hour, minute, 0)) return date;
  at += 6;
  bool seconds = false;
  if (char_at(text, at) == ':' && is_time(hour, minute, digits_at(text, at + 1, 2))) {
    at += 3;
    seconds = true;
  }
  if (digit(char_at(text, at))) return date;
  if (seconds && char_at(text, at) == '.' && digit(char_at(text, at + 1))) {
    ++at;
    while (digit(char_at(text, at))) ++at;
  }
  // "10:00-11:00" without seconds is a range, no offset.
  const bool zoned = seconds || between == 'T' || char_at(text, at) == 'Z';
  return {begin, at, at + (zoned ? zone_at(text, at) : 0)};
}

/// The time whose date has its first '-' at `dash`; end 0 if there is none.
span time_around(std::string_view text, std::size_t dash) {
  if (dash < 4 || !date_at(text, dash - 4)) return {};
  const std::size_t begin = dash - 4;
  const char before = begin > 0 ? text[begin - 1] : ' ';
  if (digit(before) || letter(before) || before == '.') return {};
  // "gpt-4o-2024-08-06" is a model.
  if (before == '-' && begin > 1 && (digit(text[begin - 2]) || letter(text[begin - 2]))) return {};
  const char after = char_at(text, begin + date_size);
  const bool time_follows = after == 'T' && digit(char_at(text, begin + date_size + 1));
  if (digit(after) || (letter(after) && !time_follows)) return {};
  return with_time(text, begin);
}

// As with_time writes it, with 'T' between date and time.
int compare_walls(std::string_view a, std::string_view b) {
  if (const int days = a.substr(0, date_size).compare(b.substr(0, date_size)); days != 0)
    return days;
  const std::string_view none;
  return (a.size() > date_size ? a.substr(date_size + 1) : none)
      .compare(b.size() > date_size ? b.substr(date_size + 1) : none);
}

/// Earliest and latest of the times taken; end 0 if none was.
struct extent {
  span first;
  span last;
  void take(std::string_view text, const span& found) {
    const auto wall = [&](const span& s) { return text.substr(s.begin, s.wall_end - s.begin); };
    if (first.end == 0 || compare_walls(wall(found), wall(first)) < 0) first = found;
    if (last.end == 0 || compare_walls(wall(found), wall(last)) > 0) last = found;
  }
};

bool is_json(std::string_view file) {
  const std::string type = type_of(file);
  return type == "json" || type == "jsonl" || type == "ndjson";
}

/// Is it a JSON string of its own? A quote after a backslash is part of a longer one.
bool is_json_string(std::string_view text, const span& s) {
  if (s.begin == 0 || text[s.begin - 1] != '"' || char_at(text, s.end) != '"') return false;
  return s.begin < 2 || text[s.begin - 2] != '\\';
}

/// Is it a field of its own in a delimited table, give or take quotes and spaces?
bool is_field(std::string_view text, const span& s) {
  constexpr std::string_view around = ",;|\t\r\n";
  constexpr std::string_view padding = " \"'";
  std::size_t begin = s.begin;
  std::size_t end = s.end;
  while (begin > 0 && padding.find(text[begin - 1]) != std::string_view::npos) --begin;
  while (end < text.size() && padding.find(text[end]) != std::string_view::npos) ++end;
  return (begin == 0 || around.find(text[begin - 1]) != std::string_view::npos) &&
         (end == text.size() || around.find(text[end]) != std::string_view::npos);
}

std::string_view wall_of(std::string_view iso) {
  return iso.substr(0, std::min(iso.size(), iso.find_first_of("Z+-", date_size)));
}

/// Calls `each(dash)` for every position with '-' and another '-' three bytes on. Whole blocks
/// without one are passed over at the speed of memory: the inner loop becomes vector code.
template <class Each>
void each_candidate(std::string_view text, Each each) {
  constexpr std::size_t block = 64;
  constexpr std::size_t apart = 3;
  const char* const p = text.data();
  std::size_t at = 0;
  for (; at + block + apart <= text.size(); at += block) {
    unsigned char any = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const auto first = static_cast<unsigned char>(p[at + i] == '-');
      const auto second = static_cast<unsigned char>(p[at + i + apart] == '-');
      any = static_cast<unsigned char>(any | (first & second));
    }
    if (any == 0) continue;
    for (std::size_t i = at; i < at + block; ++i)
      if (p[i] == '-' && p[i + apart] == '-') each(i);
  }
  for (; at + apart < text.size(); ++at)
    if (p[at] == '-' && p[at + apart] == '-') each(at);
}

content_time entry_of(std::string_view file, std::string_view text, const span& s, bool record) {
  content_time out;
  out.file = file;
  const auto begin = text.begin();
  out.where = fmt::format(
      "line {}",
      1 + std::count(begin, std::next(begin, static_cast<std::ptrdiff_t>(s.begin)), '\n'));
  out.text = text.substr(s.begin, s.end - s.begin);
  if (out.text.size() > date_size) out.text[date_size] = 'T';
  out.record = record;
  return out;
}

std::string date_text(int date) {
  return fmt::format("{:04}-{:02}-{:02}", date / 10000, date / 100 % 100, date % 100);
}

bool date_number(int date) { return is_date(date / 10000, date / 100 % 100, date % 100); }

/// "T15:18:24" from the six digits after a date and one of "-_T " (or after the date itself).
std::string compact_time(std::string_view path, std::size_t at) {
  if (const char c = char_at(path, at); c == '-' || c == '_' || c == 'T' || c == ' ') ++at;
  const int time = digits_at(path, at, 6);
  if (time < 0 || digit(char_at(path, at + 6))) return {};
  if (!is_time(time / 10000, time / 100 % 100, time % 100)) return {};
  return fmt::format("T{:02}:{:02}:{:02}", time / 10000, time / 100 % 100, time % 100);
}

std::string time_in_path_at(std::string_view path, std::size_t at) {
  if (date_at(path, at)) {
    if (digit(char_at(path, at + date_size))) return {};
    return std::string(path.substr(at, date_size)) + compact_time(path, at + date_size);
  }
  const int date = digits_at(path, at, 8);
  if (date < 0 || !date_number(date)) return {};
  std::string time = compact_time(path, at + 8);
  if (time.empty() && digit(char_at(path, at + 8))) return {};
  return date_text(date) + time;
}

}  // namespace

void find_times(std::string_view file, std::string_view text, bool record,
                std::vector<content_time>& out) {
  extent records;
  extent others;
  const bool json = is_json(file);
  each_candidate(text, [&](std::size_t dash) {
    const span found = time_around(text, dash);
    if (found.end == 0) return;
    const bool whole = record && (json ? is_json_string(text, found) : is_field(text, found));
    (whole ? records : others).take(text, found);
  });
  for (const extent* e : {&records, &others}) {
    if (e->first.end == 0) continue;
    const bool of_record = e == &records;
    out.push_back(entry_of(file, text, e->first, of_record));
    if (e->last.begin != e->first.begin) out.push_back(entry_of(file, text, e->last, of_record));
  }
}

std::optional<content_time> time_in_name(std::string_view path) {
  std::string best;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (!digit(path[at]) || (at > 0 && digit(path[at - 1]))) continue;
    if (std::string found = time_in_path_at(path, at); found.size() >= best.size())
      best = std::move(found);
  }
  if (best.empty()) return std::nullopt;
  return content_time{std::string(path), "name", std::move(best), false};
}

std::vector<content_time> first_last(std::vector<content_time> times) {
  if (times.empty()) return {};
  const auto before = [](const content_time& a, const content_time& b) {
    if (const int order = compare_walls(wall_of(a.text), wall_of(b.text)); order != 0)
      return order < 0;
    return std::tie(a.file, a.where, a.text) < std::tie(b.file, b.where, b.text);
  };
  // Of equally late ones the first file, too: not the last in the order of `before`.
  const auto earlier = [](const content_time& a, const content_time& b) {
    return compare_walls(wall_of(a.text), wall_of(b.text)) < 0;
  };
  std::ranges::sort(times, before);
  std::vector<content_time> records;
  std::ranges::copy_if(times, std::back_inserter(records), &content_time::record);
  std::vector<content_time> out(2);
  if (!records.empty()) out = {records.front(), *std::ranges::max_element(records, earlier)};
  out.push_back(times.front());
  out.push_back(*std::ranges::max_element(times, earlier));
  return out;
}

}  // namespace chimera::evidence
