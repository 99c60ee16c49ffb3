// Which files of a tree are not what they were, from two inventories.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/source/inventory.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// sha256 by path; "" for a file that could not be read.
using file_hashes = std::map<std::string, std::string>;

[[nodiscard]] file_hashes hashes_of(const evidence::inventory& files);
/// Of an inventory.json. Error "report.unsound" with what is wrong.
[[nodiscard]] proto::result<file_hashes> hashes_in(std::string_view inventory_json);

struct file_change {
  std::string path;
  std::string what;  ///< a sentence for people
};
/// By path of the files that are there now, then those that are gone.
[[nodiscard]] std::vector<file_change> changes_between(const file_hashes& then,
                                                       const file_hashes& now);

}  // namespace chimera::cli
