#include "agents/evidence/source/byte_encoding.hpp"

#include <fmt/format.h>
#include <uchardet.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agents/evidence/source/convert.hpp"
#include "agents/evidence/source/windows_1252.hpp"

namespace chimera::evidence {
namespace {

enum class wide : std::uint8_t { none, little, big };

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++n;
  return n;
}

bool is_control(unsigned char c) { return c < 0x20 && (c < 0x08 || (c > 0x0D && c != 0x1B)); }

// Text holds few control characters; of random bytes about one in ten is one.
bool few(std::size_t odd, std::size_t of) { return odd * 32 <= of; }

/// False if too much of valid UTF-8 is what nobody writes: control characters, U+FFFD, and code
/// points without a character, of which random bytes read as UTF-16 are full.
bool reads_as_text(std::string_view utf8) {
  std::size_t odd = 0;
  std::size_t all = 0;
  for (std::size_t i = 0; i < utf8.size(); ++all) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    const std::size_t size =
        c < 0x80 ? 1 : std::max<std::size_t>(multibyte_at(utf8.substr(i, 4)), 1);
    if (c < 0x80) {
      odd += is_control(c) ? 1U : 0U;
    } else {
      const char32_t point = code_point(utf8.substr(i), size);
      const auto type = u_charType(static_cast<UChar32>(point));
      odd += point == 0xFFFD || type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR ? 1U : 0U;
    }
    i += size;
  }
  return few(odd, all);
}

wide marked(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return wide::little;
  return bytes.starts_with("\xFE\xFF") ? wide::big : wide::none;
}

// Latin letters in UTF-16 have a NUL for their upper byte.
wide nul_pattern(std::string_view bytes) {
  constexpr std::size_t sample = 4096;
  bytes = bytes.substr(0, sample);
  std::array<std::size_t, 2> nuls{};
  for (std::size_t i = 0; i < bytes.size(); ++i) nuls[i % 2] += bytes[i] == '\0' ? 1U : 0U;
  const std::size_t units = bytes.size() / 2;
  if (units == 0) return wide::none;
  if (nuls[1] * 2 >= units && nuls[0] * 32 <= units) return wide::little;
  if (nuls[0] * 2 >= units && nuls[1] * 32 <= units) return wide::big;
  return wide::none;
}

/// A copy in text mode put 0D before every byte 0A and so moved all that follows by one byte. In
/// UTF-16 the results (U+0A0D, or U+000D and half of U+0A00) are unassigned: nothing real is lost.
std::size_t undo_text_mode(std::string& bytes, wide order) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t undone = 0;
  const std::size_t lead = order == wide::little ? 0 : 1;
  std::size_t i = 0;
  for (; i + 2 < bytes.size(); i += 2) {
    const std::size_t at = i + lead;
    const bool inserted = bytes[at] == '\r' && bytes[at + 1] == '\n' &&
                          (order == wide::little ? bytes[i + 2] == '\0' : bytes[i] == '\0');
    if (inserted) {
      if (order == wide::big) out += bytes[i];
      out += '\n';
      if (order == wide::little) out += '\0';
      ++undone;
      ++i;
    } else {
      out.append(bytes, i, 2);
    }
  }
  if (undone == 0) return 0;
  out.append(bytes, std::min(i, bytes.size()));
  bytes = std::move(out);
  return undone;
}

std::optional<decoded_text> decode_wide(std::string bytes, wide order) {
  decoded_text out;
  const bool mark = marked(bytes) != wide::none;
  if (mark) {
    bytes.erase(0, 2);
    out.repairs.emplace_back("byte order mark removed");
  }
  if (const std::size_t undone = undo_text_mode(bytes, order); undone > 0)
    out.repairs.push_back(counted(undone, "byte 0D that a copy in text mode put in removed",
                                  "bytes 0D that a copy in text mode put in removed"));
  if (bytes.size() % 2 != 0) {
    bytes.pop_back();
    out.repairs.emplace_back("1 byte at the end, half a character, dropped");
  }
  out.encoding = order == wide::little ? "UTF-16LE" : "UTF-16BE";
  auto text = convert(out.encoding.c_str(), "UTF-8", bytes, on_error::replace);
  if (!text || !reads_as_text(*text)) return std::nullopt;
  out.text = std::move(*text);
  if (const std::size_t lost = occurrences(out.text, "\xEF\xBF\xBD"); lost > 0)
    out.repairs.push_back(counted(lost, "character that UTF-16 does not allow replaced by U+FFFD",
                                  "characters that UTF-16 does not allow replaced by U+FFFD"));
  return out;
}

/// UTF-16 whose bytes were taken for Latin letters and saved as UTF-8: each byte from 80 on now
/// takes two or three.
std::optional<decoded_text> decode_reencoded(std::string_view utf8) {
  for (const char* charset : {"ISO-8859-1", "windows-1252"}) {
    auto bytes = convert("UTF-8", charset, utf8, on_error::stop);
    // The same size: nothing but ASCII and NULs, which is plain UTF-16.
    if (!bytes || bytes->size() == utf8.size()) continue;
    wide order = marked(*bytes);
    if (order == wide::none) order = nul_pattern(*bytes);
    if (order == wide::none) continue;
    auto out = decode_wide(std::move(*bytes), order);
    if (!out) continue;
    out->encoding += " re-encoded as UTF-8";
    return out;
  }
  return std::nullopt;
}

struct high_bytes {
  std::size_t valid = 0;    ///< well-formed UTF-8 sequences
  std::size_t invalid = 0;  ///< other bytes from 80 on
  std::size_t odd = 0;      ///< control characters, and what windows-1252 does not define
  std::bitset<256> kinds;   ///< which bytes from 80 on
};

high_bytes examine(std::string_view bytes) {
  high_bytes out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c < 0x80) {
      out.odd += is_control(c) ? 1U : 0U;
      continue;
    }
    if (const std::size_t size = multibyte_at(bytes.substr(i, 4)); size != 0) {
      ++out.valid;
      i += size - 1;
      continue;
    }
    out.kinds.set(c);
    ++out.invalid;
    out.odd += windows_1252::undefined(c) ? 1U : 0U;
  }
  return out;
}

std::string guessed_charset(std::string_view bytes) {
  constexpr std::size_t sample = std::size_t{256} << 10U;
  bytes = bytes.substr(0, sample);
  struct detector_end {
    void operator()(uchardet* d) const { uchardet_delete(d); }
  };
  const std::unique_ptr<uchardet, detector_end> detector(uchardet_new());
  if (!detector || uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  return uchardet_get_charset(detector.get());
}

// A guess needs letters to go by: a few degree signs say nothing about the language.
std::optional<decoded_text> decode_guessed(std::string_view bytes, const high_bytes& found) {
  constexpr std::size_t high_min = 32;
  constexpr std::size_t kinds_min = 8;
  if (found.valid + found.invalid < high_min || found.kinds.count() < kinds_min)
    return std::nullopt;
  const std::string charset = guessed_charset(bytes);
  constexpr std::array<std::string_view, 6> western{"",           "ASCII",       "UTF-8",
                                                    "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"};
  if (std::ranges::find(western, charset) != western.end()) return std::nullopt;
  auto text = convert(charset.c_str(), "UTF-8", bytes, on_error::stop);
  if (!text || !reads_as_text(*text)) return std::nullopt;
  decoded_text out;
  out.text = std::move(*text);
  out.encoding = charset;
  out.repairs.push_back(fmt::format("decoded as {}, which is a guess from the letters", charset));
  return out;
}

/// Bytes from 80 on as windows-1252; those of well-formed UTF-8 sequences too, unless `keep_utf8`.
std::string decode_western(std::string_view bytes, bool keep_utf8) {
  const windows_1252& table = windows_1252::table();
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const std::size_t size = keep_utf8 && c >= 0x80 ? multibyte_at(bytes.substr(i, 4)) : 0;
    if (c < 0x80) {
      text += bytes[i];
    } else if (size != 0) {
      text += bytes.substr(i, size);
      i += size - 1;
    } else {
      text += table.utf8[c - 128U];
    }
  }
  return text;
}

decoded_text decode_narrow(std::string_view bytes) {
  decoded_text out;
  const high_bytes found = examine(bytes);
  // One stray byte in a text that is UTF-8 otherwise does not make the rest windows-1252.
  const bool mixed = found.valid > 0 && found.valid >= found.invalid;
  if (!mixed)
    if (auto guessed = decode_guessed(bytes, found)) return std::move(*guessed);
  if (!few(found.odd, bytes.size())) return out;
  out.encoding = mixed ? "UTF-8" : "windows-1252";
  out.text = decode_western(bytes, mixed);
  const auto high = static_cast<std::size_t>(
      std::ranges::count_if(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
  out.repairs.push_back(counted(mixed ? found.invalid : high, "byte decoded as windows-1252",
                                "bytes decoded as windows-1252"));
  return out;
}

}  // namespace

decoded_text decode_other(std::string_view bytes, bool valid_utf8, bool has_nul) {
  if (valid_utf8 && has_nul)
    if (auto out = decode_reencoded(bytes)) return std::move(*out);
  wide order = marked(bytes);
  if (order == wide::none && has_nul) order = nul_pattern(bytes);
  if (order != wide::none)
    if (auto out = decode_wide(std::string(bytes), order)) return std::move(*out);
  if (has_nul) return {};
  return decode_narrow(bytes);
}

}  // namespace chimera::evidence
