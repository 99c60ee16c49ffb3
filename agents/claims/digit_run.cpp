#include "agents/claims/digit_run.hpp"

#include <array>

#include "agents/claims/letters.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

bool digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && ascii_digit(text[at]);
}

std::size_t skip_invisible(std::string_view text, std::size_t at) {
  for (letter l = letter_at(text, at); invisible(l.code); l = letter_at(text, at)) at += l.bytes;
  return at;
}

// Where the digits go on after a separator or something invisible at `at`; `at` if they do not.
std::size_t joined(std::string_view text, std::size_t at) {
  const std::size_t next = skip_invisible(text, at);
  if (next > at && digit_at(text, next)) return next;
  const letter l = letter_at(text, next);
  if (unicode_digit(l.code)) return next + l.bytes;
  const bool separates = l.code == '.' || l.code == ',' || l.code == '\'' || l.code == '_' ||
                         l.code == 0x2019 || grouping_space(l.code);
  const std::size_t after = separates ? skip_invisible(text, next + l.bytes) : next;
  return separates && digit_at(text, after) ? after : at;
}

// The digits go on a name: "P95", "gpt-4".
bool ends_name(std::string_view text, std::size_t from) {
  letter before = letter_before(text, from);
  if (before.code == '=') return true;  // "threads=2 100"
  if (before.code == '-' || before.code == '.' || before.code == ':')
    before = letter_before(text, from - before.bytes);
  return word_character(before.code) && !ascii_digit(before.code);
}

// "1 234 567": groups of three after one plain space, if the first group is short. "P95 163" is a
// name and a number.
std::size_t spaced_groups_end(std::string_view text, std::size_t from, std::size_t at) {
  if (at - from > 3 || text[from] == '0' || ends_name(text, from)) return at;
  while (at < text.size() && text[at] == ' ' && digit_at(text, at + 1) && digit_at(text, at + 2) &&
         digit_at(text, at + 3) && !digit_at(text, at + 4))
    at += 4;
  return at;
}

bool groups_of_three(std::string_view text, char separator) {
  const std::size_t last = text.rfind(separator);
  const std::size_t point = text.find_first_of(".eE");
  const std::size_t end = point == std::string_view::npos ? text.size() : point;
  const std::size_t first = text.find(separator);
  if (last >= end || end - last != 4) return false;
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (first == sign || first - sign > 3 || text[sign] == '0') return false;
  for (std::size_t at = first; at < last;) {
    const std::size_t next = text.find(separator, at + 1);
    if (next - at != 3 && next - at != 4) return false;  // Indian groups have two digits
    at = next;
  }
  return true;
}

}  // namespace

std::size_t digits_end(std::string_view text, std::size_t at) {
  const std::size_t from = at;
  while (digit_at(text, at)) ++at;
  at = spaced_groups_end(text, from, at);
  for (;;) {
    while (digit_at(text, at)) ++at;
    const std::size_t next = joined(text, at);
    if (next == at) break;
    at = next;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    const letter sign = letter_at(text, exponent);
    if (sign.code == '-' || sign.code == '+' || sign.code == 0x2212) exponent += sign.bytes;
    if (digit_at(text, exponent)) {
      while (digit_at(text, exponent)) ++exponent;
      return exponent;
    }
  }
  return at;
}

std::optional<double> digits_value(std::string_view number) {
  std::string plain;
  for (std::size_t at = 0; at < number.size();) {
    const letter l = letter_at(number, at);
    at += l.bytes;
    const std::int32_t digit = u_charDigitValue(l.code);
    if (digit >= 0)
      plain += static_cast<char>('0' + digit);
    else if (l.code == '.' || l.code == '-' || l.code == 'e' || l.code == 'E')
      plain += static_cast<char>(l.code);
    else if (l.code == 0x2212)
      plain += '-';
    else if (l.code == ',')
      plain += ',';
    else if (l.code == '\'' || l.code == 0x2019 || l.code == ' ' || grouping_space(l.code))
      plain += '\'';
    else if (l.code != '+' && l.code != '_' && !invisible(l.code))
      return std::nullopt;
  }
  for (const char separator : {',', '\''}) {
    if (plain.find(separator) == std::string::npos) continue;
    if (!groups_of_three(plain, separator)) return std::nullopt;
    std::erase(plain, separator);
  }
  if (plain.starts_with('.')) plain.insert(0, 1, '0');
  if (plain.starts_with("-.")) plain.insert(1, 1, '0');
  return proto::parse_decimal(plain);
}

std::string unit_at(std::string_view text, std::size_t at) {
  constexpr std::array units = {"%",   "x",     "k",   "M", "B",    "G",   "K",  "ms",  "us",
                                "ns",  "s",     "min", "h", "kB",   "MB",  "GB", "KiB", "MiB",
                                "GiB", "TB",    "W",   "V", "Hz",   "C",   "pp", "J",   "MHz",
                                "GHz", "tok/s", "B/s", "X", "MB/s", "GB/s"};
  const std::string_view rest = text.substr(at);
  for (const std::string_view symbol :
       {"\xC3\x97", "\xE2\x80\xB0", "\xC2\xB5s", "\xCE\xBCs", "\xC2\xB0\x43"})
    if (rest.starts_with(symbol)) return std::string(symbol);
  std::string best;
  for (const std::string_view unit : units) {
    if (unit.size() <= best.size() || !rest.starts_with(unit)) continue;
    if (unit == "%" || !word_character(letter_at(text, at + unit.size()).code)) best = unit;
  }
  return best;
}

}  // namespace chimera::claims
