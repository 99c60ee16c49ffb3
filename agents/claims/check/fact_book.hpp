// Facts by what a sentence may call them: metric, statistic, group, file. Keys first, values
// second.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/claims/check/tree_counts.hpp"
#include "agents/claims/check/words.hpp"
#include "proto/fact.hpp"

namespace chimera::claims {

/// What a phrase of a text can name.
enum class cue_kind : std::uint8_t { metric, statistic, group, rows, file };

/// A phrase met in a text.
struct cue {
  cue_kind kind = cue_kind::metric;
  std::uint32_t id = 0;  ///< of the metric, statistic, group value or file; see fact_book
  std::size_t start = 0;
  std::size_t end = 0;
};

/// True if `id` is one of `ids`, which are few.
[[nodiscard]] inline bool is_among(std::uint32_t id, const std::vector<std::uint32_t>& ids) {
  return std::ranges::find(ids, id) != ids.end();
}

/// A fact's key, interned.
struct fact_key {
  std::uint32_t metric = 0;
  std::uint32_t statistic = 0;
  std::uint32_t file = 0;
  std::uint32_t rows = 0;             ///< 0 all, else the id of "warm" or "cold"
  std::vector<std::uint32_t> groups;  ///< '=' terms, sorted
  std::vector<std::uint32_t> places;  ///< inner segments of a pointer, sorted; may be left unsaid
  double value = 0;
  bool number = false;  ///< `value` holds
};

/// Another name for a file: the model that all its rows are of.
struct file_alias {
  std::string name;
  std::string file;
};

/// Built once from facts that outlive it, then only read: thread-safe. Building and all lookups are
/// linear in what they are given.
class fact_book {
 public:
  explicit fact_book(std::span<const proto::fact> facts, std::span<const file_alias> aliases = {});

  /// Phrases of `words` that name something, by place; the longest phrase at a place counts. A
  /// phrase with several meanings gives several cues.
  [[nodiscard]] std::vector<cue> cues_of(const std::vector<word>& words) const;

  [[nodiscard]] std::span<const proto::fact> facts() const { return facts_; }
  [[nodiscard]] const fact_key& key(std::size_t fact) const { return keys_[fact]; }
  [[nodiscard]] const proto::fact* find(std::string_view id) const;
  [[nodiscard]] std::size_t index_of(std::string_view id) const;  ///< npos if unknown

  /// Counts over the tree, by their words.
  [[nodiscard]] const tree_counts& counts() const { return counts_; }
  /// Positions of the dates.
  [[nodiscard]] const std::vector<std::uint32_t>& dates() const { return dates_; }

  /// Positions of facts that have all of one thing; empty for unknown ids.
  [[nodiscard]] std::span<const std::uint32_t> with_metric(std::uint32_t metric) const;
  [[nodiscard]] std::span<const std::uint32_t> with_group(std::uint32_t group) const;
  [[nodiscard]] std::span<const std::uint32_t> with_file(std::uint32_t file) const;

  /// The column (or pointer place) that a group value belongs to: values of one column exclude each
  /// other.
  [[nodiscard]] std::uint32_t column_of_group(std::uint32_t group) const {
    return group_columns_[group];
  }
  /// True for the name of a place in JSON documents, not a value that rows are filtered by.
  [[nodiscard]] bool is_place(std::uint32_t group) const { return places_[group]; }
  [[nodiscard]] std::string_view statistic_name(std::uint32_t id) const { return statistics_[id]; }
  /// True for what people call a statistic ("median"), whatever columns are called.
  [[nodiscard]] static bool is_statistic_word(std::string_view text);
  [[nodiscard]] std::uint32_t statistic(std::string_view agg) const;  ///< npos32 if none has it

  /// The test's outcome on two facts of groups ("different", "equivalent", ...), in either order,
  /// or null.
  [[nodiscard]] const proto::fact* verdict_on(std::string_view a, std::string_view b) const;
  /// Facts whose operands are these two, in this order ("ratio_of_medians", "p_holm" ...).
  [[nodiscard]] std::span<const std::uint32_t> derived_from(std::string_view a,
                                                            std::string_view b) const;

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t npos32 = static_cast<std::uint32_t>(-1);

 private:
  struct meaning {
    cue_kind kind;
    std::uint32_t id;
    bool operator==(const meaning&) const = default;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename Value>
  using by_text = boost::unordered_flat_map<std::string, Value, text_hash, std::equal_to<>>;
  using postings = std::vector<std::vector<std::uint32_t>>;
  class interner {
   public:
    std::uint32_t operator[](std::string_view text);
    [[nodiscard]] std::uint32_t find(std::string_view text) const;

   private:
    by_text<std::uint32_t> ids_;
  };

  /// The longest phrase of at most `most` words that begins at words[first]: its meanings and its
  /// length in words.
  [[nodiscard]] const std::vector<meaning>* longest_at(const std::vector<word>& words,
                                                       std::size_t first, std::size_t most,
                                                       std::size_t& length) const;
  std::size_t add_listed(const std::vector<word>& words, std::size_t column, std::size_t next,
                         std::vector<cue>& found) const;
  void add_fact(std::uint32_t index);
  void add_groups(const proto::fact& f, fact_key& k);
  std::uint32_t group(std::string_view column, std::string_view value);
  struct column_meaning {
    std::uint32_t metric = 0;
    std::uint32_t statistic = npos32;  ///< that the key names: "mean_time_ms"
  };
  column_meaning add_metric(const proto::fact& f);
  void add_file(std::string_view file, std::uint32_t id);
  void add_phrase(std::string_view phrase, meaning m);
  void add_statistics();

  std::span<const proto::fact> facts_;
  std::vector<fact_key> keys_;
  boost::unordered_flat_map<std::string_view, std::size_t> by_id_;
  by_text<std::vector<meaning>> phrases_;
  by_text<std::size_t> longest_from_;  ///< words of the longest phrase that begins with a word
  interner metrics_, group_ids_, columns_, files_, statistic_ids_;
  by_text<column_meaning> metric_of_path_;
  std::vector<std::string> statistics_;
  std::vector<std::uint32_t> group_columns_;
  std::vector<bool> places_;  ///< by group
  postings by_metric_, by_group_, by_file_;
  by_text<std::vector<std::uint32_t>> by_operands_;
  tree_counts counts_;
  std::vector<std::uint32_t> dates_;
};

}  // namespace chimera::claims
