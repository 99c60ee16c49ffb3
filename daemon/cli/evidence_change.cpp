#include "daemon/cli/evidence_change.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::cli {

file_hashes hashes_of(const evidence::inventory& files) {
  file_hashes hashes;
  for (const evidence::file_entry& f : files.files) hashes.emplace(f.path, f.sha256);
  return hashes;
}

proto::result<file_hashes> hashes_in(std::string_view inventory_json) {
  file_hashes hashes;
  try {
    for (const auto& entry : nlohmann::json::parse(inventory_json).at("entries"))
      hashes[entry.at("path")] = entry.value("sha256", "");
  } catch (const nlohmann::json::exception& e) {
    return proto::fail("report.unsound", "inventory.json is not as a run of chimera left it",
                       e.what());
  }
  return hashes;
}

std::vector<file_change> changes_between(const file_hashes& then, const file_hashes& now) {
  std::vector<file_change> changes;
  for (const auto& [path, hash] : now) {
    const auto before = then.find(path);
    if (before == then.end())
      changes.push_back({path, "the file is new: the report knows nothing of it"});
    else if (before->second != hash)
      changes.push_back({path, fmt::format("the content changed: sha256 {:.12} then, {:.12} now",
                                           before->second.empty() ? "unreadable" : before->second,
                                           hash.empty() ? "unreadable" : hash)});
  }
  for (const auto& [path, hash] : then)
    if (!now.contains(path)) changes.push_back({path, "the file is gone"});
  return changes;
}

}  // namespace chimera::cli
