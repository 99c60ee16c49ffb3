// Any bytes as an upload, after a first byte that says as what: no crash, nothing outside the
// target, nothing left of what is refused, and of the rest exactly what the listing says.
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "daemon/datasets/entry_name.hpp"
#include "daemon/datasets/unpack.hpp"

namespace {

using namespace chimera;
namespace fs = std::filesystem;

void demand(bool holds) {
  if (!holds) std::abort();
}

/// In memory where the machine has such a folder: thousands of small trees a second.
class workshop {
 public:
  workshop() {
    const fs::path memory = "/dev/shm";
    const fs::path above = fs::is_directory(memory) ? memory : fs::temp_directory_path();
    std::string name = (above / "chimera-fuzz-XXXXXX").string();
    demand(mkdtemp(name.data()) != nullptr);
    root = name;
  }
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;
  ~workshop() { fs::remove_all(root); }
  fs::path root;
};

datasets::unpack_limits tight() {
  datasets::unpack_limits l;
  l.files = 20;
  l.file_bytes = 200'000;
  l.total_bytes = 300'000;
  l.ratio_from_bytes = 100'000;
  l.depth = 6;
  return l;
}

void check_tree(const datasets::unpacked& made, const fs::path& target) {
  std::uint64_t bytes = 0;
  std::size_t files = 0;
  for (const auto& e : fs::recursive_directory_iterator(target)) {
    const auto status = e.symlink_status();
    demand(fs::is_directory(status) || fs::is_regular_file(status));
    if (fs::is_regular_file(status)) {
      ++files;
      bytes += e.file_size();
    }
  }
  demand(files == made.files && bytes == made.bytes && files == made.listing.size());
  for (const datasets::dataset_file& f : made.listing) {
    demand(fs::file_size(target / f.path) == f.bytes && f.sha256.size() == 64);
    demand(datasets::clean_name(f.path, tight()) == f.path);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const workshop here;
  if (size == 0) return 0;
  const fs::path upload = here.root / "upload";
  const fs::path target = here.root / "target";
  std::ofstream(upload, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + 1, static_cast<std::streamsize>(size - 1));
  const std::string_view media_type =
      data[0] % 4 == 0 ? "multipart/form-data; boundary=b" : "application/octet-stream";
  const auto made = datasets::unpack(upload, media_type, target, tight());
  if (made) check_tree(*made, target);
  demand(made.has_value() == fs::exists(target));
  fs::remove_all(target);
  std::size_t left = 0;
  for ([[maybe_unused]] const auto& e : fs::directory_iterator(here.root)) ++left;
  demand(left == 1);
  return 0;
}
