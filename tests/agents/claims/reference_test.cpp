#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "agents/claims/reference.hpp"

using namespace chimera::claims;
using type = piece::type;

TEST_CASE("each kind of reference is read and written back") {
  for (const std::string text :
       {"{{f:median-ttft-bcdfghjk-x}}", "{{cmp:a-b,c-d}}", "{{best:throughput}}", "{{table:lints}}",
        "{{fig:run-order}}", "{{m:qfour}}"}) {
    CAPTURE(text);
    const auto pieces = parse_references(text);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].what == type::reference);
    CHECK(to_text(pieces[0].ref) == text);
  }
}

TEST_CASE("what wants to be a reference and is none is malformed, with its reason") {
  const auto [text, error] = GENERATE(table<std::string, std::string>({
      {"{{f}}", "no kind"},
      {"{{}}", "no kind"},
      {"{{x:abc}}", "unknown kind 'x'"},
      {"{{F:abc}}", "unknown kind 'F'"},
      {"{{f:}}", "bad id ''"},
      {"{{f:abc }}", "bad id 'abc '"},
      {"{{ f:abc}}", "unknown kind ' f'"},
      {"{{f:abc1}}", "bad id 'abc1'"},
      {"{{f:a,b}}", "wrong number of ids"},
      {"{{cmp:a}}", "wrong number of ids"},
      {"{{cmp:a,b,c}}", "wrong number of ids"},
      {"{{f:a{{f:b}}", "nested reference"},
      {"{{f:abc", "unclosed"},
      {"{{f:abc}", "unclosed"},
      {"{{", "unclosed"},
  }));
  CAPTURE(text);
  const auto pieces = parse_references(text);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].what == type::malformed);
  CHECK(pieces[0].error == error);
}

TEST_CASE("a reference without end is malformed to the end of its line, no further") {
  const std::string source = "before {{f:abc and more\nnext {{f:good}} line";
  const auto pieces = parse_references(source);
  REQUIRE(pieces.size() == 5);
  CHECK(source.substr(pieces[1].start, pieces[1].end - pieces[1].start) == "{{f:abc and more");
  CHECK(pieces[3].what == type::reference);
}

TEST_CASE("an id longer than any that is ever given is malformed") {
  CHECK(parse_references("{{f:" + std::string(128, 'a') + "}}")[0].what == type::reference);
  CHECK(parse_references("{{f:" + std::string(129, 'a') + "}}")[0].what == type::malformed);
}

TEST_CASE("pieces are adjacent and cover any source") {
  CHECK(rc::check("covered", [] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "{{", "}}", "{", "}", "f:", "cmp:", "ab-c", ",", "\n", "7", " words ", "\xE2\x80\x8B"));
    std::string source;
    for (const std::string& part : parts) source += part;
    std::size_t at = 0;
    for (const piece& p : parse_references(source)) {
      RC_ASSERT(p.start == at);
      RC_ASSERT(p.end > p.start);
      RC_ASSERT((p.what == type::malformed) == !p.error.empty());
      const std::string part = source.substr(p.start, p.end - p.start);
      if (p.what == type::text) RC_ASSERT(part.find("{{") == std::string::npos);
      if (p.what == type::reference) RC_ASSERT(to_text(p.ref) == part);
      at = p.end;
    }
    RC_ASSERT(at == source.size());
  }));
}
