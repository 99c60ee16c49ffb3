#include "agents/evidence/source/text_encoding.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/source/convert.hpp"

namespace {

using namespace chimera::evidence;
using namespace std::string_literals;
using repairs = std::vector<std::string>;

struct example {
  const char* name;
  std::string bytes;
  std::string text;
  std::string encoding;
  std::string line_ends;
  repairs repaired;
};

std::string encoded(const char* charset, const std::string& utf8) {
  return convert("UTF-8", charset, utf8, on_error::stop).value();
}

// As PowerShell's output looks after a tool took each byte for a letter.
std::string reencoded(const char* as, const std::string& bytes) {
  return convert(as, "UTF-8", bytes, on_error::stop).value();
}

TEST_CASE("bytes are decoded to UTF-8, and what was changed is said") {
  const std::string degree =
      "temp,unit\n45,\xB0"
      "C\n"s;
  const std::string words = "the argument is invalid\r\nuse --help";
  const std::vector<example> examples{
      {"plain text", "a,b\n1,2\n", "a,b\n1,2\n", "UTF-8", "LF", {}},
      {"UTF-8", "µs — π\r\n", "µs — π\r\n", "UTF-8", "CRLF", {}},
      {"no line end", "a", "a", "UTF-8", "", {}},
      {"old line ends", "a\rb\r", "a\rb\r", "UTF-8", "CR", {}},
      {"mixed line ends", "a\r\nb\nc", "a\r\nb\nc", "UTF-8", "mixed", {}},
      {"mixed old ones", "a\r\nb\rc", "a\r\nb\rc", "UTF-8", "mixed", {}},
      {"UTF-8 with mark",
       "\xEF\xBB\xBFx\n",
       "x\n",
       "UTF-8 with BOM",
       "LF",
       {"byte order mark removed"}},
      {"UTF-16LE with mark",
       "\xFF\xFE" + encoded("UTF-16LE", words),
       words,
       "UTF-16LE",
       "CRLF",
       {"byte order mark removed"}},
      {"UTF-16BE with mark",
       "\xFE\xFF" + encoded("UTF-16BE", words),
       words,
       "UTF-16BE",
       "CRLF",
       {"byte order mark removed"}},
      {"UTF-16LE without mark", encoded("UTF-16LE", words), words, "UTF-16LE", "CRLF", {}},
      {"UTF-16BE without mark", encoded("UTF-16BE", words), words, "UTF-16BE", "CRLF", {}},
      {"UTF-16 beyond the first plane",
       "\xFF\xFE" + encoded("UTF-16LE", "ok \xF0\x9F\x9A\x80\n"),
       "ok \xF0\x9F\x9A\x80\n",
       "UTF-16LE",
       "LF",
       {"byte order mark removed"}},
      {"UTF-16LE cut in a character",
       "\xFF\xFE" + encoded("UTF-16LE", words) + "x",
       words,
       "UTF-16LE",
       "CRLF",
       {"byte order mark removed", "1 byte at the end, half a character, dropped"}},
      {"one windows-1252 byte",
       degree,
       "temp,unit\n45,°C\n",
       "windows-1252",
       "LF",
       {"1 byte decoded as windows-1252"}},
      {"windows-1252 quotes",
       "it\x92s \x93ok\x94",
       "it’s “ok”",
       "windows-1252",
       "",
       {"3 bytes decoded as windows-1252"}},
      {"a stray byte in UTF-8",
       "— µ — \xB0",
       "— µ — °",
       "UTF-8",
       "",
       {"1 byte decoded as windows-1252"}},
      {"re-encoded UTF-16LE",
       reencoded("ISO-8859-1", "\xFF\xFE" + encoded("UTF-16LE", words)),
       words,
       "UTF-16LE re-encoded as UTF-8",
       "CRLF",
       {"byte order mark removed"}},
      {"re-encoded by way of windows-1252",
       reencoded("windows-1252", "\xFF\xFE" + encoded("UTF-16LE", "it’s fine")),
       "it’s fine",
       "UTF-16LE re-encoded as UTF-8",
       "",
       {"byte order mark removed"}},
      {"re-encoded UTF-16BE without mark",
       reencoded("ISO-8859-1", encoded("UTF-16BE", "a café of é")),
       "a café of é",
       "UTF-16BE re-encoded as UTF-8",
       "",
       {}},
  };
  for (const example& e : examples) {
    DYNAMIC_SECTION(e.name) {
      const decoded_text got = decode_text(e.bytes);
      CHECK(got.text == e.text);
      CHECK(got.encoding == e.encoding);
      CHECK(got.line_ends == e.line_ends);
      CHECK(got.repairs == e.repaired);
    }
  }
}

TEST_CASE("a line feed that a copy in text mode widened inside UTF-16 is mended") {
  const std::string text = "one\r\ntwo\r\nthree";
  for (const char* charset : {"UTF-16LE", "UTF-16BE"}) {
    std::string bytes = (charset == "UTF-16LE"s ? "\xFF\xFE"s : "\xFE\xFF"s);
    for (const char c : encoded(charset, text)) bytes += c == '\n' ? "\r\n"s : std::string(1, c);
    const decoded_text got = decode_text(bytes);
    CHECK(got.text == text);
    CHECK(got.encoding == charset);
    CHECK(got.repairs ==
          repairs{"byte order mark removed", "2 bytes 0D that a copy in text mode put in removed"});
  }
}

TEST_CASE("what is no text has no encoding") {
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1'103'515'245U + 12'345U;
    if (const char c = static_cast<char>((state >> 16U) & 0xFFU); c != '\0') noise += c;
  }
  const std::vector<std::string> binaries{"\0"s,
                                          "a\0b,c,d,e,f,g,h,i,j\n"s,
                                          "\x7F"s + "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0"s,
                                          noise,
                                          noise + "\0"s,
                                          "\xFF\xFE"s + noise};
  for (const std::string& bytes : binaries) {
    INFO(bytes.substr(0, 20));
    const decoded_text got = decode_text(bytes);
    CHECK(got.encoding.empty());
    CHECK(got.text.empty());
    CHECK(got.line_ends.empty());
  }
}

TEST_CASE("an empty text has no encoding and needs no repair") {
  const decoded_text got = decode_text("");
  CHECK(got.encoding.empty());
  CHECK(got.repairs.empty());
}

TEST_CASE("mojibake inside valid UTF-8 is counted and left as it is") {
  const struct {
    std::string text;
    repairs named;
  } examples[] = {
      {"itâ€™s 3 Âµs",
       {"2 characters broken by reading UTF-8 as windows-1252, left as they are; the first: "
        "\"â€™\" for \"’\""}},
      {"cafÃ©",
       {"1 character broken by reading UTF-8 as windows-1252, left as they are; the first: "
        "\"Ã©\" for \"é\""}},
      {"ðŸš€ done",
       {"1 character broken by reading UTF-8 as windows-1252, left as they are; the first: "
        "\"ðŸš€\" for \"🚀\""}},
      {"said â€ and went",
       {"1 character broken by reading UTF-8 as windows-1252, left as they are; the first: "
        "\"â€\""}},
      {"café, naïve, Ångström: 10 Å², 3×², ±5 °C, “x” – ’ € 🚀 São Âmbar Ã Ð", {}},
  };
  for (const auto& e : examples) {
    INFO(e.text);
    const decoded_text got = decode_text(e.text);
    CHECK(got.text == e.text);
    CHECK(got.encoding == "UTF-8");
    CHECK(got.repairs == e.named);
  }
}

TEST_CASE(
    "a text with enough foreign letters is decoded as what they are, and said to be a guess") {
  std::string russian;
  for (int i = 0; i < 20; ++i)
    russian += "Скорость генерации токенов на этой видеокарте выше, чем ожидалось.\n";
  const decoded_text got = decode_text(encoded("windows-1251", russian));
  CHECK(got.text == russian);
  CHECK(got.encoding == "WINDOWS-1251");
  CHECK(got.repairs.size() == 1);
}

TEST_CASE("a text of degree signs is windows-1252, however many there are") {
  std::string rows = "t\n";
  std::string text = rows;
  for (int i = 0; i < 200; ++i) {
    rows +=
        "45 \xB0"
        "C\n";
    text += "45 °C\n";
  }
  const decoded_text got = decode_text(rows);
  CHECK(got.text == text);
  CHECK(got.encoding == "windows-1252");
  CHECK(got.repairs == repairs{"200 bytes decoded as windows-1252"});
}

TEST_CASE("a text reads back the same from each encoding") {
  // Latin, Greek and Chinese: blocks in which every code point is a character.
  const auto character =
      rc::gen::map(rc::gen::oneOf(rc::gen::inRange(0x20, 0x7F), rc::gen::inRange(0xA0, 0x378),
                                  rc::gen::inRange(0x4E00, 0x9FF0)),
                   [](int point) { return static_cast<char16_t>(point); });
  CHECK(rc::check("UTF-8 with and without mark, UTF-16 with mark", [&] {
    std::string text = "a";
    for (const char16_t c : *rc::gen::container<std::vector<char16_t>>(character)) {
      const std::string raw{static_cast<char>(c & 0xFFU), static_cast<char>((c >> 8U) & 0xFFU)};
      text += convert("UTF-16LE", "UTF-8", raw, on_error::replace).value();
    }
    RC_ASSERT(decode_text(text).text == text);
    RC_ASSERT(decode_text("\xEF\xBB\xBF" + text).text == text);
    RC_ASSERT(decode_text("\xFF\xFE" + encoded("UTF-16LE", text)).text == text);
    RC_ASSERT(decode_text("\xFE\xFF" + encoded("UTF-16BE", text)).text == text);
  }));
}

TEST_CASE("any bytes give valid UTF-8 or nothing") {
  CHECK(rc::check("valid or empty", [](const std::string& bytes) {
    const decoded_text got = decode_text(bytes);
    RC_ASSERT(convert("UTF-8", "UTF-16LE", got.text, on_error::stop).has_value());
    RC_ASSERT(!got.encoding.empty() || got.text.empty());
  }));
}

}  // namespace
