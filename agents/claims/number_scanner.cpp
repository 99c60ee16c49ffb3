#include "agents/claims/number_scanner.hpp"

#include <cmath>
#include <utility>

#include "agents/claims/digit_run.hpp"
#include "agents/claims/letters.hpp"
#include "agents/claims/markdown_mask.hpp"
#include "agents/claims/number_words.hpp"
#include "agents/claims/word_context.hpp"

namespace chimera::claims {
namespace {

constexpr std::size_t word_letters_max = 16;  // longer than every number word

class scanner {
 public:
  explicit scanner(std::string_view text) : text_(text), mask_(mask_markdown(text)) {}

  std::vector<scanned_number> run() {
    for (std::size_t at = 0; at < text_.size();) at = step(at);
    return std::move(found_);
  }

 private:
  struct word {
    std::string letters;  // lower case, invisible characters left out
    std::size_t end = 0;
  };

  std::size_t step(std::size_t at) {
    const char c = text_[at];
    if (ascii_digit(c)) return take_digits(at);
    if (ascii_letter(c)) return take_word(at);
    const letter l = letter_at(text_, at);
    if (unicode_digit(l.code)) return take_unicode(at);
    return at + l.bytes;
  }

  // A leading point and a sign belong to the number, unless the sign joins two words.
  std::size_t sign_start(std::size_t at) const {
    const std::size_t low = found_.empty() ? 0 : found_.back().token.end;
    if (at > low && text_[at - 1] == '.' && !word_character(letter_before(text_, at - 1).code) &&
        letter_before(text_, at - 1).code != '.')
      --at;
    const letter sign = letter_before(text_, at);
    if (sign.code != '-' && sign.code != '+' && sign.code != 0x2212) return at;
    const std::size_t start = at - sign.bytes;
    const UChar32 before = letter_before(text_, start).code;
    const bool joins = word_character(before) || before == '-' || before == ')';
    return joins || start < low ? at : start;
  }

  std::size_t add(scanned_number n, std::size_t digits) {
    if (mask_[digits] != non_claim::none) n.reason = mask_[digits];
    found_.push_back(std::move(n));
    return found_.back().token.end;
  }

  std::size_t take_digits(std::size_t at) {
    scanned_number n;
    n.token.start = sign_start(at);
    std::size_t end = digits_end(text_, at);
    n.token.value = digits_value(text_.substr(n.token.start, end - n.token.start));
    const letter slash = letter_at(text_, end);
    const std::size_t below = end + slash.bytes;
    if ((slash.code == '/' || slash.code == 0x2044) && below < text_.size() &&
        ascii_digit(text_[below]) && !word_character(letter_before(text_, at).code)) {
      end = digits_end(text_, below);
      const auto divisor = digits_value(text_.substr(below, end - below));
      n.token.form = number_form::fraction;
      if (n.token.value && divisor && *divisor != 0)
        n.token.value = *n.token.value / *divisor;
      else
        n.token.value = std::nullopt;
    }
    n.token.unit = unit_at(text_, end);
    n.token.end = end + n.token.unit.size();
    n.reason = classify_digits(text_, n.token, at, end);
    return add(std::move(n), at);
  }

  std::size_t take_unicode(std::size_t at) {
    scanned_number n;
    n.token.start = sign_start(at);
    n.token.form = number_form::unicode;
    const std::size_t end = unicode_end(at, n.token);
    n.token.unit = unit_at(text_, end);
    n.token.end = end + n.token.unit.size();
    // The square of a letter is no number: R², m², CO₂.
    const UChar32 first = letter_at(text_, at).code;
    if (u_charType(first) == U_OTHER_NUMBER && end == at + letter_at(text_, at).bytes &&
        word_character(letter_before(text_, at).code))
      n.reason = non_claim::name;
    return add(std::move(n), at);
  }

  std::size_t unicode_end(std::size_t at, number_token& token) const {
    double value = 0;
    bool known = true;
    std::size_t end = at;
    for (letter l = letter_at(text_, end); l.bytes > 0; l = letter_at(text_, end)) {
      const bool separator = l.code == '.' || l.code == ',' || l.code == 0x66B || l.code == 0x66C;
      if (separator && !unicode_digit(letter_at(text_, end + l.bytes).code)) break;
      const bool digit = unicode_digit(l.code) || ascii_digit(l.code);
      if (!separator && !digit && !invisible(l.code)) break;
      const double part = u_getNumericValue(l.code);
      // Ideographs are no places of a decimal: ten may multiply or add.
      known = known && u_charType(l.code) != U_OTHER_LETTER;
      if (!digit)
        known = known && !separator;
      else if (part != static_cast<double>(static_cast<std::int64_t>(part))) {
        value += part;
        token.form = number_form::fraction;
      } else
        value = value * 10 + part;
      end += l.bytes;
    }
    if (known) token.value = value;
    return end;
  }

  word word_at(std::size_t at) const {
    word w;
    while (at < text_.size()) {
      if (ascii_letter(text_[at])) {
        if (w.letters.size() <= word_letters_max) w.letters += static_cast<char>(text_[at] | 0x20);
        w.end = ++at;
        continue;
      }
      const letter l = letter_at(text_, at);
      if (!invisible(l.code)) break;
      at += l.bytes;
    }
    return w;
  }

  // Underscores around a word may be emphasis; within one they make it an identifier.
  bool identifier(std::size_t start, std::size_t end) const {
    UChar32 before = letter_before(text_, start).code;
    UChar32 after = letter_at(text_, end).code;
    if (before == '_') before = letter_before(text_, start - 1).code;
    if (after == '_') after = letter_at(text_, end + 1).code;
    return word_character(before) || word_character(after);
  }

  std::size_t take_word(std::size_t at) {
    const word w = word_at(at);
    if (identifier(at, w.end) || text_.substr(0, at).ends_with("non-")) return w.end;
    if ((w.letters == "order" || w.letters == "orders") &&
        text_.substr(w.end).starts_with(" of magnitude"))
      return add_word(at, w.end + 13, number_form::word, 10.0);
    if (w.letters == "a") {
      const word next = word_at(w.end + 1);
      const auto part = fraction_word(next.letters);
      if (part && text_.substr(w.end).starts_with(' ') && !next.letters.ends_with('s') &&
          text_.substr(next.end).starts_with(" of"))
        return add_word(at, next.end, number_form::fraction, 1 / *part);
      return w.end;
    }
    const auto value = number_word(w.letters);
    return value ? take_number_words(at, w.end, *value) : w.end;
  }

  // "twenty-one", "two hundred", "two thirds": words that continue a number.
  std::size_t take_number_words(std::size_t start, std::size_t end, double value) {
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == '-')) {
      const word next = word_at(end + 1);
      if (next.end == 0 || identifier(end + 1, next.end)) break;
      if (const auto part = fraction_word(next.letters); part && value == std::trunc(value))
        return add_word(start, next.end, number_form::fraction, value / *part);
      const double more = number_word(next.letters).value_or(0);
      const bool unit = value >= 20 && value < 100 && more >= 1 && more <= 9;
      const bool factor = (more == 12 && next.letters.starts_with("dozen")) || more == 100 ||
                          more == 1e3 || more == 1e6 || more == 1e9 || more == 1e12;
      if (!(unit && std::fmod(value, 10) == 0 && more == std::trunc(more)) && !factor) break;
      value = factor ? value * more : value + more;
      end = next.end;
    }
    return add_word(start, end, number_form::word, value);
  }

  std::size_t add_word(std::size_t start, std::size_t end, number_form form, double value) {
    scanned_number n;
    n.token.start = start;
    n.token.end = end;
    n.token.form = form;
    n.token.value = value;
    n.reason = classify_word(text_, start, end);
    return add(std::move(n), start);
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
