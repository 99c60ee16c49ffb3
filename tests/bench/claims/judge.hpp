// Who finds the error: the checker, and the baseline that searches for numbers anywhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agents/claims/check/check_answer.hpp"
#include "agents/claims/check/fact_book.hpp"
#include "claims/told_sentence.hpp"

namespace chimera::bench {

struct finding {
  bool alarm = false;  ///< a number is not verified, or a word is refused
  std::string why;     ///< the first reason
};

class checker {
 public:
  checker(const claims::fact_book& book, const std::map<std::string, std::string>& names)
      : book_(book), names_(names) {}
  [[nodiscard]] finding check(const std::string& text) const;
  [[nodiscard]] claims::checked_answer answer(const std::string& text) const;

 private:
  [[nodiscard]] claims::name_lookup names() const;

  const claims::fact_book& book_;
  const std::map<std::string, std::string>& names_;
};

/// "Does the number occur anywhere in the facts?", at the precision shown.
class global_search {
 public:
  explicit global_search(const claims::fact_book& book);
  /// True if every number of the text is found; `rescaled`: also times 1000 and 100.
  [[nodiscard]] bool accepts(const std::string& text, bool rescaled) const;
  [[nodiscard]] bool knows(double shown, double step, bool rescaled) const;

 private:
  std::vector<double> values_;  // sorted
};

struct interval {
  double low = 0;
  double high = 1;
};
/// Wilson's score interval, 95 %.
[[nodiscard]] interval wilson(std::size_t hits, std::size_t n);

}  // namespace chimera::bench
