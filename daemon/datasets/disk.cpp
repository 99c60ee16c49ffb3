#include "daemon/datasets/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "agents/evidence/source/whole_file.hpp"

namespace chimera::datasets {
namespace {

evidence::descriptor open_folder(const std::filesystem::path& folder) {
  return evidence::descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

std::unexpected<proto::problem> disk_failure(std::string_view doing, int error) {
  const std::string cause = std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT)
    return proto::fail("dataset.disk-full", fmt::format("the disk is full: {}", doing),
                       fmt::format("{}: make room or remove datasets, then try again", cause));
  return proto::fail("dataset.io", fmt::format("the disk failed: {}", doing), cause);
}

temporary_folder::~temporary_folder() {
  if (path_.empty()) return;
  std::error_code ignored;  // best effort: the next start cleans what stays
  std::filesystem::remove_all(path_, ignored);
}

proto::result<void> sync_all(const std::filesystem::path& folder) {
  const evidence::descriptor opened = open_folder(folder);
  if (!opened || syncfs(opened.get()) != 0)
    return disk_failure(fmt::format("bringing '{}' to disk", folder.string()), errno);
  return {};
}

proto::result<void> sync_names(const std::filesystem::path& folder) {
  const evidence::descriptor opened = open_folder(folder);
  if (!opened || fsync(opened.get()) != 0)
    return disk_failure(fmt::format("bringing '{}' to disk", folder.string()), errno);
  return {};
}

}  // namespace chimera::datasets
