#include "daemon/cli/pack_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "daemon/datasets/utf8_names.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr int usual_mode = 0644;

struct archive_closer {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct entry_closer {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

std::unexpected<proto::problem> failed(const fs::path& what, const std::string& cause) {
  return proto::fail("upload.pack", fmt::format("'{}' could not be packed", what.string()), cause);
}

struct listing {
  std::vector<fs::path> files;
  std::uint64_t left_out = 0;
};

proto::result<listing> list_files(const fs::path& folder) {
  listing found;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::file_status status = at->symlink_status(error);
    if (error) break;
    if (fs::is_regular_file(status))
      found.files.push_back(at->path());
    else if (!fs::is_directory(status))
      ++found.left_out;
  }
  if (error) return failed(folder, error.message());
  std::ranges::sort(found.files);
  return found;
}

proto::result<void> add_file(archive* into, const fs::path& file, const std::string& name) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in)
    return failed(file, error ? error.message() : std::generic_category().message(errno));
  const std::unique_ptr<archive_entry, entry_closer> entry(archive_entry_new());
  archive_entry_copy_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), usual_mode);
  // A warning: the name is no UTF-8, and goes as the bytes that it is.
  if (archive_write_header(into, entry.get()) < ARCHIVE_WARN)
    return failed(file, archive_error_string(into));
  std::array<char, 1U << 16U> buffer{};
  std::uint64_t left = size;
  while (left > 0) {
    in.read(buffer.data(),
            static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size())));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got == 0) return failed(file, "it became shorter while it was read");
    if (archive_write_data(into, buffer.data(), got) != static_cast<la_ssize_t>(got))
      return failed(file, archive_error_string(into));
    left -= got;
  }
  return {};
}

}  // namespace

packed_tree::packed_tree(packed_tree&& other) noexcept
    : file_(std::exchange(other.file_, fs::path())),
      files_(other.files_),
      left_out_(other.left_out_) {}

packed_tree::~packed_tree() {
  std::error_code ignored;  // best effort: a temporary file that stays does no harm
  if (!file_.empty()) fs::remove(file_, ignored);
}

proto::result<packed_tree> packed_tree::pack(const fs::path& folder) {
  auto found = list_files(folder);
  if (!found) return std::unexpected(std::move(found.error()));
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "chimera-upload-XXXXXX").string();
  const int handle = error ? -1 : ::mkstemp(name.data());
  if (handle < 0)
    return failed(name, error ? error.message() : std::generic_category().message(errno));
  packed_tree made{fs::path(name)};
  made.left_out_ = found->left_out;
  const std::unique_ptr<archive, archive_closer> out(archive_write_new());
  const datasets::utf8_names names;
  archive_write_set_format_pax_restricted(out.get());
  const bool opened = archive_write_open_fd(out.get(), handle) == ARCHIVE_OK;
  proto::result<void> done;
  if (!opened) done = failed(name, archive_error_string(out.get()));
  for (const fs::path& file : found->files) {
    if (!done) break;
    done = add_file(out.get(), file, file.lexically_relative(folder).generic_string());
    ++made.files_;
  }
  if (done && archive_write_close(out.get()) != ARCHIVE_OK)
    done = failed(name, archive_error_string(out.get()));
  if (::close(handle) != 0 && done) done = failed(name, std::generic_category().message(errno));
  if (!done) return std::unexpected(std::move(done.error()));
  return made;
}

}  // namespace chimera::cli
