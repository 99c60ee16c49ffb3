#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "agents/report/render.hpp"
#include "catalog_with.hpp"

using namespace chimera;
using report::catalog_with;

namespace {

std::string html_of(const std::string& source, const report::catalog& names = catalog_with()) {
  return report::render_html(source, names, {"A <title>", "en"});
}

// What stands between <main> and the appendix of facts.
std::string body_of(const std::string& html) {
  const std::size_t from = html.find("<main>\n") + 7;
  return html.substr(from, html.find("<h2 id=\"facts\">") - from);
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a page forbids scripts and the network, and escapes its title") {
  const std::string html = html_of("Words.");
  CHECK(holds(html, "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));
  CHECK(holds(html, "<title>A &lt;title&gt;</title>"));
  CHECK_FALSE(holds(html, "script-src"));
  CHECK_FALSE(holds(html, "http:"));
}

TEST_CASE("each fact links to its entry in the appendix, and so do its operands that exist") {
  const std::string html = html_of("It is {{f:of-two}} and {{f:mark-up}}.");
  CHECK(holds(html, ">1.5</a>"));
  constexpr std::string_view link = "href=\"#fact-";
  std::size_t links = 0;
  for (std::size_t at = html.find(link); at != std::string::npos; at = html.find(link, at + 1)) {
    const std::size_t from = at + link.size();
    const std::string id = html.substr(from, html.find('"', from) - from);
    CAPTURE(id);
    CHECK(holds(html, "<tr id=\"fact-" + id + "\">"));
    ++links;
  }
  CHECK(links == 3);
  CHECK(holds(html, "&lt;i&gt;3&lt;/i&gt;"));
}

TEST_CASE("neither a script nor raw HTML of any text reaches the page") {
  const std::string evil = GENERATE(
      as<std::string>{}, "<script>alert(1)</script>", "<SCRIPT src=//x>", "<img src=x onerror=y>",
      "</main></body>", "[a](javascript:alert(1))", "`</code><script>`", "``` <script>\n<script>",
      "![x](javascript:y)", "<svg onload=x>", "| <script> |", "](javascript:alert(1))",
      "\xEE\x80\x80"
      "b\xEE\x80\x81",
      "<a href=\"javascript:x\">", "<!-- x -->", "<javascript:alert(1)>");
  CAPTURE(evil);
  const auto names = catalog_with({{"code", evil}}, {{"plain", evil}});
  for (const std::string& source :
       {evil + "\n\n{{f:a-fact}}", std::string("{{m:code}} and {{m:plain}} {{f:a-fact}}"),
        std::string("{{m:plain}}"), std::string("| a |\n|---|\n| {{m:code}} {{m:plain}} |\n")}) {
    CAPTURE(source);
    const std::string html = html_of(source, names);
    CHECK_FALSE(holds(html, "<script"));
    CHECK_FALSE(holds(html, "<SCRIPT"));
    CHECK_FALSE(holds(html, "<img src=\"x"));
    CHECK_FALSE(holds(html, "<img src=x"));
    CHECK_FALSE(holds(html, "<svg"));
    CHECK_FALSE(holds(html, "href=\"javascript"));
    CHECK_FALSE(holds(html, "src=\"javascript"));
    CHECK(html.find("</main>") == html.rfind("</main>"));
  }
}

TEST_CASE("a name never changes the form of what stands around it") {
  const std::string name =
      GENERATE(as<std::string>{}, "a`b", "``", "`", "a|b", "a\\|b", "a\\", "line\nbreak",
               "<b>x</b>", "*x*", "_x_", "{{f:x}}", "](javascript:alert(1))", "# x", "- x", "+ x",
               "> x", "1. x", "2) x", "===", "---", "~~~", "~~x~~", "&lt;", "$x$", "![x](y)", "!x",
               "    x", "\xFF\x80", "http://x.example", "[x]: y");
  CAPTURE(name);
  const auto names = catalog_with({{"code", name}}, {{"plain", name}});
  CHECK(holds(body_of(html_of("Name {{m:code}} end.", names)), "<p>Name <code>"));
  const std::string plain = body_of(html_of("{{m:plain}}\n", names));
  CHECK(plain.starts_with("<p>"));
  CHECK(plain.ends_with("</p>\n"));
  CHECK(std::ranges::count(plain, '<') == 2);
  CHECK(holds(body_of(html_of("Text\n{{m:plain}}\n", names)), "<p>Text\n"));
  const std::string table =
      body_of(html_of("| a | b |\n|---|---|\n| {{m:code}} | {{m:plain}} |\n", names));
  std::size_t cells = 0;
  for (std::size_t at = table.find("<td>"); at != std::string::npos;
       at = table.find("<td>", at + 1))
    ++cells;
  CHECK(cells == 2);
  CHECK(holds(table, "<td><code>"));
}

TEST_CASE("what cannot be resolved is seen struck") {
  for (const std::string source : {"See {{f:gone}} now.", "See {{}} now.", "See 5 now.",
                                   "~5 s it was.", "About ~5 s.", "**5 s** it was.", "{{f:gone"}) {
    CAPTURE(source);
    const std::string body = body_of(html_of(source + "\n\nNext."));
    CHECK(holds(body, "<del"));
    CHECK(holds(body, "<p>Next.</p>"));
    CHECK_FALSE(holds(body, "~~"));
  }
}

TEST_CASE("a figure is inlined with its caption") {
  const std::string body = body_of(html_of("{{fig:fig}}"));
  CHECK(body == "<figure><svg><circle/></svg><figcaption>Runs [in] order</figcaption></figure>\n");
}

TEST_CASE("a fold heading becomes details that end before the next heading") {
  const std::string body = body_of(html_of("#### fold: Files\n\nWords.\n\n## Next\n\nMore.\n"));
  CHECK(holds(body,
              "<details open><summary>Files</summary>\n<p>Words.</p>\n</details>\n<h2 id="
              "\"next\">Next</h2>"));
}

TEST_CASE("a fact within an attribute is printed plain") {
  const std::string body = body_of(html_of("![took {{f:a-fact}}](x.png)"));
  CHECK(holds(body, "alt=\"took 87.7 ms\""));
}
