// Facts while they are being computed: each gets its id from its full key, and is found by that
// key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "agents/evidence/columns/evidence_table.hpp"
#include "proto/fact.hpp"

namespace chimera::evidence {

/// The full key of a fact as one string: file, locator, filter, aggregation, and for derived facts
/// the operands.
[[nodiscard]] std::string key_of(const proto::fact& f);
/// The part of a key that names the file.
[[nodiscard]] std::string_view file_of_key(std::string_view key);

/// Ids that are taken, by their hash.
using taken_ids = boost::unordered_flat_set<std::uint64_t>;
[[nodiscard]] std::uint64_t hash_of_id(std::string_view id);

/// Collects facts in any order. Ids are different from each other within the set and from all in
/// `shared`, where one is given (it must outlive the set). Not thread-safe.
class fact_set {
 public:
  explicit fact_set(taken_ids* shared = nullptr) : taken_(shared) {}

  /// Names `f` by its key, fills its display from `number` and keeps it; a key that exists is kept
  /// once. Returns the id.
  std::string add(proto::fact f, double number);
  /// The same for dates, strings and verdicts: value and display are set already.
  std::string add_text(proto::fact f);

  /// The id of the fact with this key, or "".
  [[nodiscard]] std::string id_of(std::string_view key) const;

  [[nodiscard]] std::vector<proto::fact>& facts() { return facts_; }

 private:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  std::string keep(proto::fact f);
  [[nodiscard]] std::size_t index_of(std::string_view key, std::uint64_t& hash) const;
  bool take_id(std::string_view id);

  std::vector<proto::fact> facts_;
  // By the hash of the key; a key whose hash is taken by another has the next free one.
  boost::unordered_flat_map<std::uint64_t, std::size_t> by_key_;
  taken_ids own_;
  taken_ids* taken_;
};

/// Positions of `facts` in the order of facts.jsonl: by locator, filter, aggregation and id. All of
/// one file.
[[nodiscard]] std::vector<std::size_t> sorted_order(const std::vector<proto::fact>& facts);

/// A fact with everything that is the same for one column of one table filled in.
[[nodiscard]] proto::fact fact_of_column(const evidence_table& t, std::size_t column);

}  // namespace chimera::evidence
