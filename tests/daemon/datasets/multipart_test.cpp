#include "daemon/datasets/multipart.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/datasets/recorded_parts.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;
using part = recorded_parts::part;

std::string with_head(const std::string& head, const std::string& content = "x") {
  return "--b\r\n" + head + "\r\n\r\n" + content + "\r\n--b--\r\n";
}

const std::string disposition = R"(Content-Disposition: form-data; name="f"; filename="a.csv")";

TEST_CASE("parts come out whole however the bytes arrive", "[multipart]") {
  const std::string file_part = "--b\r\n" + disposition + "\r\nContent-Type: text/csv\r\n\r\n";
  const std::vector<std::pair<std::string, std::vector<part>>> table{
      {file_part + "1,2\r\n--b--\r\n", {{"f", "a.csv", true, "1,2", true}}},
      {file_part + "1,2\r\n--b--", {{"f", "a.csv", true, "1,2", true}}},
      {"\r\n" + file_part + "1,2\r\n--b--", {{"f", "a.csv", true, "1,2", true}}},
      {file_part + "\r\n--b--", {{"f", "a.csv", true, "", true}}},
      {file_part + "\r\n\r\n--b--", {{"f", "a.csv", true, "\r\n", true}}},
      {file_part + "--\r\n-b--b\r\n-\r\n--\r\r\n--b--",
       {{"f", "a.csv", true, "--\r\n-b--b\r\n-\r\n--\r", true}}},
      {file_part + "1\r\n--b \t\r\nContent-Disposition: form-data; name=g\r\n\r\n2\r\n--b-- \r\n",
       {{"f", "a.csv", true, "1", true}, {"g", "", false, "2", true}}},
      {"--b--\r\n", {}},
  };
  for (const auto& [text, wanted] : table)
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      INFO(text << " in pieces of " << piece);
      recorded_parts got;
      REQUIRE(feed_in_pieces("b", text, piece, got).has_value());
      CHECK(got.parts == wanted);
    }
}

TEST_CASE("a form that is not one is refused", "[multipart]") {
  const std::string sound = with_head(disposition);
  const std::string second = "\r\n--b\r\n" + disposition + "\r\n\r\n";
  const std::vector<std::pair<std::string, std::string>> table{
      {"empty", ""},
      {"another boundary", "--c\r\n"},
      {"preamble", "hello\r\n" + sound},
      {"epilogue", sound + "more"},
      {"two line ends after the end", sound + "\r\n"},
      {"text after a boundary", "--bb\r\n" + disposition + "\r\n\r\nx\r\n--b--"},
      {"text after an inner boundary", "--b\r\n" + disposition + "\r\n\r\nx\r\n--bx\r\n--b--"},
      {"bare line feed after a boundary", "--b\n" + disposition + "\r\n\r\nx\r\n--b--"},
      {"bare line feeds in the header", "--b\r\n" + disposition + "\n\nx\r\n--b--"},
      {"no content", "--b\r\n" + disposition + "\r\n\r\n--b--\r\n"},
      {"no header", "--b\r\n\r\nx\r\n--b--"},
      {"no disposition", with_head("Content-Type: text/csv")},
      {"two dispositions", with_head(disposition + "\r\n" + disposition)},
      {"attachment", with_head(R"(Content-Disposition: attachment; name="f"; filename="a")")},
      {"no name", with_head(R"(Content-Disposition: form-data; filename="a")")},
      {"filename twice",
       with_head(R"(Content-Disposition: form-data; name="f"; filename="a"; filename="b")")},
      {"filename*", with_head(R"(Content-Disposition: form-data; name="f"; filename*=UTF-8''a)")},
      {"quote does not end", with_head(R"(Content-Disposition: form-data; name="f)")},
      {"junk after a value", with_head(R"(Content-Disposition: form-data; name="f" x)")},
      {"parameter without value", with_head("Content-Disposition: form-data; name=")},
      {"folded line", with_head("Content-Disposition: form-data;\r\n name=\"f\"")},
      {"no colon", with_head(disposition + "\r\nhello")},
      {"space before the colon", with_head(disposition + "\r\nX : 1")},
      {"NUL", with_head(disposition + std::string("\r\nX: a\0b", 8))},
      {"base64", with_head(disposition + "\r\nContent-Transfer-Encoding: base64")},
      {"form in a form",
       with_head("Content-Disposition: form-data; name=f\r\nContent-Type: Multipart/mixed")},
      {"long header", with_head(disposition + "\r\nX: " + std::string(9000, 'x'))},
      {"header that never ends", "--b\r\nX: " + std::string(9000, 'x')},
      {"much padding", "--b" + std::string(100, ' ') + "\r\n" + disposition + "\r\n\r\nx\r\n--b--"},
  };
  for (const auto& [title, text] : table)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
      INFO(title << " in pieces of " << piece);
      recorded_parts ignored;
      const auto read = feed_in_pieces("b", text, piece, ignored);
      REQUIRE_FALSE(read.has_value());
      CHECK(read.error().code == "dataset.form");
    }
}

TEST_CASE("a form that is cut anywhere is refused", "[multipart]") {
  const std::string whole =
      "--b\r\n" + disposition + "\r\n\r\n1\r\n--b\r\n" + disposition + "\r\n\r\n2\r\n--b--";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    INFO(cut);
    recorded_parts ignored;
    CHECK_FALSE(feed_in_pieces("b", whole.substr(0, cut), 16, ignored).has_value());
  }
}

TEST_CASE("quotes and backslashes in file names", "[multipart]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {R"(filename="a b.csv")", "a b.csv"},   {R"(filename="a\"b")", "a\"b"},
      {R"(filename="a\\b")", "a\\b"},         {R"(filename="C:\dir\a")", "C:\\dir\\a"},
      {R"(filename=plain.csv)", "plain.csv"}, {R"(FileName="runs/ü;=.csv")", "runs/ü;=.csv"},
      {R"(filename="a%22b")", "a%22b"},
  };
  for (const auto& [written, name] : table) {
    INFO(written);
    recorded_parts got;
    const std::string text = with_head("content-disposition:form-data; name=f; " + written);
    REQUIRE(feed_in_pieces("b", text, 1000, got).has_value());
    REQUIRE(got.parts.size() == 1);
    CHECK(got.parts[0].filename == name);
  }
}

TEST_CASE("the boundary is read from the media type", "[multipart]") {
  CHECK(boundary_of("multipart/form-data; boundary=abc").value() == "abc");
  CHECK(boundary_of("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b:c\"").value() == "a b:c");
  for (const char* wrong :
       {"multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\xc3\xbc\"",
        "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a",
        "multipart/form-data; boundary=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff"
        "fgggggggggg1"}) {
    INFO(wrong);
    REQUIRE_FALSE(boundary_of(wrong).has_value());
    CHECK(boundary_of(wrong).error().code == "dataset.form");
  }
  CHECK(is_form(" multipart/FORM-data ; boundary=a"));
  CHECK_FALSE(is_form("multipart/mixed; boundary=a"));
  CHECK_FALSE(is_form("application/zip"));
  CHECK_FALSE(is_form(""));
}

TEST_CASE("any content comes out as it went in, in any pieces", "[multipart]") {
  rc::check([] {
    const auto letters =
        rc::gen::container<std::string>(rc::gen::element('\r', '\n', '-', 'b', 'x'));
    const auto contents = *rc::gen::container<std::vector<std::string>>(letters);
    const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
    const std::string boundary = "b-b";
    std::string text;
    std::vector<part> wanted;
    for (const std::string& content : contents) {
      const bool holds_it = ("\r\n" + content).find("\r\n--" + boundary) != std::string::npos;
      RC_PRE(!holds_it);
      text += "--" + boundary + "\r\n" + disposition + "\r\n\r\n" + content + "\r\n";
      wanted.push_back({"f", "a.csv", true, content, true});
    }
    text += "--" + boundary + "--\r\n";
    recorded_parts got;
    RC_ASSERT(feed_in_pieces(boundary, text, piece, got).has_value());
    RC_ASSERT(got.parts == wanted);
  });
}

}  // namespace
