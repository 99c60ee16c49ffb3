// JSON text by appending: always valid UTF-8, whatever goes in.
#include "proto/json_text.hpp"

#include <catch2/catch.hpp>

#include "proto/claim.hpp"
#include "proto/fact.hpp"
#include "proto/lint.hpp"

using namespace chimera::proto;

namespace {
std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}
}  // namespace

TEST_CASE("append_quoted escapes what JSON forbids and keeps valid UTF-8") {
  CHECK(quoted("a\"b\\c\n\t\r\x01") == "\"a\\\"b\\\\c\\n\\t\\r\\u0001\"");
  CHECK(quoted("caf\xC3\xA9 \xF0\x9F\x98\x80") == "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
}

TEST_CASE("append_quoted replaces invalid UTF-8 byte by byte") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(quoted("\xB0") == "\"" + bad + "\"");
  CHECK(quoted("\xC0\xAF") == "\"" + bad + bad + "\"");
  CHECK(quoted("\xED\xA0\x80") == "\"" + bad + bad + bad + "\"");  // a surrogate
  CHECK(quoted("\xE2\x82") == "\"" + bad + bad + "\"");            // cut short
}

TEST_CASE("a fact is one line with all keys in the order of the contract") {
  fact f;
  f.id = "x";
  f.file = "a.csv";
  f.where = {"csv", "ttft_s"};
  f.filter = {{"row", "is", "warm"}};
  f.agg = "median";
  f.n = 5;
  f.value = "0.0877";
  std::string out;
  append_json(out, f);
  CHECK(out ==
        R"({"id":"x","file":"a.csv","sha256":"","locator":{"kind":"csv","column":"ttft_s"},)"
        R"("filter":[["row","is","warm"]],"agg":"median","n":5,)"
        R"("excluded":{"failed":0,"missing":0,"cold":0},"value":"0.0877","unit":"","dim":"",)"
        R"("polarity":"","kind":"","derived_from":[],"flags":[],)"
        R"("display":{"text":"","unit":"","digits":0},"phrase":""})");
  f.where = {"json", "/a/*/b"};
  out.clear();
  append_json(out, f);
  CHECK(out.find(R"("locator":{"kind":"json","pointer":"/a/*/b"})") != std::string::npos);
}

TEST_CASE("lints and claims are one valid line each") {
  lint l;
  l.rule = "failed-rows";
  l.places = {{"a.csv", "line 2", "timed out"}, {"b.csv", "", "x"}};
  std::string out;
  append_json(out, l);
  CHECK(out.find(R"("places":[{"file":"a.csv","where":"line 2","shows":"timed out"},{)") !=
        std::string::npos);
  claim c;
  c.judgement = verdict::non_claim;
  c.facts = {"a", "b"};
  out.clear();
  append_json(out, c);
  CHECK(
      out ==
      R"({"line":0,"start":0,"end":0,"text":"","verdict":"non-claim","facts":["a","b"],"rule":"","struck":false})");
}
