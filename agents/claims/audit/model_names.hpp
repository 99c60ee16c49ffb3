// The models that a tree's data name, and which of them a text means.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"

namespace chimera::claims::auditing {

/// Built once, then only read: thread-safe.
class model_names {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// From the columns, pointers and subjects of all tables that hold data.
  explicit model_names(const std::vector<evidence::evidence_table>& tables);

  /// The model that `text` is the name of ("Gemma3:latest", "gemma3_270m"), or none.
  [[nodiscard]] std::size_t named(std::string_view text) const;
  /// The models whose names, or words that only one of them has ("270m"), stand in `words`.
  [[nodiscard]] std::vector<std::size_t> mentioned(const std::vector<std::string>& words) const;
  /// True if its name is also the beginning of another's: "gemma3" beside "gemma3:270m".
  [[nodiscard]] bool family(std::size_t model) const;
  /// True if every word of `label` belongs to the name of `model`.
  [[nodiscard]] bool belongs(const std::vector<std::string>& label, std::size_t model) const;

 private:
  struct name {
    std::string label;
    std::vector<std::string> words;
    std::vector<std::string> own;  ///< words that no other model has
  };
  void add(std::string_view model);

  std::vector<name> names_;
};

}  // namespace chimera::claims::auditing
