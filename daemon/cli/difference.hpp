// What changed between two reports: settings, evidence, facts, lints, claims, prose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/evidence_change.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// The files of a report that a difference is made from, by name.
using report_texts = std::map<std::string, std::string>;
[[nodiscard]] bool is_compared(std::string_view name);

struct changed_value {
  std::string what;  ///< setting, phrase of a fact, title of a lint, verdict
  std::string before;
  std::string after;  ///< both never equal; "" = not there
};

struct changed_fact {
  std::string id;  ///< of the later report if it has one
  std::string phrase;
  std::string before;  ///< as shown; "" = added
  std::string after;   ///< as shown; "" = removed
};

/// Words in a row that were replaced: after `behind`, in a section of the report.
struct changed_words {
  std::string section;  ///< "Key findings", "Performance analysis: Which runs failed?"
  std::string behind;   ///< the words before the place
  std::string before;
  std::string after;
};

struct report_difference {
  std::vector<changed_value> settings;
  std::vector<file_change> evidence;
  std::vector<changed_fact> facts;  ///< changed, then removed, then added
  std::uint64_t renamed_facts = 0;  ///< the same key and value under another id
  std::vector<changed_value> lints;
  std::vector<changed_value> verdicts;  ///< how many claims had each
  std::vector<changed_value> claims;    ///< "verified 76.9 tok/s": how often
  std::vector<changed_words> prose;
  std::vector<changed_value> metrics;  ///< of the runs; they are no difference of the reports

  [[nodiscard]] bool is_empty() const;
};

/// Times of the runs, their dates and folders are no difference. Facts are matched by id, else by
/// file, locator, filter, statistic and phrase. Error "report.unsound" with file and line.
[[nodiscard]] proto::result<report_difference> difference_between(const report_texts& before,
                                                                  const report_texts& after);

}  // namespace chimera::cli
