// The fields of one YAML mapping, read with their types. The first thing that is wrong is kept;
// after it every read gives an empty value, so that a reader may go on and look once at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "proto/problem.hpp"

namespace chimera::personas {

class yaml_fields {
 public:
  /// Refuses at once: no mapping, a key that is no text, a key not in `allowed`, a key twice.
  /// `path` is put before field names in errors ("steps[2]."). `first` and the document outlive it.
  yaml_fields(const YAML::Node& map, const std::string& file, std::string path,
              std::vector<std::string> allowed, std::optional<proto::problem>& first);

  [[nodiscard]] bool has(std::string_view key) const;
  /// A text that is not empty. Missing: an error for the first, `fallback` for the second.
  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::string text_or(std::string_view key, std::string fallback);
  /// One of `allowed`.
  [[nodiscard]] std::string choice(std::string_view key, const std::vector<std::string>& allowed);
  /// Letters, digits, '-', '_' and '.', at most 64: what may stand in a path and a pointer.
  [[nodiscard]] std::string word(std::string_view key);
  [[nodiscard]] std::uint32_t count_or(std::string_view key, std::uint32_t fallback,
                                       std::uint32_t least, std::uint32_t most);
  [[nodiscard]] double decimal_or(std::string_view key, double fallback, double least, double most);
  /// A whole number with its unit, "500ms", "30s", "10m", "2h", from a millisecond to 30 days; in
  /// milliseconds.
  [[nodiscard]] std::int64_t duration_or(std::string_view key, std::int64_t fallback_ms);
  /// A sequence of texts; missing: empty.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// The node itself, undefined if missing.
  [[nodiscard]] YAML::Node node(std::string_view key) const;

  /// Keeps this as the first problem, unless there is one.
  void refuse(const YAML::Node& at, std::string_view key, std::string title, std::string detail,
              std::string allowed);
  [[nodiscard]] std::uint64_t line() const;

 private:
  struct field {
    std::string key;
    YAML::Node key_node;
    YAML::Node value;
  };
  void take_key(const YAML::Node& key, const YAML::Node& value);
  [[nodiscard]] const YAML::Node* find(std::string_view key) const;
  /// The text of a scalar, or nothing with a problem kept.
  [[nodiscard]] std::optional<std::string> scalar(const YAML::Node& value, std::string_view key);

  YAML::Node map_;
  const std::string& file_;
  std::string path_;
  std::vector<std::string> allowed_;
  std::optional<proto::problem>& first_;
  std::vector<field> fields_;
};

/// "a, b, c" for the `allowed` of a problem.
[[nodiscard]] std::string listed(const std::vector<std::string>& words);

}  // namespace chimera::personas
