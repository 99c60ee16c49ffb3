#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "agents/evidence/source/scan.hpp"
#include "agents/evidence/source/whole_file.hpp"
#include "scratch_tree.hpp"

namespace {

using namespace chimera::evidence;
namespace fs = std::filesystem;

file_entry listed(const scratch_tree& tree, const std::string& path) {
  for (const file_entry& f : list_tree(tree.root(), {}).value().files)
    if (f.path == path) return f;
  FAIL("not listed: " << path);
  return {};
}

TEST_CASE("a file is judged by its type and its bytes") {
  using enum file_status;
  const struct {
    const char* path;
    std::string bytes;
    file_status status;
    std::string reason;
    std::string encoding;
    bool text;
  } examples[] = {
      {"a.csv", "x,y\n", read, "", "UTF-8", true},
      {"a.TSV", "x\ty\n", read, "", "UTF-8", true},
      {"a.json", "{}", read, "", "UTF-8", true},
      {"a.jsonl", "{}\n", read, "", "UTF-8", true},
      {"a.ndjson", "{}\n", read, "", "UTF-8", true},
      {"a.md", "# x\n", read, "", "UTF-8", true},
      {"a.markdown", "# x\n", read, "", "UTF-8", true},
      {"a.txt", "45 \xB0", read, "", "windows-1252", true},
      {"b.csv", "", empty, "holds no bytes", "", false},
      {"b.py", "", empty, "holds no bytes", "", false},
      {"c.py", "import os\n", ignored, "a .py file holds no benchmark records", "", false},
      {"LICENSE", "words", ignored,
       "a file without an extension is not taken for benchmark records", "", false},
      {"d.ncu-rep", std::string("NVR\0\1", 5), binary, "holds NUL bytes: no text", "", false},
      {"d.csv", std::string("PK\3\4\0\1", 6), binary,
       "its bytes are no text in UTF-8, UTF-16, windows-1252 or any other known encoding", "",
       false},
  };
  const scratch_tree tree;
  for (const auto& e : examples) {
    INFO(e.path);
    tree.write(e.path, e.bytes);
    file_entry entry = listed(tree, e.path);
    const loaded_file loaded = load_file(tree.root(), entry, {});
    CHECK(entry.status == e.status);
    CHECK(entry.reason == e.reason);
    CHECK(entry.encoding == e.encoding);
    CHECK(entry.sha256.size() == 64);
    CHECK(loaded.text.empty() != e.text);
  }
}

TEST_CASE("the hash is SHA-256 of the bytes on disk") {
  const scratch_tree tree;
  tree.write("abc.txt", "abc");
  tree.write("million.txt", std::string(1'000'000, 'a'));
  tree.write("zero.txt", "");
  const auto hash = [&](const char* path) {
    file_entry entry = listed(tree, path);
    static_cast<void>(load_file(tree.root(), entry, {}));
    return entry.sha256;
  };
  // Test vectors of FIPS 180-2, appendix B.
  CHECK(hash("abc.txt") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("million.txt") == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(hash("zero.txt") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a file over the limit is refused by name, one at the limit is read") {
  const scratch_tree tree;
  tree.write("a.csv", "12345");
  scan_limits limits;
  limits.file_bytes = 5;
  file_entry at = listed(tree, "a.csv");
  CHECK(load_file(tree.root(), at, limits).text == "12345");
  limits.file_bytes = 4;
  file_entry over = listed(tree, "a.csv");
  CHECK(load_file(tree.root(), over, limits).text.empty());
  CHECK(over.status == file_status::refused);
  CHECK(over.reason ==
        "5 bytes, more than the limit of 4 for one file (raise it with --max-file-bytes)");
  CHECK(over.sha256.empty());
}

TEST_CASE("a file that was written to since the tree was listed is not read") {
  const scratch_tree tree;
  tree.write("a.csv", "12345");
  file_entry entry = listed(tree, "a.csv");
  tree.write("a.csv", "123456");
  CHECK(load_file(tree.root(), entry, {}).text.empty());
  CHECK(entry.status == file_status::unreadable);
  CHECK(entry.reason == "changed while it was read: 5 bytes when the tree was listed, 6 later");
  CHECK(entry.sha256.empty());
}

TEST_CASE("a file that changes between two pieces is noticed") {
  const scratch_tree tree;
  const std::size_t size = std::size_t{1} << 20U;
  const fs::path path = tree.write("a.csv", std::string(size, '1'));
  const auto read_while = [&](const std::function<void()>& change) {
    const opened_file opened = open_regular(tree.root(), "a.csv");
    REQUIRE(opened.file);
    bool first = true;
    return read_unchanged(opened.file.get(), size, nullptr, [&](std::string_view) {
      if (first) change();
      first = false;
    });
  };
  CHECK(read_while([] {}).empty());
  CHECK(read_while([&] { std::ofstream(path, std::ios::app) << "more"; }) ==
        "changed while it was read: 1048576 bytes when the tree was listed, 1048580 later");
  fs::resize_file(path, size);
  CHECK(read_while([&] {
          fs::resize_file(path, 10);
        }).starts_with("changed while it was read: 1048576 bytes when the tree was listed"));
  tree.write("a.csv", std::string(size, '1'));
  CHECK(read_while([&] {
          const timespec times[2] = {{1'700'000'000, 1}, {1'700'000'000, 1}};
          utimensat(AT_FDCWD, path.c_str(), times, 0);
        }) == "changed while it was read: still 1048576 bytes, but written to");
}

TEST_CASE("a file that grows without end is given up at its listed size") {
  const scratch_tree tree;
  const fs::path path = tree.write("a.csv", std::string(1000, '1'));
  const opened_file opened = open_regular(tree.root(), "a.csv");
  std::size_t handed_on = 0;
  std::ofstream writer(path, std::ios::app);
  const std::string why =
      read_unchanged(opened.file.get(), 1000, nullptr, [&](std::string_view piece) {
        handed_on += piece.size();
        writer << std::string(100'000, '2') << std::flush;
      });
  CHECK(why.starts_with("changed while it was read"));
  CHECK(handed_on <= 1000);
}

TEST_CASE("what took the place of a listed file is not opened") {
  const scratch_tree tree;
  tree.write("a.csv", "x");
  tree.write("d/b.csv", "x");
  tree.write("other/b.csv", "y");
  file_entry file = listed(tree, "a.csv");
  file_entry below = listed(tree, "d/b.csv");
  fs::remove(tree.root() / "a.csv");
  const auto reason = [&](file_entry entry) {
    CHECK(load_file(tree.root(), entry, {}).text.empty());
    CHECK(entry.status == file_status::unreadable);
    return entry.reason;
  };
  CHECK(reason(file) == "cannot be opened: No such file or directory");
  REQUIRE(mkfifo((tree.root() / "a.csv").c_str(), 0600) == 0);
  CHECK(reason(file) ==
        "a FIFO (named pipe) stands in its place since the tree was listed: not opened");
  fs::remove(tree.root() / "a.csv");
  fs::create_symlink("/etc/passwd", tree.root() / "a.csv");
  CHECK(reason(file) ==
        "a symbolic link stands in its place since the tree was listed: not opened");
  fs::remove_all(tree.root() / "d");
  fs::create_directory_symlink("other", tree.root() / "d");
  CHECK(reason(below).starts_with("cannot be opened: "));
}

TEST_CASE("a file without permission is unreadable") {
  const scratch_tree tree;
  const fs::path path = tree.write("a.csv", "x");
  if (geteuid() == 0) {
    WARN("skipped: root may read every file");
    return;
  }
  fs::permissions(path, fs::perms::none);
  file_entry entry = listed(tree, "a.csv");
  CHECK(load_file(tree.root(), entry, {}).text.empty());
  CHECK(entry.reason == "cannot be opened: Permission denied");
}

}  // namespace
