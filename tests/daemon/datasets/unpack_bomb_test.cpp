// Uploads that are small and unpack to too much.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "daemon/datasets/packing.hpp"
#include "daemon/datasets/tried_upload.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;

TEST_CASE("a bomb is stopped by its ratio, well-packed artifacts are not", "[unpack]") {
  const std::vector<packed_entry> zeros{{"zeros", std::string(3U << 20U, '\0')}};
  for (const packing how : {packing{.filter = "gzip"}, packing{.format = "zip"},
                            packing{.filter = "xz"}, packing{.filter = "zstd"}}) {
    INFO(how.format << "." << how.filter);
    const outcome got = try_unpack(pack(zeros, how), {});
    REQUIRE_FALSE(got.result.has_value());
    CHECK(got.result.error().code == "dataset.ratio");
    CHECK_FALSE(got.left_behind);
  }
  std::string table = "n,ms\n";
  for (int i = 0; i < 200'000; ++i) table += fmt::format("{},{}\n", i, i % 7);
  CHECK(try_unpack(pack({{"t.csv", table}}, {.filter = "gzip"}), {}).result.has_value());
}

TEST_CASE("a file of holes is counted with its holes", "[unpack]") {
  archive* const a = archive_write_new();
  demand_ok(a, archive_write_set_format_pax(a));
  std::string bytes(1U << 20U, '\0');
  std::size_t used = 0;
  demand_ok(a, archive_write_open_memory(a, bytes.data(), bytes.size(), &used));
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_pathname(entry, "holes");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  constexpr la_int64_t size = la_int64_t{5} << 30;
  archive_entry_set_size(entry, size);
  archive_entry_sparse_add_entry(entry, size - 4, 4);
  demand_ok(a, archive_write_header(a, entry));
  archive_entry_free(entry);
  archive_write_data(a, "data", 4);
  archive_write_free(a);
  bytes.resize(used);
  const outcome got = try_unpack(bytes, {});
  REQUIRE_FALSE(got.result.has_value());
  CHECK(got.result.error().code == "dataset.ratio");
  CHECK_FALSE(got.left_behind);
}

/// A tar block: a header of type S (a file with holes) whose list of holes goes on for `blocks`.
std::string endless_holes(std::size_t blocks) {
  std::string head(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    head.replace(at, text.size(), text);
  };
  put(0, "holes");
  put(100, "0000644");
  put(124, "00000000000");
  put(156, "S");
  put(257, "ustar  ");
  put(386, "00000000000");
  put(398, "00000000000");
  put(482, "\1");
  put(483, "00000000001");
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  head[154] = '\0';
  std::string more;
  for (int i = 0; i < 21; ++i) more += std::string(11, '0') + '\0' + std::string(11, '0') + '\0';
  more += std::string("\1\0\0\0\0\0\0\0", 8);
  for (std::size_t i = 0; i < blocks; ++i) head += more;
  return head;
}

/// The directory of a zip names `count` empty files that are all one.
std::string long_directory(std::size_t count) {
  const std::string local =
      std::string("PK\3\4\x14", 5) + std::string(21, '\0') + "\1" + std::string(3, '\0') + "a";
  const std::string entry = std::string("PK\1\2\x14\3\x14", 7) + std::string(21, '\0') + "\1" +
                            std::string(17, '\0') + "a";
  const auto number = [](std::size_t value) {
    std::string out;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((value >> (8 * i)) & 0xffU);
    return out;
  };
  std::string out = local;
  for (std::size_t i = 0; i < count; ++i) out += entry;
  return out + std::string("PK\5\6", 4) + std::string(8, '\0') + number(count * entry.size()) +
         number(local.size()) + std::string(2, '\0');
}

TEST_CASE("headers that never end are stopped before they fill the memory", "[unpack]") {
  unpack_limits limits;
  const std::string holes = endless_holes((std::size_t{40} << 20U) / 512);
  for (const std::string& upload :
       {holes, squeeze(holes, "gzip"), squeeze(holes, "zstd"), long_directory(1'000'000)}) {
    INFO(upload.size());
    const outcome got = try_unpack(upload, limits);
    REQUIRE_FALSE(got.result.has_value());
    CHECK(got.result.error().detail.find("headers of more than 32 MiB") != std::string::npos);
    CHECK_FALSE(got.left_behind);
  }
  CHECK(try_unpack(long_directory(1), limits).result.has_value());
}

}  // namespace
