#include "daemon/datasets/unpack.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <string>
#include <vector>

#include "daemon/datasets/disk.hpp"
#include "daemon/datasets/packing.hpp"
#include "daemon/datasets/scratch_space.hpp"
#include "daemon/datasets/tried_upload.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;

const std::vector<packed_entry> small{
    {"runs/", "", AE_IFDIR, "", 0755}, {"runs/a.csv", "x,y\n1,2\n"}, {"ünï.md", "# hi\n"}};
const tree small_tree{{"runs/", ""}, {"runs/a.csv", "x,y\n1,2\n"}, {"ünï.md", "# hi\n"}};

unpack_limits tight() {
  unpack_limits l;
  l.archive_bytes = 1U << 20U;
  l.files = 5;
  l.file_bytes = 100'000;
  l.total_bytes = 250'000;
  l.ratio_from_bytes = 50'000;
  return l;
}

TEST_CASE("every packing that is promised is read, whatever the media type says", "[unpack]") {
  const std::vector<std::pair<std::string, packing>> table{
      {"tar (pax)", {}},
      {"tar (ustar)", {.format = "ustar"}},
      {"tar (gnu)", {.format = "gnutar"}},
      {"tar.gz", {.filter = "gzip"}},
      {"tar.xz", {.filter = "xz"}},
      {"tar.zst", {.filter = "zstd"}},
      {"zip", {.format = "zip"}},
      {"zip, stored", {.format = "zip", .options = "zip:compression=store"}},
  };
  // The writer takes its names in the locale's charset.
  const std::string before = setlocale(LC_CTYPE, nullptr);
  REQUIRE(setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
  std::vector<std::string> uploads;
  for (const auto& [name, how] : table) uploads.push_back(pack(small, how));
  REQUIRE(setlocale(LC_CTYPE, before.c_str()) != nullptr);
  for (std::size_t i = 0; i < table.size(); ++i) {
    INFO(table[i].first);
    const scratch_space space;
    const auto made = unpack(space.write("upload", uploads[i]), "text/plain", space / "target", {});
    INFO((made ? "" : proto::to_text(made.error())));
    REQUIRE(made.has_value());
    CHECK(made->files == 2);
    CHECK(made->bytes == 13);
    CHECK(tree_of(space / "target") == small_tree);
  }
}

TEST_CASE("what is unpacked belongs to the owner alone, whatever the upload says", "[unpack]") {
  const scratch_space space;
  const auto upload = space.write(
      "upload", pack({{"d/", "", AE_IFDIR, "", 01777}, {"d/tool", "#!", AE_IFREG, "", 06777}}));
  REQUIRE(unpack(upload, "", space / "target", {}).has_value());
  struct stat found = {};
  REQUIRE(stat((space / "target/d/tool").c_str(), &found) == 0);
  CHECK((found.st_mode & 07777U) == 0600U);
  REQUIRE(stat((space / "target/d").c_str(), &found) == 0);
  CHECK((found.st_mode & 07777U) == 0700U);
}

std::vector<packed_entry> many(std::size_t count, const std::string& suffix, unsigned kind) {
  std::vector<packed_entry> out{{"first", "1"}};
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({fmt::format("e{}{}", i, suffix), "", kind});
  return out;
}

// Entries that need no hand-made bytes; each stands after a sound one.
TEST_CASE("one hostile entry refuses the whole upload by name", "[unpack]") {
  struct row {
    std::string title;
    std::vector<packed_entry> entries;
    std::string code;
    std::string file;
  };
  const std::string deep = [] {
    std::string out;
    for (int i = 0; i < 40; ++i) out += "d/";
    return out + "f";
  }();
  const packed_entry sound{"ok.csv", "1"};
  const std::vector<row> table{
      {"absolute", {sound, {"/etc/cron.d/x", "1"}}, "dataset.bad-name", "/etc/cron.d/x"},
      {"up", {sound, {"../x", "1"}}, "dataset.bad-name", "../x"},
      {"up, inside", {sound, {"a/../../x", "1"}}, "dataset.bad-name", "a/../../x"},
      {"up, folder", {sound, {"../x/", "", AE_IFDIR}}, "dataset.bad-name", "../x/"},
      {"backslash", {sound, {"a/..\\x", "1"}}, "dataset.bad-name", "a/..\\x"},
      {"drive", {sound, {"C:x", "1"}}, "dataset.bad-name", "C:x"},
      {"symlink", {sound, {"l", "", AE_IFLNK, "/etc"}}, "dataset.link", "l"},
      {"symlink, then through it", {{"l", "", AE_IFLNK, ".."}, {"l/x", "1"}}, "dataset.link", "l"},
      {"symlink, inside", {sound, {"l", "", AE_IFLNK, "ok.csv"}}, "dataset.link", "l"},
      {"twice", {sound, {"a", "1"}, {"a", "1"}}, "dataset.duplicate", "a"},
      {"twice, spelt differently", {sound, {"a", "1"}, {"./a", "1"}}, "dataset.duplicate", "./a"},
      {"file, then folder", {{"a", "1"}, {"a/b", "1"}}, "dataset.duplicate", "a/b"},
      {"folder, then file", {{"a/b", "1"}, {"a", "1"}}, "dataset.duplicate", "a"},
      {"folder entry on a file", {{"a", "1"}, {"a/", "", AE_IFDIR}}, "dataset.duplicate", "a/"},
      {"deep", {sound, {deep, "1"}}, "dataset.too-deep", deep},
      {"many files", many(5, "", AE_IFREG), "dataset.too-many-files", ""},
      {"many folders", many(6, "/", AE_IFDIR), "dataset.too-many-files", ""},
      {"folders implied", {sound, {"a/b/c/d/e/f/g", "1"}}, "dataset.too-many-files", ""},
      {"large file", {sound, {"big", noise(100'001)}}, "dataset.file-too-large", "big"},
      {"large all",
       {{"a", noise(90'000)}, {"b", noise(90'000)}, {"c", noise(90'000)}},
       "dataset.too-large",
       ""},
      {"no file", {{"d/", "", AE_IFDIR}}, "dataset.empty", ""},
  };
  for (const row& r : table)
    for (const char* format : {"pax", "zip"}) {
      INFO(r.title << " in " << format);
      const outcome got = try_unpack(pack(r.entries, {.format = format}), tight());
      REQUIRE_FALSE(got.result.has_value());
      CHECK(got.result.error().code == r.code);
      CHECK(got.result.error().file == r.file);
      CHECK_FALSE(got.left_behind);
    }
}

// Some Windows packers write zips so; libarchive reads them as their authors meant it.
TEST_CASE("a zip name with backslashes and no slash is a path all the same", "[unpack]") {
  const scratch_space space;
  const auto upload = space.write("upload", pack({{"runs\\a", "1"}}, {.format = "zip"}));
  REQUIRE(unpack(upload, "", space / "target", {}).has_value());
  CHECK(tree_of(space / "target") == tree{{"runs/", ""}, {"runs/a", "1"}});
  const outcome up = try_unpack(pack({{"..\\x", "1"}}, {.format = "zip"}), {});
  REQUIRE_FALSE(up.result.has_value());
  CHECK(up.result.error().code == "dataset.bad-name");
}

TEST_CASE("entries that only tar knows are refused", "[unpack]") {
  const std::vector<std::pair<packed_entry, std::string>> table{
      {{"h", "", AE_IFREG, "ok.csv"}, "dataset.link"},
      {{"h", "", AE_IFREG, "/etc/passwd"}, "dataset.link"},
      {{"p", "", AE_IFIFO}, "dataset.special-file"},
      {{"c", "", AE_IFCHR}, "dataset.special-file"},
      {{"b", "", AE_IFBLK}, "dataset.special-file"},
  };
  for (const auto& [entry, code] : table)
    for (const char* format : {"pax", "ustar", "gnutar"}) {
      INFO(entry.name << " in " << format);
      const outcome got = try_unpack(pack({{"ok.csv", "1"}, entry}, {.format = format}), {});
      REQUIRE_FALSE(got.result.has_value());
      CHECK(got.result.error().code == code);
      CHECK(got.result.error().file == entry.name);
      CHECK_FALSE(got.left_behind);
    }
}

TEST_CASE("an archive inside more than one packing is refused", "[unpack]") {
  const outcome got = try_unpack(pack(small, {.filter = "gzip", .filters = 2}), {});
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.not-an-archive");
}

TEST_CASE("an archive of nothing is refused", "[unpack]") {
  const outcome got = try_unpack(pack({}), {});
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.empty");
  CHECK_FALSE(got.left_behind);
}

TEST_CASE("an encrypted entry is refused", "[unpack]") {
  for (const char* option : {"zip:encryption=zipcrypt", "zip:encryption=aes256"}) {
    INFO(option);
    const std::string upload =
        pack({{"secret", "1"}}, {.format = "zip", .options = option, .password = "p"});
    const outcome got = try_unpack(upload, {});
    REQUIRE_FALSE(got.result.has_value());
    CHECK(got.result.error().code == "dataset.encrypted");
    CHECK(got.result.error().file == "secret");
  }
}

TEST_CASE("what is no archive is refused with what would be one", "[unpack]") {
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string("{\"path\": \"a\"}"), noise(20'000),
        std::string("PK\x03\x04 and no more"), std::string("\x1f\x8b\x08 and no more")}) {
    const outcome got = try_unpack(bytes, {});
    REQUIRE_FALSE(got.result.has_value());
    CHECK(got.result.error().code == "dataset.not-an-archive");
    CHECK(got.result.error().allowed.find("tar.gz") != std::string::npos);
    CHECK_FALSE(got.left_behind);
  }
}

TEST_CASE("an archive that is cut anywhere is refused", "[unpack]") {
  const std::vector<packed_entry> entries{
      {"a", noise(3000)}, {"b", noise(512)}, {"c", noise(1024)}};
  for (const packing how : {packing{}, packing{.format = "ustar"}, packing{.filter = "gzip"},
                            packing{.filter = "xz"}, packing{.format = "zip"}}) {
    const std::string whole = pack(entries, how);
    // tar ends in zeros up to 10 KiB: two blocks of them are enough.
    const bool plain = std::string(how.format) != "zip" && std::string(how.filter).empty();
    const std::size_t end = plain ? whole.find_last_not_of('\0') + 1 : whole.size() - 12;
    for (std::size_t cut = 0; cut < end; cut += cut % 512 == 0 ? 255 : 257) {
      INFO(how.format << "." << how.filter << " cut to " << cut << " of " << whole.size());
      const outcome got = try_unpack(whole.substr(0, cut), {});
      REQUIRE_FALSE(got.result.has_value());
      CHECK_FALSE(got.left_behind);
    }
  }
}

TEST_CASE("a changed byte in a packed file is found", "[unpack]") {
  std::string upload = pack({{"a", noise(5000)}}, {.format = "zip"});
  upload[2500] = static_cast<char>(upload[2500] ^ 1);
  const outcome got = try_unpack(upload, {});
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.damaged");
  CHECK_FALSE(got.left_behind);
}

TEST_CASE("a name that is no UTF-8 is refused", "[unpack]") {
  const outcome got = try_unpack(pack({{"caf\xe9.csv", "1"}}, {.format = "ustar"}), {});
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.bad-name");
}

TEST_CASE("an upload over its own limit is not even opened", "[unpack]") {
  unpack_limits limits;
  limits.archive_bytes = 100;
  const outcome got = try_unpack(pack(small), limits);
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.archive-too-large");
}

TEST_CASE("a target that exists is not touched", "[unpack]") {
  const scratch_space space;
  space.write("target/mine", "1");
  const auto made = unpack(space.write("upload", pack(small)), "", space / "target", {});
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == "dataset.io");
  CHECK(tree_of(space / "target") == tree{{"mine", "1"}});
}

/// Files of this process may not grow beyond `bytes` while this lives.
class small_files {
 public:
  explicit small_files(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  small_files(const small_files&) = delete;
  small_files& operator=(const small_files&) = delete;
  ~small_files() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_CASE("a write that fails names the file and leaves nothing behind", "[unpack]") {
  const scratch_space space;
  const auto upload = space.write("upload", pack({{"a", "1"}, {"d/big", noise(200'000)}}));
  const auto made = [&] {
    const small_files limited(100'000);
    return unpack(upload, "", space / "target", {});
  }();
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == "dataset.io");
  CHECK(made.error().title.find("d/big") != std::string::npos);
  CHECK(space.names() == std::set<std::string>{"upload"});
}

TEST_CASE("a full disk is named as such", "[unpack]") {
  CHECK(disk_failure("writing 'a'", ENOSPC).error().code == "dataset.disk-full");
  CHECK(disk_failure("writing 'a'", EDQUOT).error().code == "dataset.disk-full");
  CHECK(disk_failure("writing 'a'", EIO).error().code == "dataset.io");
}

}  // namespace
