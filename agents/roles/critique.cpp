#include "agents/roles/critique.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

namespace chimera::roles {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::string_view strike_mark = "{{strike}}";
constexpr std::string_view before_reason = "--";
constexpr std::size_t ends_tried = 8;  // so that an answer full of them takes linear time

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// Words with one space between them, without strike marks.
std::string normalised(std::string_view text) {
  std::string out;
  bool gap = false;
  while (!text.empty()) {
    if (text.starts_with(strike_mark)) {
      text.remove_prefix(strike_mark.size());
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (space.contains(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

bool in_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_';
}

// True if `quote` stands in `draft`, both normalised, and cuts no word.
bool stands_in(std::string_view quote, std::string_view draft) {
  if (!quote.contains(' ')) return false;
  for (std::size_t at = draft.find(quote); at != std::string_view::npos;
       at = draft.find(quote, at + 1)) {
    const std::size_t end = at + quote.size();
    const bool cut_before = at > 0 && in_word(draft[at - 1]) && in_word(draft[at]);
    const bool cut_after = end < draft.size() && in_word(draft[end - 1]) && in_word(draft[end]);
    if (!cut_before && !cut_after) return true;
  }
  return false;
}

struct judged {
  objection made;
  std::string_view rule;  ///< that drops it; "" = kept
  std::string_view message;
};

// What follows the mark. The quote may hold '"' itself: the longest that stands is taken.
judged judge(std::string_view text, std::string_view draft) {
  judged found;
  found.rule = "objection-form";
  found.message = "an objection quotes a sentence and gives a reason";
  text = trimmed(text);
  if (!text.starts_with('"')) return found;
  text.remove_prefix(1);
  std::size_t tried = 0;
  for (std::size_t end = text.rfind('"'); end != std::string_view::npos && end > 0;
       end = text.rfind('"', end - 1)) {
    std::string_view reason = trimmed(text.substr(end + 1));
    if (!reason.starts_with(before_reason)) continue;
    reason = trimmed(reason.substr(before_reason.size()));
    if (reason.empty()) continue;
    if (++tried > ends_tried) break;
    found.rule = "objection-quote";
    found.message = "the draft has no such sentence";
    std::string quote = normalised(text.substr(0, end));
    if (stands_in(quote, draft)) return {{std::move(quote), normalised(reason)}, {}, {}};
  }
  return found;
}

}  // namespace

critique read_critique(std::string_view answer, std::string_view draft) {
  critique found;
  const std::string whole = normalised(draft);
  for (std::size_t start = 0; start < answer.size();) {
    const std::size_t end = std::min(answer.find('\n', start), answer.size());
    const std::string_view line = trimmed(answer.substr(start, end - start));
    if (line.starts_with(objection_mark)) {
      judged one = judge(line.substr(objection_mark.size()), whole);
      if (one.rule.empty() && found.kept.size() == objections_max) {
        one.rule = "objection-many";
        one.message = "enough objections were raised before";
      }
      if (one.rule.empty())
        found.kept.push_back(std::move(one.made));
      else
        found.dropped.push_back({start, end, std::string(one.rule), std::string(one.message)});
    }
    start = end + 1;
  }
  return found;
}

std::string to_line(const objection& o) {
  return fmt::format("{} \"{}\" {} {}", objection_mark, o.quote, before_reason, o.reason);
}

}  // namespace chimera::roles
