// Facts while they are being computed: each gets its id from its full key, and is found by that
// key.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "proto/fact.hpp"

namespace chimera::evidence {

/// The full key of a fact as one string: file, locator, filter, aggregation, and for derived facts
/// the operands.
[[nodiscard]] std::string key_of(const proto::fact& f);

/// Collects facts in any order. Not thread-safe.
class fact_set {
 public:
  /// Names `f` by its key, fills its display from `number` and keeps it; a key that exists is kept
  /// once. Returns the id.
  std::string add(proto::fact f, double number);
  /// The same for dates, strings and verdicts: value and display are set already.
  std::string add_text(proto::fact f);

  /// The id of the fact with this key, or "".
  [[nodiscard]] std::string id_of(const std::string& key) const;
  [[nodiscard]] const proto::fact* find(std::string_view id) const;

  /// Hands all facts over, sorted by file, locator, filter, aggregation and id.
  [[nodiscard]] std::vector<proto::fact> take_sorted();

 private:
  std::string keep(proto::fact f);

  std::vector<proto::fact> facts_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

/// A fact with everything that is the same for one column of one table filled in.
[[nodiscard]] proto::fact fact_of_column(const evidence_table& t, std::size_t column);

}  // namespace chimera::evidence
