#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/scan.hpp"
#include "scratch_tree.hpp"

namespace {

using namespace chimera::evidence;
namespace fs = std::filesystem;

std::vector<std::string> paths_of(const inventory& all) {
  std::vector<std::string> paths;
  for (const file_entry& f : all.files) paths.push_back(f.path);
  return paths;
}

const file_entry& entry(const inventory& all, const std::string& path) {
  const auto found = std::ranges::find(all.files, path, &file_entry::path);
  INFO(path);
  REQUIRE(found != all.files.end());
  return *found;
}

TEST_CASE("files are listed in the byte order of their paths, with the bytes of their names") {
  const scratch_tree tree;
  const std::vector<std::string> names{"B.csv",     "a b/c d.csv",          "a-b.csv",
                                       "a/x.csv",   "a/y/z.json",           "line\nfeed.md",
                                       "z\xFF.csv", "\xC3\xA9t\xC3\xA9.csv"};
  for (const std::string& name : names) tree.write(name, "x");
  const auto listed = list_tree(tree.root(), {});
  REQUIRE(listed);
  auto sorted = names;
  std::ranges::sort(sorted);
  CHECK(paths_of(*listed) == sorted);
  CHECK(listed->root == tree.root().string());
  for (const file_entry& f : listed->files) {
    CHECK(f.status == file_status::read);
    CHECK(f.bytes == 1);
  }
}

TEST_CASE("the type is the extension in lower case") {
  for (const auto& [path, type] :
       std::vector<std::pair<std::string, std::string>>{{"a.CSV", "csv"},
                                                        {"a.b/c", ""},
                                                        {"a/b.tar.gz", "gz"},
                                                        {".gitignore", ""},
                                                        {"x/.env.json", "json"},
                                                        {"README", ""},
                                                        {"a.", ""},
                                                        {"v1.2 final", ""},
                                                        {"a.\xFF", ""},
                                                        {"p.ncu-rep", "ncu-rep"}}) {
    INFO(path);
    CHECK(type_of(path) == type);
  }
}

TEST_CASE("a root that is no folder is a problem that says what to give instead") {
  const scratch_tree tree;
  const fs::path file = tree.write("a.csv", "x");
  const auto missing = list_tree(tree.root() / "nowhere", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "evidence.root-missing");
  CHECK(missing.error().file == (tree.root() / "nowhere").string());
  const auto plain = list_tree(file, {});
  REQUIRE_FALSE(plain);
  CHECK(plain.error().code == "evidence.root-not-a-folder");
  CHECK_FALSE(list_tree("", {}));
  const fs::path fifo = tree.root() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const auto pipe = list_tree(fifo, {});
  REQUIRE_FALSE(pipe);
  CHECK(pipe.error().code == "evidence.root-not-a-folder");
}

TEST_CASE("an empty root lists nothing, and a root may be a link") {
  const scratch_tree tree;
  fs::create_directories(tree.root() / "empty/also empty");
  const auto listed = list_tree(tree.root() / "empty", {});
  REQUIRE(listed);
  CHECK(listed->files.empty());
  tree.write("real/a.csv", "x");
  tree.write("real/b/c.csv", "x");
  fs::create_symlink("c.csv", tree.root() / "real/b/link.csv");
  fs::create_directory_symlink("real", tree.root() / "link");
  const auto linked = list_tree(tree.root() / "link", {});
  REQUIRE(linked);
  CHECK(paths_of(*linked) == std::vector<std::string>{"a.csv", "b/c.csv", "b/link.csv"});
  CHECK(entry(*linked, "b/link.csv").duplicate_of == "b/c.csv");
}

TEST_CASE("links are judged by where they lead and never followed") {
  const scratch_tree tree;
  tree.write("data/a.csv", "x,y\n");
  tree.write(".git/config", "x");
  const auto link = [&](const char* name, const fs::path& target) {
    fs::create_symlink(target, tree.root() / name);
  };
  link("to_file.csv", "data/a.csv");
  link("to_link.csv", "to_file.csv");
  link("absolute.csv", fs::canonical(tree.root()) / "data/a.csv");
  link("to_folder", "data");
  link("data/up", "..");
  link("data/self", ".");
  link("passwd", "/etc/passwd");
  link("outside", "/");
  link("sibling.csv", fs::path("..") / (tree.root().filename().string() + "-other"));
  link("dangling.csv", "nothing.csv");
  link("ring_a", "ring_b");
  link("ring_b", "ring_a");
  link("hidden", ".git/config");
  link("null", "/dev/null");
  const auto listed = list_tree(tree.root(), {});
  REQUIRE(listed);
  for (const char* name : {"to_file.csv", "to_link.csv", "absolute.csv"}) {
    const file_entry& f = entry(*listed, name);
    CHECK(f.status == file_status::duplicate);
    CHECK(f.duplicate_of == "data/a.csv");
    CHECK(f.bytes == 4);
    CHECK(f.reason == "symbolic link to data/a.csv, listed there");
  }
  CHECK(entry(*listed, "to_folder").status == file_status::duplicate);
  CHECK(entry(*listed, "to_folder").duplicate_of == "data");
  for (const char* name : {"data/up", "data/self", "ring_a", "ring_b", "passwd", "outside",
                           "sibling.csv", "dangling.csv", "null"}) {
    const file_entry& f = entry(*listed, name);
    INFO(name);
    CHECK(f.status == file_status::outside);
    CHECK_FALSE(f.reason.empty());
    CHECK(f.reason.find(" /") == std::string::npos);
  }
  CHECK(entry(*listed, "hidden").status == file_status::ignored);
  CHECK(listed->files.size() == 16);
}

TEST_CASE("folders of version control and packages are one entry each") {
  const scratch_tree tree;
  for (const char* path : {".git/HEAD", "a/node_modules/x/y.json", ".hg/z", "b/.svn/c", ".gitx/d"})
    tree.write(path, "x");
  tree.write("c/.git", "a file of that name");
  const auto listed = list_tree(tree.root(), {});
  REQUIRE(listed);
  CHECK(paths_of(*listed) == std::vector<std::string>{".git/", ".gitx/d", ".hg/", "a/node_modules/",
                                                      "b/.svn/", "c/.git"});
  for (const char* path : {".git/", ".hg/", "a/node_modules/", "b/.svn/"}) {
    CHECK(entry(*listed, path).status == file_status::ignored);
    CHECK(entry(*listed, path).type == "folder");
    CHECK_FALSE(entry(*listed, path).reason.empty());
  }
}

TEST_CASE("pipes, sockets and devices are listed and never opened") {
  const scratch_tree tree;
  REQUIRE(mkfifo((tree.root() / "fifo.csv").c_str(), 0600) == 0);
  const int socket_number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket_number >= 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = (tree.root() / "socket.json").string();
  REQUIRE(path.size() < sizeof name.sun_path);
  std::memcpy(name.sun_path, path.data(), path.size());
  const bool bound =
      bind(socket_number, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  close(socket_number);
  fs::create_symlink("fifo.csv", tree.root() / "link.csv");
  auto listed = list_tree(tree.root(), {});
  REQUIRE(listed);
  CHECK(entry(*listed, "fifo.csv").reason == "a FIFO (named pipe): never opened");
  CHECK(entry(*listed, "link.csv").status == file_status::unreadable);
  if (bound) CHECK(entry(*listed, "socket.json").reason == "a socket: never opened");
  for (file_entry& f : listed->files) {
    CHECK(f.status == file_status::unreadable);
    CHECK(load_file(tree.root(), f, {}).text.empty());
  }
}

TEST_CASE("a folder that may not be opened is an entry with its reason") {
  const scratch_tree tree;
  tree.write("closed/a.csv", "x");
  tree.write("b.csv", "x");
  if (geteuid() == 0) {
    WARN("skipped: root may open every folder");
    return;
  }
  fs::permissions(tree.root() / "closed", fs::perms::none);
  const auto listed = list_tree(tree.root(), {});
  fs::permissions(tree.root() / "closed", fs::perms::owner_all);
  REQUIRE(listed);
  CHECK(entry(*listed, "closed/").status == file_status::unreadable);
  CHECK(entry(*listed, "b.csv").status == file_status::read);
}

TEST_CASE("a limit that is exceeded is a problem with limit, find and way out") {
  const scratch_tree tree;
  tree.write("a.csv", "12345");
  tree.write("d/b.csv", "12345");
  tree.write("d/e/c.csv", "12345");
  scan_limits exact{.files = 3, .depth = 2, .total_bytes = 15, .file_bytes = 5};
  CHECK(list_tree(tree.root(), exact));

  const auto problem = [&](scan_limits limits) {
    const auto listed = list_tree(tree.root(), limits);
    REQUIRE_FALSE(listed);
    return listed.error();
  };
  scan_limits files = exact;
  files.files = 2;
  CHECK(problem(files).code == "evidence.too-many-files");
  CHECK(problem(files).title == "more than 2 files (found: at least 3)");
  CHECK(problem(files).detail.ends_with("--max-files"));
  scan_limits depth = exact;
  depth.depth = 1;
  CHECK(problem(depth).code == "evidence.too-deep");
  CHECK(problem(depth).file == "d/e");
  CHECK(problem(depth).detail.ends_with("--max-depth (found: at least 2)"));
  scan_limits bytes = exact;
  bytes.total_bytes = 14;
  CHECK(problem(bytes).code == "evidence.too-many-bytes");
  CHECK(problem(bytes).title == "the files have 15 bytes together, more than the limit of 14");
  CHECK(problem(bytes).detail.ends_with("--max-bytes"));
  bytes.file_bytes = 4;
  CHECK(list_tree(tree.root(), bytes));
}

TEST_CASE("five thousand nested folders run into the limit, not into the ground") {
  const scratch_tree tree;
  int folder = open(tree.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(folder >= 0);
  for (int i = 0; i < 5000; ++i) {
    REQUIRE(mkdirat(folder, "d", 0700) == 0);
    const int next = openat(folder, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(next >= 0);
    close(folder);
    folder = next;
  }
  close(folder);
  const auto listed = list_tree(tree.root(), {});
  REQUIRE_FALSE(listed);
  CHECK(listed.error().code == "evidence.too-deep");
  scan_limits deep;
  deep.depth = 10'000;
  const auto all = list_tree(tree.root(), deep);
  REQUIRE(all);
  // Either the system opens that many folders at once or one entry says that it does not.
  CHECK(all->files.size() <= 1);
  for (const file_entry& f : all->files) CHECK(f.status == file_status::unreadable);
}

TEST_CASE("file times within one minute are not trusted, of three files or more") {
  const scratch_tree tree;
  const auto write = [&](const char* name, long seconds) {
    const fs::path full = tree.write(name, "x");
    const timespec times[2] = {{1'700'000'000 + seconds, 0}, {1'700'000'000 + seconds, 0}};
    REQUIRE(utimensat(AT_FDCWD, full.c_str(), times, 0) == 0);
  };
  write("a", 0);
  write("b", 30);
  CHECK_FALSE(list_tree(tree.root(), {})->mtimes_untrusted);
  write("c", 60);
  CHECK(list_tree(tree.root(), {})->mtimes_untrusted);
  CHECK(list_tree(tree.root(), {})->files[2].mtime_s == 1'700'000'060);
  write("d", 61);
  CHECK_FALSE(list_tree(tree.root(), {})->mtimes_untrusted);
}

}  // namespace
