#include <catch2/catch.hpp>

#include "agents/report/printed_text.hpp"

using namespace chimera::report;

TEST_CASE("artifact text stays on one line without control characters or changes of direction") {
  CHECK(one_line("a\nb\tc\x01\x7F") == "a b c  ");
  CHECK(one_line("a\xE2\x80\xAE"
                 "b\xE2\x81\xA6"
                 "c") == "abc");
  CHECK(one_line("a\xE2\x80\xA8\xC2\x85z") == "a  z");
  CHECK(one_line("bad \xFF\xC3 utf") == "bad \xEF\xBF\xBD\xEF\xBF\xBD utf");
  CHECK(one_line("x\xEE\x80\x80y\xEE\x80\x81") == "x?y?");
}

TEST_CASE("long text is cut at a character border and says so") {
  CHECK(one_line(std::string(200, 'x')) == std::string(200, 'x'));
  CHECK(one_line(std::string(201, 'x')) == std::string(200, 'x') + "\xE2\x80\xA6");
  CHECK(one_line(std::string(199, 'x') + "\xC2\xB5") == std::string(199, 'x') + "\xE2\x80\xA6");
}

TEST_CASE("a code span holds whatever it is given") {
  CHECK(code_span("plain") == "`plain`");
  CHECK(code_span("a`b``c") == "```a`b``c```");
  CHECK(code_span("`a") == "`` `a ``");
  CHECK(code_span(" a ") == "`  a  `");
  CHECK(code_span("a|b") == "`a|b`");
  CHECK(code_span("a|b", true) == "`a\\|b`");
  CHECK(code_span(" \n").empty());
}

TEST_CASE("escaped text is no markup, also at the start of a line") {
  CHECK(escaped_markdown("a*b_c<d>[e](f)|~") == "a\\*b\\_c\\<d\\>\\[e\\](f)\\|\\~");
  CHECK(escaped_markdown("- item") == "\\- item");
  CHECK(escaped_markdown("  1. item") == "1\\. item");
  CHECK(escaped_markdown("===") == "\\===");
  CHECK(escaped_markdown("1.5 times") == "1.5 times");
  CHECK(escaped_markdown("&#52;") == "\\&\\#52;");
}

TEST_CASE("HTML text is escaped") {
  CHECK(escaped_html("<a b=\"c\">&'") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}
