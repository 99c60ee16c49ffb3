#include "daemon/datasets/unpack.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "agents/evidence/source/whole_file.hpp"
#include "daemon/datasets/entry_name.hpp"
#include "daemon/datasets/multipart.hpp"
#include "daemon/datasets/read_archive.hpp"
#include "daemon/datasets/tree_writer.hpp"

namespace chimera::datasets {
namespace {

/// Parts with a filename become files; other fields are passed over.
class form_files : public part_sink {
 public:
  form_files(tree_writer& tree, std::size_t parts_max) : tree_(tree), parts_max_(parts_max) {}

  proto::result<void> begin(const part_head& head) override {
    if (++parts_ > parts_max_)
      return proto::fail("dataset.too-many-files",
                         fmt::format("the form has more than {} parts", parts_max_),
                         "upload a part of the tree, or raise the limit of the server");
    // A browser sends filename="" for a file input that nothing was chosen for.
    writes_ = head.has_filename && !head.filename.empty();
    unnamed_ = head.has_filename && head.filename.empty();
    return writes_ ? tree_.begin_file(head.filename) : proto::result<void>();
  }
  proto::result<void> data(std::string_view bytes) override {
    if (unnamed_) return refuse("dataset.bad-name", "", "has no name", "name the file in the form");
    return writes_ ? tree_.write(bytes) : proto::result<void>();
  }
  proto::result<void> end() override { return writes_ ? tree_.end_file() : proto::result<void>(); }

 private:
  tree_writer& tree_;
  std::size_t parts_max_;
  std::size_t parts_ = 0;
  bool writes_ = false;
  bool unnamed_ = false;
};

proto::result<void> read_form(int file, std::string_view media_type, std::size_t parts_max,
                              tree_writer& tree) {
  constexpr std::size_t piece_bytes = std::size_t{128} << 10U;
  const auto boundary = boundary_of(media_type);
  if (!boundary) return std::unexpected(boundary.error());
  form_files files(tree, parts_max);
  multipart_reader form(*boundary, files);
  std::string piece(piece_bytes, '\0');
  for (;;) {
    const ssize_t got = read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_failure("reading the upload", errno);
    if (got == 0) return form.finish();
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    if (auto read = form.feed(bytes); !read) return read;
  }
}

}  // namespace

proto::result<unpacked> unpack(const std::filesystem::path& upload, std::string_view media_type,
                               const std::filesystem::path& target, const unpack_limits& limits) {
  const evidence::descriptor file(open(upload.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found = {};
  if (!file || fstat(file.get(), &found) != 0) return disk_failure("reading the upload", errno);
  if (!S_ISREG(found.st_mode)) return disk_failure("reading the upload", EINVAL);
  const auto bytes = static_cast<std::uint64_t>(found.st_size);
  if (bytes > limits.archive_bytes)
    return proto::fail(
        "dataset.archive-too-large",
        fmt::format("the upload has {} bytes, more than {}", bytes, limits.archive_bytes),
        "upload a part of the tree, or raise the limit of the server");
  auto tree = tree_writer::create(target, limits, bytes);
  if (!tree) return std::unexpected(tree.error());
  const auto read = is_form(media_type) ? read_form(file.get(), media_type, limits.files, *tree)
                                        : read_archive(file.get(), bytes, *tree);
  if (!read) return std::unexpected(read.error());
  unpacked out;
  out.bytes = tree->bytes();
  auto listing = tree->finish();
  if (!listing) return std::unexpected(listing.error());
  out.files = listing->size();
  out.listing = std::move(*listing);
  return out;
}

}  // namespace chimera::datasets
