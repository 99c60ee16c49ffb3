#include "daemon/datasets/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "agents/evidence/source/file_kind.hpp"
#include "agents/evidence/source/inventory.hpp"
#include "agents/evidence/source/sha256.hpp"
#include "agents/evidence/source/whole_file.hpp"
#include "proto/json_text.hpp"

namespace chimera::datasets {
namespace {

constexpr std::string_view id_prefix = "ds_";
constexpr std::size_t id_digits = 32;

bool in_skipped_folder(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    if (!evidence::reason_to_skip(path.substr(0, slash)).empty()) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

std::string hash_of(const std::filesystem::path& root, const evidence::file_entry& entry) {
  const evidence::opened_file opened = evidence::open_regular(root, entry.path);
  if (!opened.failure.empty()) return {};
  evidence::sha256_stream hash;
  const auto add = [&](std::string_view piece) { hash.add(piece); };
  const std::string failure =
      evidence::read_unchanged(opened.file.get(), entry.bytes, nullptr, add);
  return failure.empty() ? hash.hex() : std::string();
}

std::unexpected<proto::problem> damaged(std::string detail) {
  return proto::fail("dataset.damaged", "the list of the dataset's files is damaged",
                     std::move(detail));
}

}  // namespace

std::uint64_t manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const dataset_file& f : files) sum += f.bytes;
  return sum;
}

std::string identity_of(std::span<const dataset_file> sorted) {
  constexpr char nul = '\0';
  evidence::sha256_stream hash;
  for (const dataset_file& f : sorted)
    hash.add(fmt::format("{}{}{}{}{}\n", f.path, nul, f.sha256, nul, f.bytes));
  const std::string hex = hash.hex();
  return hex.empty() ? std::string() : std::string(id_prefix) + hex.substr(0, id_digits);
}

bool is_dataset_id(std::string_view text) {
  if (!text.starts_with(id_prefix) || text.size() != id_prefix.size() + id_digits) return false;
  return text.find_first_not_of("0123456789abcdef", id_prefix.size()) == std::string_view::npos;
}

manifest make_manifest(std::vector<dataset_file> files) {
  std::erase_if(files, [](const dataset_file& f) { return in_skipped_folder(f.path); });
  std::ranges::sort(files, {}, &dataset_file::path);
  manifest made;
  made.id = identity_of(files);
  made.files = std::move(files);
  return made;
}

proto::result<manifest> describe_folder(const std::filesystem::path& folder,
                                        const evidence::scan_limits& limits) {
  const auto listed = evidence::list_tree(folder, limits);
  if (!listed) return std::unexpected(listed.error());
  std::vector<dataset_file> files;
  for (const evidence::file_entry& entry : listed->files)
    if (entry.status == evidence::file_status::read)
      files.push_back({entry.path, entry.bytes, hash_of(folder, entry)});
  if (files.empty())
    return proto::fail("dataset.empty",
                       fmt::format("the folder '{}' holds no file", folder.string()),
                       "choose the folder that holds the artifacts");
  return make_manifest(std::move(files));
}

std::string to_json(const manifest& m) {
  std::string out = "{";
  proto::append_key(out, "id");
  proto::append_quoted(out, m.id);
  proto::append_key(out, "bytes");
  out += fmt::format("{}", m.bytes());
  proto::append_key(out, "files");
  out += "[";
  for (std::size_t i = 0; i < m.files.size(); ++i) {
    out += i == 0 ? "\n{" : ",\n{";
    proto::append_key(out, "path");
    proto::append_quoted(out, m.files[i].path);
    proto::append_key(out, "bytes");
    out += fmt::format("{}", m.files[i].bytes);
    proto::append_key(out, "sha256");
    proto::append_quoted(out, m.files[i].sha256);
    out += "}";
  }
  out += "\n]}\n";
  return out;
}

proto::result<manifest> manifest_from_json(std::string_view text) {
  manifest made;
  try {
    const auto document = nlohmann::json::parse(text);
    made.id = document.at("id").get<std::string>();
    for (const auto& file : document.at("files"))
      made.files.push_back({file.at("path").get<std::string>(),
                            file.at("bytes").get<std::uint64_t>(),
                            file.at("sha256").get<std::string>()});
  } catch (const nlohmann::json::exception& error) {
    return damaged(error.what());
  }
  if (!is_dataset_id(made.id) || identity_of(made.files) != made.id)
    return damaged("its id does not follow from its files: remove the dataset, upload it again");
  return made;
}

}  // namespace chimera::datasets
