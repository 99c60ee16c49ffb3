#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "agents/evidence/lints/rule.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::string line_of(std::string_view text, std::size_t at) {
  return fmt::format("line {}", 1 + std::ranges::count(text.substr(0, at), '\n'));
}

std::string words_around(std::string_view text, std::size_t at) {
  std::size_t from = at > 30 ? at - 30 : 0;
  while (from < at && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80) ++from;
  std::size_t end = std::min(text.size(), at + 40);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) ++end;
  return std::string(text.substr(from, end - from));
}

bool word_boundary(std::string_view text, std::size_t at, std::size_t length) {
  const auto letter = [&](std::size_t i) {
    return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0;
  };
  return !(at > 0 && letter(at - 1)) && !letter(at + length);
}

UScriptCode script_of(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  return U_SUCCESS(status) != 0 ? script : USCRIPT_COMMON;
}

// A letter of a script that no Latin word holds, glued to an ASCII letter.
std::size_t glued_letter(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t here = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0x370 || u_isalpha(c) == 0) continue;
    const UScriptCode script = script_of(c);
    const bool foreign =
        script == USCRIPT_HANGUL || script == USCRIPT_HAN || script == USCRIPT_ARABIC ||
        script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_THAI ||
        script == USCRIPT_DEVANAGARI || script == USCRIPT_CYRILLIC || script == USCRIPT_BENGALI;
    const bool latin_before =
        here > 0 &&
        std::isalpha(static_cast<unsigned char>(text[static_cast<std::size_t>(here) - 1])) != 0;
    if (foreign && latin_before) return static_cast<std::size_t>(here);
  }
  return std::string_view::npos;
}

bool same_letter(char x, char y) {
  return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
}

// Where `word` stands in `text` in any case, from `from` on; npos if nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0) {
  const auto found =
      std::ranges::search(text.substr(std::min(from, text.size())), word, same_letter);
  return found.empty() ? std::string_view::npos
                       : static_cast<std::size_t>(found.begin() - text.begin());
}

// "Ignore all previous instructions" and its kin: an order, what came before, instructions, close
// together and in this order.
std::size_t address_to_model(std::string_view text) {
  constexpr std::array<std::string_view, 3> orders = {"ignore ", "disregard ", "forget "};
  constexpr std::array<std::string_view, 4> before = {"previous", "prior", "above", "earlier"};
  constexpr std::size_t reach = 60;
  // Nearly all texts end here, so the first look is a plain search.
  if (text.find("nstructions") == std::string_view::npos &&
      text.find("NSTRUCTIONS") == std::string_view::npos)
    return std::string_view::npos;
  std::size_t first = std::string_view::npos;
  for (std::size_t noun = find_word(text, "instructions");
       noun != std::string_view::npos && first == std::string_view::npos;
       noun = find_word(text, "instructions", noun + 1)) {
    const std::size_t from = noun > reach ? noun - reach : 0;
    const std::string_view stretch = text.substr(from, noun - from);
    for (const std::string_view order : orders) {
      const std::size_t at = find_word(stretch, order);
      if (at == std::string_view::npos) continue;
      const bool told = std::ranges::any_of(before, [&](std::string_view word) {
        return find_word(stretch, word, at) != std::string_view::npos;
      });
      if (told) first = std::min(first, from + at);
    }
  }
  return first;
}

}  // namespace

std::optional<proto::lint> nan_printed(const lint_input& in) {
  finder f({"nan-printed", severity::warning, "NaN printed as a number", "places",
            "the sentence around it says nothing"});
  for (const lint_text& t : in.texts)
    for (std::size_t at = t.text.find("NaN"); at != std::string_view::npos;
         at = t.text.find("NaN", at + 3))
      if (word_boundary(t.text, at, 3)) f.at(t.file, line_of(t.text, at), words_around(t.text, at));
  return f.done();
}

std::optional<proto::lint> control_characters(const lint_input& in) {
  finder f({"control-characters", severity::info, "Control characters in text", "files",
            "a character was lost there"});
  for (const lint_text& t : in.texts) {
    const auto odd = std::ranges::find_if(t.text, [](char c) {
      const auto u = static_cast<unsigned char>(c);
      return u < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
    });
    if (odd != t.text.end()) {
      const auto at = static_cast<std::size_t>(odd - t.text.begin());
      f.at(t.file, line_of(t.text, at),
           fmt::format("byte {:#04x}", static_cast<unsigned char>(*odd)));
    }
  }
  return f.done();
}

std::optional<proto::lint> model_glitch(const lint_input& in) {
  finder f({"model-glitch", severity::info, "A foreign letter glued to a word", "files",
            "the text was written by a model and not read"});
  for (const lint_text& t : in.texts)
    if (const std::size_t at = glued_letter(t.text); at != std::string_view::npos)
      f.at(t.file, line_of(t.text, at), words_around(t.text, at));
  return f.done();
}

std::optional<proto::lint> instructions_in_data(const lint_input& in) {
  finder f({"instructions-in-data", severity::info, "Text that addresses a model", "places",
            "it is data here and is never followed"});
  for (const lint_text& t : in.texts)
    if (const std::size_t at = address_to_model(t.text); at != std::string_view::npos)
      f.at(t.file, line_of(t.text, at), words_around(t.text, at));
  for (const evidence_table& t : in.tables) {
    if (t.data.kind == "md") continue;  // its text was looked at above
    for (const column& c : t.data.columns)
      for (const std::string& cell : c.dictionary)
        if (const std::size_t at = address_to_model(cell); at != std::string_view::npos) {
          f.at(t.file, c.name, words_around(cell, at));
          break;
        }
  }
  return f.done();
}

}  // namespace chimera::evidence
