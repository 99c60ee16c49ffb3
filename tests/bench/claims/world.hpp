// What can be told about a tree: its facts by what they measure, and which of them belong together.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"

namespace chimera::bench {

/// All statistics of one column (or pointer) over one choice of rows.
struct series {
  std::string file;
  proto::locator where;
  std::vector<proto::filter_term> filter;
  std::map<std::string, const proto::fact*, std::less<>> by_agg;  ///< numbers that are not refused
  const proto::fact* refused_tail = nullptr;                      ///< a p99 that n does not allow
  bool ambiguous = false;              ///< other series would be called the same
  std::vector<std::string> telling;    ///< inner segments of a pointer by which siblings differ
  std::vector<std::size_t> siblings;   ///< series that differ in one group value only
  std::vector<std::size_t> elsewhere;  ///< the same column and filter in other files
  std::vector<std::size_t> beside;     ///< other columns of the same rows
};

/// Two facts of siblings whose test found a difference.
struct proven_pair {
  std::size_t a = 0;  ///< series
  std::size_t b = 0;
  const proto::fact* first = nullptr;  ///< medians
  const proto::fact* second = nullptr;
  const proto::fact* ratio = nullptr;  ///< of the medians, first over second
};

struct world {
  evidence::dataset data;
  std::vector<series> all;
  std::vector<std::size_t> with_siblings;
  std::vector<proven_pair> proven;
  std::vector<const proto::fact*> counts;  ///< over the tree
  std::vector<const proto::fact*> dates;
  std::map<std::string, std::size_t, std::less<>> base_names;  ///< how many files have the name
};

/// Facts of result files (CSV, JSON); what Markdown documents state is left out.
[[nodiscard]] world read_world(evidence::dataset data);

[[nodiscard]] double number_of(const proto::fact& f);
[[nodiscard]] std::string_view last_segment(std::string_view path);

}  // namespace chimera::bench
