#include "daemon/reporting/nothing_found.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include <fmt/format.h>

namespace chimera::reporting {
namespace {

constexpr std::array data_types = {"csv", "tsv", "json", "jsonl", "ndjson", "md", "markdown"};
constexpr std::size_t reasons_named_max = 5;

bool is_data(const evidence::file_entry& file) {
  return file.status == evidence::file_status::read &&
         std::ranges::find(data_types, file.type) != data_types.end();
}

}  // namespace

bool holds_data(const evidence::inventory& files) {
  return std::ranges::any_of(files.files, is_data);
}

// What was looked for, what was found instead, and why files of the right kind were set aside.
proto::problem nothing_found(const evidence::inventory& files, const std::string& folder) {
  std::map<std::string, std::size_t> types;
  std::string reasons;
  std::size_t named = 0;
  for (const evidence::file_entry& file : files.files) {
    ++types[file.type.empty() ? "without extension" : file.type];
    const bool wanted = std::ranges::find(data_types, file.type) != data_types.end();
    if (wanted && named++ < reasons_named_max)
      reasons += fmt::format("\n  {}: {}: {}", file.path, to_text(file.status), file.reason);
  }
  if (named > reasons_named_max)
    reasons += fmt::format("\n  and {} more", named - reasons_named_max);
  std::string found;
  for (const auto& [type, count] : types)
    found += fmt::format("{}{} {}", found.empty() ? "" : ", ", count, type);
  proto::problem p;
  p.code = "dataset.nothing";
  p.title = fmt::format("nothing to analyse under '{}'", folder);
  p.detail = fmt::format(
      "looked for readable .csv, .tsv, .json, .jsonl, .ndjson, .md and .markdown files; found {} "
      "files{}{}{}",
      files.files.size(), found.empty() ? "" : ": ", found, reasons);
  return p;
}

}  // namespace chimera::reporting
