// A sentence while it is written.
#pragma once

#include <string>

#include "claims/writer.hpp"

namespace chimera::bench {

struct writer::draft {
  told_sentence out;
  const series* a = nullptr;  // what is told of
  const series* b = nullptr;  // sibling, or the column beside
  std::string agg;            // {s}
  std::string other_agg;      // {t}
  std::string metric;         // drawn once: a sentence keeps its words
  std::string other_metric;
  std::string statistic;
  std::string group;
  std::string other_group;
  bool whole_file = false;  // the group is the file
  bool by_speed = false;    // "faster", not "higher"
  const proven_pair* pair = nullptr;
  const proto::fact* single = nullptr;  // counts and dates
};

}  // namespace chimera::bench
