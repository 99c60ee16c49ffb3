// The folder of a report: filled beside its place, then moved there whole, or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::cli {

/// The file by which a report folder is recognised.
inline constexpr std::string_view run_file = "run.json";

/// Owns the unfinished folder; the destructor removes it unless it was committed. Blocks.
class output_folder {
 public:
  /// Looks, changes nothing. Refused: a place inside the dataset or around it, a file, a folder
  /// that holds something and is no report of this program.
  [[nodiscard]] static proto::result<output_folder> choose(const std::filesystem::path& out,
                                                           const std::filesystem::path& dataset);
  output_folder(output_folder&& other) noexcept;
  output_folder& operator=(output_folder&&) = delete;
  ~output_folder();

  /// Writes one file; `name` may name a folder of the report: "figures/a.svg". Errors name the file
  /// and the cause ("No space left on device").
  [[nodiscard]] proto::result<void> write(const std::string& name, std::string_view content);

  /// Puts the folder in its place, in exchange for an earlier report, which is removed.
  [[nodiscard]] proto::result<void> commit();

  /// As the user wrote it.
  [[nodiscard]] const std::filesystem::path& place() const { return place_; }

 private:
  explicit output_folder(std::filesystem::path place) : place_(std::move(place)) {}
  [[nodiscard]] proto::result<void> create();

  std::filesystem::path place_;
  std::filesystem::path target_;      ///< absolute, links resolved
  std::filesystem::path unfinished_;  ///< sibling of the target; "" before the first write
};

}  // namespace chimera::cli
