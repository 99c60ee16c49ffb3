// The median of all differences of two samples, without making the differences: a search for the
// value at which as many of them lie below as should. Rounded subtraction is monotone, so a
// staircase over both sorted samples counts them in linear time.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "agents/evidence/statistics/ranks.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

namespace chimera::evidence {
namespace {

using sample = std::span<const double>;

// Samples together larger than this are first searched thinned.
constexpr std::size_t thinned_from = 8192;
constexpr std::size_t thinned_to = 512;
constexpr double thinned_doubt = 0.002;  ///< as a share of all pairs

// Doubles as integers in the same order, so that a bisection ends after 64 steps.
std::int64_t to_ordinal(double x) {
  const auto bits = std::bit_cast<std::int64_t>(x);
  return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
}
double from_ordinal(std::int64_t ordinal) {
  return std::bit_cast<double>(ordinal >= 0 ? ordinal
                                            : std::numeric_limits<std::int64_t>::min() - ordinal);
}

struct staircase {
  std::uint64_t at_most = 0;                               ///< differences <= x
  double last = -std::numeric_limits<double>::infinity();  ///< the largest of them
  double next = std::numeric_limits<double>::infinity();   ///< the smallest difference above x
};

staircase count_at_most(sample a, sample b, double x) {
  staircase found;
  std::size_t j = b.size();
  for (auto i = a.size(); i > 0; --i) {
    const double value = a[i - 1];
    while (j > 0 && value - b[j - 1] <= x) --j;
    found.at_most += b.size() - j;
    if (j < b.size()) found.last = std::max(found.last, value - b[j]);
    if (j == 0) {
      found.at_most += (i - 1) * b.size();
      return found;
    }
    found.next = std::min(found.next, value - b[j - 1]);
  }
  return found;
}

// The differences from `low` to `high`, both included, in any order.
std::vector<double> differences_between(sample a, sample b, double low, double high) {
  std::vector<double> found;
  std::size_t first = 0;
  for (const double value : a) {
    while (first < b.size() && value - b[first] > high) ++first;
    for (auto j = first; j < b.size() && value - b[j] >= low; ++j) found.push_back(value - b[j]);
  }
  return found;
}

std::vector<double> thinned(sample sorted) {
  if (sorted.size() <= thinned_to) return {sorted.begin(), sorted.end()};
  std::vector<double> few(thinned_to);
  for (std::size_t i = 0; i < few.size(); ++i)
    few[i] = sorted[(2 * i + 1) * sorted.size() / (2 * thinned_to)];
  return few;
}

// Finds the difference of a rank (1-based): narrowed down until few enough are left to look at.
class rank_search {
 public:
  rank_search(sample a, sample b, std::uint64_t rank)
      : a_(a),
        b_(b),
        rank_(rank),
        low_(to_ordinal(a.front() - b.back())),
        high_(to_ordinal(a.back() - b.front())),
        until_(std::uint64_t{a.size()} * b.size()) {}

  double run() {
    const std::size_t enough = a_.size() + b_.size();
    if (enough > thinned_from) guess();
    for (std::uint32_t step = 0; low_ < high_ && until_ - below_ > enough; ++step) {
      // Differences lie evenly in a narrow window; any third step halves, whatever they do.
      const std::uint64_t off = enough / 4;
      const std::uint64_t aim = step % 3 == 0 ? rank_ + off : rank_ - std::min(rank_, off);
      probe(step % 3 == 2 ? halfway() : value_at(static_cast<double>(aim)));
    }
    if (low_ == high_) return from_ordinal(low_);
    std::vector<double> rest = differences_between(a_, b_, from_ordinal(low_), from_ordinal(high_));
    const auto at = rest.begin() + static_cast<std::ptrdiff_t>(rank_ - below_ - 1);
    std::nth_element(rest.begin(), at, rest.end());
    return *at;
  }

 private:
  // Evenly spaced values of either sample have nearly the same differences.
  void guess() {
    const std::vector<double> few_a = thinned(a_);
    const std::vector<double> few_b = thinned(b_);
    const std::uint64_t pairs = std::uint64_t{few_a.size()} * few_b.size();
    const double share = static_cast<double>(rank_) / static_cast<double>(until_);
    for (const double at : {share - thinned_doubt, share + thinned_doubt}) {
      const double rank = std::clamp(at, 0.0, 1.0) * static_cast<double>(pairs);
      const auto whole = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, pairs);
      probe(rank_search(few_a, few_b, whole).run());
    }
  }

  // Moves one end of the window to the difference that is next to x.
  void probe(double x) {
    const std::int64_t at = to_ordinal(x);
    if (at < low_ || at >= high_) return;
    const staircase found = count_at_most(a_, b_, x);
    if (found.at_most >= rank_) {
      high_ = to_ordinal(found.last);
      until_ = found.at_most;
    } else {
      low_ = to_ordinal(found.next);
      below_ = found.at_most;
    }
  }

  [[nodiscard]] double halfway() const { return from_ordinal(std::midpoint(low_, high_)); }

  [[nodiscard]] double value_at(double rank) const {
    const double low = from_ordinal(low_);
    const double high = from_ordinal(high_);
    const double share =
        (rank - static_cast<double>(below_)) / static_cast<double>(until_ - below_);
    const double at = std::lerp(low, high, std::clamp(share, 0.0, 1.0));
    return at >= low && at < high ? at : halfway();
  }

  sample a_;
  sample b_;
  std::uint64_t rank_;
  // The difference looked for is one of low..high; `below_` lie below low, `until_` up to high.
  std::int64_t low_;
  std::int64_t high_;
  std::uint64_t below_ = 0;
  std::uint64_t until_;
};

}  // namespace

double hodges_lehmann(std::span<const double> a, std::span<const double> b) {
  return hodges_lehmann_sorted(sorted_copy(a), sorted_copy(b));
}

double hodges_lehmann_sorted(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 0;
  const std::uint64_t pairs = std::uint64_t{a.size()} * b.size();
  const std::uint64_t rank = (pairs + 1) / 2;
  const double lower = rank_search(a, b, rank).run() + 0.0;
  if (pairs % 2 == 1) return lower;
  const staircase found = count_at_most(a, b, lower);
  if (found.at_most > rank) return lower;
  return std::midpoint(lower, found.next) + 0.0;
}

}  // namespace chimera::evidence
