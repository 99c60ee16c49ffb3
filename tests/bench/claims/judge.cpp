#include "claims/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "agents/claims/quoted_number.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {

claims::name_lookup checker::names() const {
  return [this](std::string_view id) -> const std::string* {
    const auto found = names_.find(std::string(id));
    return found == names_.end() ? nullptr : &found->second;
  };
}

claims::checked_answer checker::answer(const std::string& text) const {
  return claims::check_answer(text, book_, names());
}

finding checker::check(const std::string& text) const {
  const claims::spoken_text spoken(text, names());
  for (const claims::matched_number& m : claims::match_numbers(spoken, book_)) {
    const bool stands =
        m.judgement == proto::verdict::verified || m.judgement == proto::verdict::verified_approx ||
        m.judgement == proto::verdict::verified_literal || m.judgement == proto::verdict::non_claim;
    if (stands) continue;
    const auto& token = m.number.token;
    return {true, spoken.text().substr(token.start, token.end - token.start) + ": " +
                      std::string(to_text(m.judgement)) + ", " + m.rule + " " + m.truth};
  }
  for (const claims::text_issue& issue : answer(text).issues)
    if (issue.rule != "number") return {true, issue.rule + ": " + issue.message};
  return {};
}

global_search::global_search(const claims::fact_book& book) {
  for (const proto::fact& f : book.facts())
    if (const auto value = proto::parse_decimal(f.value)) values_.push_back(*value);
  std::ranges::sort(values_);
}

bool global_search::knows(double shown, double step, bool rescaled) const {
  static constexpr std::array scales = {1.0, 1e3, 1e-3, 100.0, 0.01};
  const std::size_t count = rescaled ? scales.size() : 1;
  return std::any_of(scales.begin(), scales.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](double scale) {
                       const double half = step * scale / 2 * (1 + 1e-9);
                       const auto at = std::ranges::lower_bound(values_, shown * scale - half);
                       return at != values_.end() && *at <= shown * scale + half;
                     });
}

bool global_search::accepts(const std::string& text, bool rescaled) const {
  for (const claims::scanned_number& n : claims::scan_numbers(text)) {
    if (n.reason != claims::non_claim::none || !n.token.value) continue;
    const auto q = claims::read_quoted(text, n.token);
    if (q && !knows(q->value, q->unit_in_last_place, rescaled)) return false;
  }
  return true;
}

interval wilson(std::size_t hits, std::size_t n) {
  if (n == 0) return {};
  constexpr double z = 1.959963984540054;
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count;
  const double centre = (p + z * z / (2 * count)) / (1 + z * z / count);
  const double half =
      z / (1 + z * z / count) * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace chimera::bench
