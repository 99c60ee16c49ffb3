#include "daemon/cli/report_source.hpp"

#include <stdlib.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "daemon/cli/job_report.hpp"
#include "daemon/cli/output_folder.hpp"

namespace chimera::cli {

namespace fs = std::filesystem;

std::optional<fs::path> folder_of_report(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error) && fs::exists(path / run_file, error)) return path;
  if (path.filename() != "report.md") return std::nullopt;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (fs::exists(folder / run_file, error)) return folder;
  return std::nullopt;
}

proto::result<scratch_folder> scratch_folder::make() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "chimera-report-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr)
    return proto::fail("scratch", "no temporary folder could be made",
                       error ? error.message() : std::generic_category().message(errno));
  return scratch_folder(name);
}

scratch_folder::scratch_folder(scratch_folder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

scratch_folder::~scratch_folder() {
  std::error_code ignored;  // best effort: what stays is a temporary file
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

task<proto::result<void>> fetch_into(server* at, std::string job, fs::path folder,
                                     std::function<bool(const std::string& name)> wants) {
  const auto id = co_await at->complete_id(job);
  if (!id) co_return std::unexpected(id.error());
  report_sink sink;
  sink.wants = std::move(wants);
  sink.keep = [&folder](const std::string& name,
                        const std::string& content) -> proto::result<void> {
    std::error_code error;
    fs::create_directories((folder / name).parent_path(), error);
    std::ofstream out(folder / name, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    if (out) return {};
    return proto::fail("scratch", fmt::format("'{}' could not be written", name),
                       error ? error.message() : std::generic_category().message(errno));
  };
  co_return co_await fetch_report(at, *id, sink);
}

}  // namespace chimera::cli
