#include "daemon/inference/llama/engine/gbnf.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

std::string first_lines(const std::string& schema) {
  const auto grammar = grammar_of(schema);
  if (!grammar) return grammar.error().code + ": " + grammar.error().detail;
  return grammar->substr(0, grammar->find("space ::="));
}

TEST_CASE("schemas as grammars: the rules of their own") {
  struct row {
    std::string schema;
    std::string rules;
  };
  const std::vector<row> rows = {
      {R"({"type":"string"})", "root ::= string space\n"},
      {R"({"type":["integer","null"]})", "root ::= (integer | null) space\n"},
      {R"({"enum":["a\"b",1,true]})", R"(root ::= ("\"a\\\"b\"" | "1" | "true") space)"
                                      "\n"},
      {R"({"const":"x"})", "root ::= \"\\\"x\\\"\" space\n"},
      {R"({"type":"string","maxLength":5})",
       "root ::= r1 space\nr1 ::= \"\\\"\" char{0,5} \"\\\"\"\n"},
      {R"({"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":3})",
       "root ::= r1 space\n"
       "r1 ::= \"[\" space boolean space (\",\" space boolean space){1,2} \"]\"\n"},
      {R"({"type":"array"})",
       "root ::= r1 space\nr1 ::= \"[\" space (value space (\",\" space value space){0,})? "
       "\"]\"\n"},
      {R"({"type":"object","properties":{"a":{"type":"number"},"b":{"anyOf":[{"type":"null"},)"
       R"({"type":"string"}]}}})",
       "root ::= r1 space\n"
       R"(r1 ::= "{" space "\"a\"" space ":" space number space "," space "\"b\"" space ":" )"
       R"(space (null | string) space "}")"
       "\n"},
      {R"({"type":"object"})", "root ::= object space\n"},
      {R"({})", "root ::= value space\n"},
  };
  for (const row& r : rows) {
    CAPTURE(r.schema);
    CHECK(first_lines(r.schema) == r.rules);
  }
}

TEST_CASE("what decides the form and is not understood makes no grammar, and says why") {
  CHECK(first_lines(R"({"$ref":"#/a"})") == "format.schema: it uses '$ref'");
  CHECK(first_lines(R"({"type":"object","properties":{"a":{"allOf":[]}}})") ==
        "format.schema: it uses 'allOf'");
  CHECK(first_lines(R"({"type":"money"})") == "format.schema: 'money' is no type");
  CHECK(first_lines(R"({"type":7})") == "format.schema: 'type' is no name of a type");
  CHECK(first_lines(R"(["a"])") == "format.schema: a schema is no object");
  CHECK(first_lines("{").starts_with("format.schema: "));
  CHECK(first_lines(R"({"type":"array","minItems":3,"maxItems":2})") ==
        "format.schema: maxItems is below minItems");
  std::string deep = R"({"type":"null"})";
  for (int i = 0; i < 40; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  CHECK(first_lines(deep) == "format.schema: it is too deep");
}

}  // namespace
}  // namespace chimera::embedded
