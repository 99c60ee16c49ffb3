// Which folders of this machine a job may read.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::datasets {

/// Immutable, so safe to use from several threads. resolve() blocks on the file system.
class allowed_roots {
 public:
  /// Every folder must exist; it is made canonical once, here. Errors: "dataset.bad-root" naming
  /// the folder. No folders: nothing is allowed.
  [[nodiscard]] static proto::result<allowed_roots> open(
      std::span<const std::filesystem::path> folders);

  /// The canonical path of the folder `asked`: absolute, or relative to the first root. An absolute
  /// path begins with a root as it was given or in its canonical form. Links are followed as long
  /// as every step stays inside a root; nothing outside is ever looked at, so the answer for what
  /// is outside does not tell whether it exists. Errors:
  ///   "dataset.bad-path"       empty, over 4096 bytes, with a NUL
  ///   "dataset.outside-roots"  `allowed` lists the roots
  ///   "dataset.not-found"      missing, not accessible, a circle of links
  ///   "dataset.not-a-folder"
  /// The tree may change afterwards: who reads it must not follow links out of it either.
  [[nodiscard]] proto::result<std::filesystem::path> resolve(std::string_view asked) const;

  /// Canonical, in the order given.
  [[nodiscard]] const std::vector<std::string>& roots() const { return roots_; }

 private:
  [[nodiscard]] bool inside(std::string_view path) const;
  /// Splits an absolute path into a root (canonical) and what follows; false: under no root.
  [[nodiscard]] bool split(std::string_view path, std::string& root, std::string& rest) const;
  [[nodiscard]] std::unexpected<proto::problem> outside(std::string_view asked) const;

  std::vector<std::string> roots_;
  std::vector<std::string> spellings_;  ///< per root: absolute and normal, links not resolved
};

}  // namespace chimera::datasets
