#include "daemon/cli/pack_tree.hpp"

#include <locale.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>

#include "support/scratch_folder.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

std::map<std::string, std::string> unpacked(const fs::path& file) {
  std::map<std::string, std::string> files;
  archive* in = archive_read_new();
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = uselocale(utf8);
  archive_read_support_format_tar(in);
  REQUIRE(archive_read_open_filename(in, file.c_str(), 10240) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(in, &entry) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    CHECK(archive_read_data(in, content.data(), content.size()) ==
          static_cast<la_ssize_t>(content.size()));
    files[archive_entry_pathname(entry)] = content;
  }
  archive_read_free(in);
  uselocale(before);
  freelocale(utf8);
  return files;
}

TEST_CASE("a tree is packed by relative names, whatever they are made of") {
  test::scratch_folder scratch;
  const std::string large(300'000, 'x');
  const std::string long_name(200, 'n');
  write(scratch / "a.csv", "1,2\n");
  write(scratch / "deep/er/empty.json", "");
  write(scratch / "deep/Größe.csv", large);
  write(scratch / ("deep/" + long_name), "long");
  const auto packed = packed_tree::pack(scratch / "");
  REQUIRE(packed);
  CHECK(packed->files() == 4);
  CHECK(unpacked(packed->file()) ==
        std::map<std::string, std::string>{{"a.csv", "1,2\n"},
                                           {"deep/er/empty.json", ""},
                                           {"deep/Größe.csv", large},
                                           {"deep/" + long_name, "long"}});
}

TEST_CASE("links are left out and counted") {
  test::scratch_folder scratch;
  write(scratch / "a.csv", "1");
  fs::create_symlink("/etc/passwd", scratch / "link");
  const auto packed = packed_tree::pack(scratch / "");
  REQUIRE(packed);
  CHECK(packed->left_out() == 1);
  CHECK(unpacked(packed->file()).size() == 1);
}

TEST_CASE("the temporary file goes with its owner") {
  test::scratch_folder scratch;
  write(scratch / "a.csv", "1");
  fs::path file;
  {
    auto packed = packed_tree::pack(scratch / "");
    REQUIRE(packed);
    const packed_tree moved = std::move(*packed);
    file = moved.file();
    CHECK(fs::exists(file));
  }
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a folder that is none is named") {
  const auto packed = packed_tree::pack("/nowhere/at/all");
  REQUIRE_FALSE(packed);
  CHECK_THAT(proto::to_text(packed.error()), Catch::Contains("'/nowhere/at/all'"));
}

}  // namespace
}  // namespace chimera::cli
