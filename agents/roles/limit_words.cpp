#include "agents/roles/limit_words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "agents/claims/check/words.hpp"

namespace chimera::roles {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::string_view part_heading = "### ";
constexpr std::string_view ellipsis = " ...";

// White space parts words; what holds no letter, digit or byte beyond ASCII is none.
std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool counted = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (space.contains(c)) {
      counted = false;
    } else if (!counted && (byte >= 0x80 || std::isalnum(byte) != 0)) {
      counted = true;
      ++words;
    }
  }
  return words;
}

// A sentence, a heading, a line of code: what is kept or goes as one.
struct unit {
  std::size_t start = 0;
  std::size_t end = 0;
  std::size_t words = 0;
};

struct section {
  std::vector<unit> heading;  ///< one or none
  std::vector<unit> units;
  std::size_t words = 0;
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(space) == std::string_view::npos;
}

// The lines of `markdown` from `start` to `end` that say something.
void add_lines(std::string_view markdown, std::size_t start, std::size_t end,
               std::vector<unit>& units) {
  while (start < end) {
    const std::size_t stop = std::min(markdown.find('\n', start), end);
    const std::string_view line = markdown.substr(start, stop - start);
    if (const std::size_t words = count_words(line); words > 0)
      units.push_back({start, stop, words});
    start = stop + 1;
  }
}

std::vector<unit> units_of(std::string_view markdown) {
  std::vector<unit> units;
  std::size_t from = 0;
  for (const claims::sentence& s : claims::sentences_of(markdown)) {
    if (s.start < from || s.end <= s.start) continue;
    add_lines(markdown, from, s.start, units);
    units.push_back({s.start, s.end, count_words(markdown.substr(s.start, s.end - s.start))});
    from = s.end;
  }
  add_lines(markdown, from, markdown.size(), units);
  return units;
}

// True if the line of `at` is the heading of a part.
bool heads_part(std::string_view markdown, std::size_t at) {
  const std::size_t line = at == 0 ? 0 : markdown.rfind('\n', at - 1) + 1;
  return markdown.substr(line).starts_with(part_heading);
}

std::vector<section> sections_of(std::string_view markdown) {
  std::vector<section> all(1);
  for (const unit& u : units_of(markdown)) {
    if (heads_part(markdown, u.start)) {
      all.emplace_back();
      all.back().heading.push_back(u);
      continue;
    }
    all.back().units.push_back(u);
    all.back().words += u.words;
  }
  return all;
}

std::size_t words_of(const std::vector<section>& all) {
  std::size_t words = 0;
  for (const section& s : all) words += s.words;
  return words;
}

// "-", "2.", "#", "|": what is left of a line whose text is gone.
bool is_mark(std::string_view line) {
  return !is_blank(line) &&
         line.find_first_not_of(" \t\r-*+>#|.)0123456789") == std::string_view::npos &&
         line.find_first_not_of(" \t\r0123456789") != std::string_view::npos;
}

// `markdown` without the stretches of `gone` (by place), nor marks of lines that they leave empty.
std::string without(std::string_view markdown, const std::vector<unit>& gone) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t start = 0; start < markdown.size();) {
    const std::size_t stop = std::min(markdown.find('\n', start), markdown.size());
    std::string line;
    bool touched = false;
    for (std::size_t at = start; at < stop;) {
      while (next < gone.size() && gone[next].end <= at) ++next;
      const bool here = next < gone.size() && gone[next].start < stop;
      const std::size_t until = here ? std::max(gone[next].start, at) : stop;
      line += markdown.substr(at, until - at);
      touched |= here;
      at = here ? std::min(gone[next].end, stop) : stop;
    }
    const bool dropped = touched && (is_blank(line) || is_mark(line));
    if (!dropped) out += line + '\n';
    start = stop + 1;
  }
  while (!out.empty() && space.contains(out.back())) out.pop_back();
  return out;
}

// The first `words` words of what is one sentence.
std::size_t end_of_words(std::string_view text, std::size_t words) {
  std::size_t at = 0;
  for (std::size_t taken = 0; at < text.size() && taken < words;) {
    at = std::min(text.find_first_not_of(space, at), text.size());
    const std::size_t stop = std::min(text.find_first_of(space, at), text.size());
    taken += count_words(text.substr(at, stop - at));
    at = stop;
  }
  return at;
}

// Sentences that no section can lose are cut to their share of `most`.
std::string cut_long_ones(std::string_view markdown, std::size_t most) {
  const std::vector<unit> units = units_of(markdown);
  std::string out;
  std::size_t from = 0;
  const std::size_t share = std::max<std::size_t>(1, most / std::max<std::size_t>(1, units.size()));
  for (const unit& u : units) {
    if (u.words <= share || heads_part(markdown, u.start)) continue;
    const std::string_view text = markdown.substr(u.start, u.end - u.start);
    out += markdown.substr(from, u.start - from);
    out += text.substr(0, end_of_words(text, share));
    out += ellipsis;
    from = u.end;
  }
  return out + std::string(markdown.substr(from));
}

bool ends_sentence(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n*_)\"'`}");
  return last != std::string_view::npos && std::string_view(".!?").contains(text[last]);
}

}  // namespace

limited_answer limit_words(std::string_view markdown, std::size_t most) {
  std::vector<section> all = sections_of(markdown);
  limited_answer answer = {std::string(markdown), words_of(all), 0};
  answer.kept = answer.words;
  if (answer.words <= most) return answer;
  std::vector<unit> gone;
  std::size_t left = answer.words;
  while (left > most) {
    const auto can_lose = [](const section& s) { return s.units.size() > 1 ? s.words : 0; };
    section& longest = *std::ranges::max_element(all, {}, can_lose);
    if (longest.units.size() <= 1) break;
    left -= longest.units.back().words;
    longest.words -= longest.units.back().words;
    gone.push_back(longest.units.back());
    longest.units.pop_back();
  }
  std::ranges::sort(gone, {}, &unit::start);
  answer.markdown = without(markdown, gone);
  if (left > most) answer.markdown = cut_long_ones(answer.markdown, most);
  answer.kept = words_of(sections_of(answer.markdown));
  return answer;
}

limited_answer drop_half_sentence(std::string_view markdown) {
  std::vector<section> all = sections_of(markdown);
  limited_answer answer = {std::string(markdown), words_of(all), 0};
  answer.kept = answer.words;
  section& last = all.back();
  std::vector<unit> gone;
  if (!last.units.empty()) {
    const unit& half = last.units.back();
    if (ends_sentence(markdown.substr(half.start, half.end - half.start))) return answer;
    gone.push_back(half);
  }
  if (last.units.size() <= 1) gone.insert(gone.begin(), last.heading.begin(), last.heading.end());
  std::string rest = without(markdown, gone);
  answer.markdown = is_blank(rest) && !is_blank(markdown) ? answer.markdown + std::string(ellipsis)
                                                          : std::move(rest);
  answer.kept = words_of(sections_of(answer.markdown));
  return answer;
}

}  // namespace chimera::roles
