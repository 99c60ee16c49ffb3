#include "agents/evidence/source/inventory.hpp"

#include <simdjson.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using namespace chimera::evidence;

file_entry file(const char* path, const char* type, const char* sha256,
                file_status status = file_status::read) {
  file_entry f;
  f.path = path;
  f.type = type;
  f.bytes = 7;
  f.sha256 = sha256;
  f.status = status;
  return f;
}

TEST_CASE("of files with the same bytes the first path counts") {
  inventory all;
  all.files = {file("a.csv", "csv", "1"), file("b.csv", "csv", "2"), file("c.csv", "csv", "1"),
               file("d.csv", "csv", "1")};
  mark_duplicates(all);
  CHECK(all.files[0].status == file_status::read);
  CHECK(all.files[1].status == file_status::read);
  for (const std::size_t i : {2U, 3U}) {
    CHECK(all.files[i].status == file_status::duplicate);
    CHECK(all.files[i].duplicate_of == "a.csv");
    CHECK(all.files[i].reason == "the same bytes as a.csv");
  }
}

TEST_CASE("what says more counts before what comes first") {
  inventory all;
  all.files = {file("a.py", "py", "1", file_status::ignored), file("b.txt", "txt", "1"),
               file("c.csv", "csv", "1"), file("d.md", "md", "1")};
  mark_duplicates(all);
  CHECK(all.files[2].status == file_status::read);
  for (const std::size_t i : {0U, 1U, 3U}) CHECK(all.files[i].duplicate_of == "c.csv");
}

TEST_CASE("empty and unread files are nobody's duplicates") {
  inventory all;
  all.files = {file("a.csv", "csv", "0", file_status::empty),
               file("b.csv", "csv", "0", file_status::empty),
               file("c.csv", "csv", "", file_status::unreadable),
               file("d.csv", "csv", "", file_status::refused)};
  mark_duplicates(all);
  CHECK(all.files[1].status == file_status::empty);
  CHECK(all.files[2].status == file_status::unreadable);
  CHECK(all.files[3].status == file_status::refused);
}

TEST_CASE("a link has the hash of what it leads to") {
  inventory all;
  all.files = {file("a.csv", "csv", "", file_status::duplicate), file("b.csv", "csv", "1")};
  all.files[0].duplicate_of = "b.csv";
  all.files[0].reason = "symbolic link to b.csv, listed there";
  mark_duplicates(all);
  CHECK(all.files[0].sha256 == "1");
  CHECK(all.files[0].reason == "symbolic link to b.csv, listed there");
  CHECK(all.files[1].status == file_status::read);
}

TEST_CASE("the evidence hash is that of paths and hashes") {
  inventory all;
  all.files = {file("a", "", "1"), file("b", "", "2")};
  mark_duplicates(all);
  // printf 'a\0001\nb\0002\n' | sha256sum
  CHECK(all.sha256 == "1a04f75bd0704a1e3a5609aa6cef325ce65e2ccde2c36252d0e2fc2ddcb5762d");
  inventory renamed;
  renamed.files = {file("a", "", "1"), file("c", "", "2")};
  mark_duplicates(renamed);
  CHECK(renamed.sha256 != all.sha256);
}

TEST_CASE("inventory.json shows every file, and its totals add up") {
  inventory all;
  all.root = "/absolute/path";
  all.files = {file("a \"x\".csv", "csv", "1"), file("b.csv", "csv", "1"),
               file("c\n\xFF.md", "md", "2"), file("d.py", "py", "3", file_status::ignored)};
  all.files[2].repairs = {"byte order mark removed"};
  all.files[3].reason = "a .py file holds no benchmark records";
  all.files[3].mtime_s = 1'234'567'890;
  all.first_last = {
      {}, {}, {"a", "line 1", "2025-10-08", false}, {"a", "line 2", "2025-10-09", false}};
  all.mtimes_untrusted = true;
  mark_duplicates(all);
  const std::string text = to_json(all);
  CHECK(text.find("/absolute") == std::string::npos);
  CHECK(text.find("1234567890") == std::string::npos);

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  REQUIRE(parser.parse(text).get(root) == simdjson::SUCCESS);
  CHECK(std::uint64_t(root["files"]) == 4);
  CHECK(std::uint64_t(root["bytes"]) == 28);
  for (const char* by : {"by_type", "by_status"}) {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    for (const auto group : simdjson::dom::array(root[by])) {
      files += std::uint64_t(group["files"]);
      bytes += std::uint64_t(group["bytes"]);
    }
    CHECK(files == 4);
    CHECK(bytes == 28);
  }
  CHECK(std::uint64_t(root["duplicates"]["files"]) == 1);
  CHECK(root["content_times"]["first_record"].is_null());
  CHECK(std::string_view(root["content_times"]["last"]["time"]) == "2025-10-09");
  CHECK(bool(root["mtimes_untrusted"]));
  const auto entries = simdjson::dom::array(root["entries"]);
  REQUIRE(entries.size() == 4);
  for (const auto e : entries)
    CHECK((std::string_view(e["status"]) == "read") == (e["reason"].error() != simdjson::SUCCESS));
  CHECK(std::string_view(entries.at(2)["path_hex"]) == "630aff2e6d64");
  CHECK(entries.at(0)["path_hex"].error() == simdjson::NO_SUCH_FIELD);
}

TEST_CASE("the inventory of nothing is valid JSON") {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  REQUIRE(parser.parse(to_json({})).get(root) == simdjson::SUCCESS);
  CHECK(simdjson::dom::array(root["entries"]).size() == 0);
}

}  // namespace
