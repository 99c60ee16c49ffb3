#include "agents/claims/number_scanner.hpp"

#include <algorithm>
#include <array>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "agents/claims/markdown_mask.hpp"
#include "agents/claims/number_words.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

struct letter {
  UChar32 code = 0;
  std::size_t bytes = 1;
};

letter letter_at(std::string_view text, std::size_t at) {
  letter l;
  auto next = static_cast<std::int32_t>(at);
  const auto size = static_cast<std::int32_t>(text.size());
  U8_NEXT(text.data(), next, size, l.code);
  l.bytes = static_cast<std::size_t>(next) - at;
  return l;
}

bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Characters that show nothing but may stand inside a number: zero-width, direction marks.
bool invisible(UChar32 c) { return u_charType(c) == U_FORMAT_CHAR || c == 0xAD; }

bool unicode_digit(UChar32 c) {
  if (c < 0x80) return false;
  const auto type = u_charType(c);
  return type == U_DECIMAL_DIGIT_NUMBER || type == U_OTHER_NUMBER || type == U_LETTER_NUMBER;
}

bool separator_between_digits(std::string_view text, std::size_t at) {
  const char c = text[at];
  return (c == '.' || c == ',' || c == '\'' || c == '_') && at + 1 < text.size() &&
         ascii_digit(text[at + 1]);
}

// One number of ASCII digits that begins at `at`; gives the end of digits, groups and exponent.
std::size_t digits_end(std::string_view text, std::size_t at) {
  for (;;) {
    while (at < text.size() && ascii_digit(text[at])) ++at;
    if (at >= text.size()) return at;
    if (separator_between_digits(text, at)) {
      ++at;
      continue;
    }
    if (static_cast<unsigned char>(text[at]) >= 0x80) {
      const letter l = letter_at(text, at);
      const std::size_t after = at + l.bytes;
      const bool digit_follows = after < text.size() && ascii_digit(text[after]);
      // Thin and no-break spaces group digits; invisible characters only hide them.
      const bool joins =
          invisible(l.code) || l.code == 0xA0 || l.code == 0x202F || l.code == 0x2009;
      if (joins && digit_follows) {
        at = after;
        continue;
      }
      if (unicode_digit(l.code)) {
        at = after;
        continue;
      }
    }
    break;
  }
  if (text[at] == 'e' || text[at] == 'E') {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    if (exponent < text.size() && ascii_digit(text[exponent])) {
      while (exponent < text.size() && ascii_digit(text[exponent])) ++exponent;
      return exponent;
    }
  }
  return at;
}

std::optional<double> value_of(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (ascii_digit(c) || c == '.' || c == '-' || c == 'e' || c == 'E' || c == '+')
      plain += c;
    else if (c != ',' && c != '\'' && c != '_' && static_cast<unsigned char>(c) < 0x80)
      return std::nullopt;
  }
  return proto::parse_decimal(plain);
}

// Units that may stick to a number or follow it after one space.
constexpr std::array stuck_units = {"%",   "x",   "k",   "M",     "B",   "G",    "K",   "ms",
                                    "us",  "ns",  "s",   "min",   "h",   "kB",   "MB",  "GB",
                                    "KiB", "MiB", "GiB", "TB",    "W",   "V",    "Hz",  "MHz",
                                    "GHz", "C",   "pp",  "tok/s", "B/s", "MB/s", "GB/s"};

std::string unit_at(std::string_view text, std::size_t at) {
  for (const std::string_view symbol : {"\xC3\x97", "\xE2\x80\xB0", "\xC2\xB5s", "\xC2\xB0\x43"})
    if (text.substr(at).starts_with(symbol)) return std::string(symbol);
  std::string best;
  for (const std::string_view unit : stuck_units) {
    if (unit.size() <= best.size() || !text.substr(at).starts_with(unit)) continue;
    const std::size_t after = at + unit.size();
    const bool ends = after >= text.size() || (!ascii_letter(text[after]) &&
                                               !ascii_digit(text[after]) && text[after] != '_');
    if (ends || unit == "%") best = unit;
  }
  return best;
}

bool word_character(char c) {
  return ascii_letter(c) || ascii_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool joining_character(char c) {
  return c == '-' || c == '.' || c == ':' || c == '/' || c == '\\' || c == '@' || c == '#' ||
         c == '=' || c == '*';
}

struct stretch {
  std::size_t start = 0;
  std::size_t end = 0;
};

// The unbroken word around [start, end): identifiers with their joints, at most 200 bytes each way.
stretch word_around(std::string_view text, std::size_t start, std::size_t end) {
  stretch w{start, end};
  const std::size_t low = start > 200 ? start - 200 : 0;
  const std::size_t high = std::min(text.size(), end + 200);
  const auto inside = [&](std::size_t i) {
    return word_character(text[i]) || joining_character(text[i]);
  };
  while (w.start > low && inside(w.start - 1)) --w.start;
  while (w.end < high && inside(w.end)) ++w.end;
  while (w.end > end && joining_character(text[w.end - 1])) --w.end;
  while (w.start < start && joining_character(text[w.start]) && text[w.start] != '/') ++w.start;
  return w;
}

bool looks_like_date(std::string_view word) {
  const auto digits = [&](std::size_t at, std::size_t n) {
    if (at + n > word.size()) return false;
    return std::ranges::all_of(word.substr(at, n), ascii_digit);
  };
  const bool iso = word.size() >= 10 && digits(0, 4) && (word[4] == '-' || word[4] == '/') &&
                   digits(5, 2) && word[7] == word[4] && digits(8, 2);
  const bool time = word.size() >= 5 && digits(0, 2) && word[2] == ':' && digits(3, 2);
  return iso || time;
}

bool has_letter(std::string_view word) {
  return std::ranges::any_of(
      word, [](char c) { return ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80; });
}

bool at_line_start(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '>' || text[at - 1] == '#')) --at;
  return at == 0 || text[at - 1] == '\n';
}

bool follows_label(std::string_view text, std::size_t at) {
  for (const std::string_view label : {"Table ", "table ", "Figure ", "figure ", "Section ",
                                       "section ", "Run ", "Step ", "Appendix "})
    if (at >= label.size() && text.substr(at - label.size(), label.size()) == label) return true;
  return false;
}

class scanner {
 public:
  explicit scanner(std::string_view text) : text_(text), mask_(mask_markdown(text)) {}

  std::vector<scanned_number> run() {
    for (std::size_t at = 0; at < text_.size();) at = step(at);
    return std::move(found_);
  }

 private:
  std::size_t step(std::size_t at) {
    const char c = text_[at];
    if (ascii_digit(c)) return take_digits(at);
    if (ascii_letter(c)) return take_word(at);
    if (static_cast<unsigned char>(c) < 0x80) return at + 1;
    const letter l = letter_at(text_, at);
    if (l.code >= 0 && unicode_digit(l.code)) return take_unicode(at);
    return at + l.bytes;
  }

  std::size_t sign_start(std::size_t at) const {
    if (at > 0 && text_[at - 1] == '.' && (at < 2 || !word_character(text_[at - 2]))) --at;
    const bool minus = at > 0 && (text_[at - 1] == '-' || text_[at - 1] == '+') &&
                       (at < 2 || (!word_character(text_[at - 2]) && text_[at - 2] != '-'));
    return minus ? at - 1 : at;
  }

  std::size_t take_digits(std::size_t at) {
    scanned_number n;
    n.token.start = sign_start(at);
    std::size_t end = digits_end(text_, at);
    n.token.form = number_form::digits;
    n.token.value = value_of(text_.substr(n.token.start, end - n.token.start));
    if (end < text_.size() && text_[end] == '/' && end + 1 < text_.size() &&
        ascii_digit(text_[end + 1]) &&
        !has_letter(text_.substr(word_around(text_, at, end).start,
                                 at - word_around(text_, at, end).start))) {
      end = digits_end(text_, end + 1);
      n.token.form = number_form::fraction;
      n.token.value = std::nullopt;
    }
    n.token.unit = unit_at(text_, end);
    n.token.end = end + n.token.unit.size();
    n.reason = classify(n.token, at, end);
    found_.push_back(std::move(n));
    return found_.back().token.end;
  }

  non_claim classify(const number_token& token, std::size_t digits, std::size_t digits_end) const {
    if (mask_[digits] != non_claim::none) return mask_[digits];
    const stretch w = word_around(text_, digits, digits_end);
    const std::string_view before = text_.substr(w.start, digits - w.start);
    const std::string_view after =
        token.end < w.end ? text_.substr(token.end, w.end - token.end) : std::string_view{};
    const std::string_view whole = text_.substr(w.start, w.end - w.start);
    if (looks_like_date(whole)) return non_claim::date;
    if (has_letter(before) || has_letter(after)) {
      const bool path =
          whole.find('/') != std::string_view::npos || whole.find('\\') != std::string_view::npos;
      if (before.ends_with('=')) return non_claim::none;
      if (path && token.unit != "tok/s") return non_claim::path;
      return non_claim::name;
    }
    const bool point =
        digits_end < text_.size() && (text_[digits_end] == '.' || text_[digits_end] == ')');
    if (point && at_line_start(text_, digits) && digits_end + 1 < text_.size() &&
        text_[digits_end + 1] == ' ')
      return non_claim::ordinal;
    if (follows_label(text_, digits)) return non_claim::ordinal;
    return non_claim::none;
  }

  std::size_t take_word(std::size_t at) {
    std::size_t end = at;
    std::string word;
    while (end < text_.size() && ascii_letter(text_[end])) {
      word += static_cast<char>(text_[end] | 0x20);
      ++end;
    }
    // Letters with digits are an identifier: its digits are found on their own and called a name.
    const bool bound = (at > 0 && (word_character(text_[at - 1]) || text_[at - 1] == '-' ||
                                   text_[at - 1] == '/')) ||
                       (end < text_.size() && (word_character(text_[end]) || text_[end] == '/'));
    if (word == "order" && text_.substr(end).starts_with(" of magnitude")) {
      add_word(at, end + 13, 10.0);
      return end + 13;
    }
    if (bound) return end;
    if (const auto value = number_word(word)) add_word(at, end, *value);
    return end;
  }

  void add_word(std::size_t start, std::size_t end, double value) {
    scanned_number n;
    n.token.start = start;
    n.token.end = end;
    n.token.form = number_form::word;
    n.token.value = value;
    n.reason = mask_[start];
    found_.push_back(std::move(n));
  }

  std::size_t take_unicode(std::size_t at) {
    scanned_number n;
    n.token.start = at;
    n.token.form = number_form::unicode;
    std::size_t end = at;
    double value = 0;
    bool whole = true;
    while (end < text_.size()) {
      const letter l = letter_at(text_, end);
      const bool separator = l.code == '.' || l.code == ',' || l.code == 0x66B || l.code == 0x66C;
      if (!unicode_digit(l.code) && !invisible(l.code) &&
          !(l.code < 0x80 && ascii_digit(text_[end])) && !separator)
        break;
      if (separator) {
        if (end + l.bytes >= text_.size() || !unicode_digit(letter_at(text_, end + l.bytes).code))
          break;
        whole = false;
      }
      const double digit = u_getNumericValue(l.code);
      if (digit == U_NO_NUMERIC_VALUE)
        whole = whole && invisible(l.code);
      else if (digit == static_cast<int>(digit))
        value = value * 10 + digit;
      else {
        value += digit;
        n.token.form = number_form::fraction;
      }
      end += l.bytes;
    }
    if (whole) n.token.value = value;
    n.token.unit = unit_at(text_, end);
    n.token.end = end + n.token.unit.size();
    n.reason = mask_[at];
    found_.push_back(std::move(n));
    return found_.back().token.end;
  }

  std::string_view text_;
  std::vector<non_claim> mask_;
  std::vector<scanned_number> found_;
};

}  // namespace

std::string_view to_text(non_claim c) {
  switch (c) {
    case non_claim::none:
      return "none";
    case non_claim::ordinal:
      return "ordinal";
    case non_claim::name:
      return "name";
    case non_claim::code:
      return "code";
    case non_claim::link:
      return "link";
    case non_claim::path:
      return "path";
    case non_claim::date:
      return "date";
  }
  return "none";
}

std::vector<scanned_number> scan_numbers(std::string_view text) { return scanner(text).run(); }

}  // namespace chimera::claims
