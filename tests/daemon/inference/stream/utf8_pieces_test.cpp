#include "daemon/inference/stream/utf8_pieces.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

std::string fed(const std::vector<std::string>& chunks) {
  utf8_pieces pieces;
  std::string out;
  for (const std::string& chunk : chunks) out += pieces.push(chunk);
  out += pieces.finish();
  return out;
}

TEST_CASE("characters that are cut arrive whole") {
  const std::string text = "a\xC3\xA9z \xE2\x82\xAC \xF0\x9F\x90\x8D.";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    CHECK(fed({text.substr(0, cut), text.substr(cut)}) == text);
  }
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  CHECK(fed(bytes) == text);
}

TEST_CASE("no piece ends in the middle of a character") {
  utf8_pieces pieces;
  CHECK(pieces.push("a\xF0\x9F") == "a");
  CHECK(pieces.push("\x90").empty());
  CHECK(pieces.push("\x8D!") == "\xF0\x9F\x90\x8D!");
}

TEST_CASE("what cannot be UTF-8 is replaced") {
  struct row {
    std::string bytes;
    std::string text;
  };
  const auto r =
      GENERATE(row{"\xFFz", "\xEF\xBF\xBDz"}, row{"\x80", "\xEF\xBF\xBD"},
               row{"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
               row{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
               row{"a\xE2\x82", "a\xEF\xBF\xBD"}, row{"a\xE2\x82z", "a\xEF\xBF\xBDz"},
               row{"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"});
  CHECK(fed({r.bytes}) == r.text);
  for (std::size_t cut = 0; cut <= r.bytes.size(); ++cut)
    CHECK(fed({r.bytes.substr(0, cut), r.bytes.substr(cut)}) == r.text);
}

TEST_CASE("the text does not depend on where the bytes are cut") {
  const auto holds = [](std::string text, std::uint8_t noise, std::uint8_t where) {
    if (!text.empty()) text[where % text.size()] = static_cast<char>(noise);
    const std::size_t cut = text.empty() ? 0 : where % text.size();
    const std::string once = fed({text});
    RC_ASSERT(fed({text.substr(0, cut), text.substr(cut)}) == once);
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    RC_ASSERT(fed(bytes) == once);
    RC_ASSERT(fed({once}) == once);
  };
  CHECK(rc::check("any bytes", holds));
  const auto cents = [&](std::uint8_t noise, std::uint8_t where, std::uint8_t times) {
    std::string text;
    for (std::uint8_t i = 0; i < times % 8; ++i) text += "\xE2\x82\xAC\xF0\x9F\x90\x8D\xC3\xA9";
    holds(text, noise, where);
  };
  CHECK(rc::check("characters of many bytes with noise", cents));
}

}  // namespace
}  // namespace chimera::inference
