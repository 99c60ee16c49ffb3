// Identities are proposed by one row and proved by all others. A row proposes by look-up: the
// values target / k of all targets and factors stand sorted, and each set of operands asks for its
// own value among them; so the search costs columns^3 look-ups, not columns^4 comparisons.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "agents/evidence/statistics/run_order.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t columns_max = 64;
constexpr std::size_t probes_max = 8;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

using columns_view = std::span<const std::span<const double>>;
using form = identity::form;

// 1 first: where two factors agree on a row within the tolerance, the plain one is meant.
std::vector<double> factors() {
  std::vector<double> all = {1, 0.5};
  double power = 1;
  for (int i = 1; i <= 9; ++i) {
    power *= 10;
    for (const double k : {power, 1 / power}) {
      all.push_back(k);
      all.push_back(k * 0.5);
    }
  }
  return all;
}

bool agrees(double x, double y, double tolerance) {
  return std::abs(x - y) <= tolerance * std::max(std::abs(x), std::abs(y));
}

// The right-hand side without k; not finite where a division has no result.
double value_of(form how, double a, double b, double c) {
  switch (how) {
    case form::equal:
      return a;
    case form::sum:
      return a + b;
    case form::difference:
      return a - b;
    case form::ratio:
      return a / b;
    case form::sum_over:
      return (a + b) / c;
    case form::product:
      return a * b;
  }
  return nothing;
}

bool has_factor(form how) { return how != form::sum && how != form::difference; }
bool is_symmetric(form how) {
  return how == form::sum || how == form::sum_over || how == form::product;
}

struct proposal {
  double value = 0;  ///< of the target on the probe row, divided by the factor
  std::size_t target = 0;
  double factor = 1;
};

class finder {
 public:
  finder(columns_view columns, std::uint64_t rows_min, double tolerance,
         const std::vector<bool>& left_out)
      : columns_(columns.first(std::min(columns.size(), columns_max))),
        rows_min_(std::max<std::uint64_t>(rows_min, 1)),
        tolerance_(tolerance),
        left_out_(left_out),
        rows_(columns.empty() ? 0 : columns.front().size()) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (varies(i)) varying_.push_back(i);
    }
    pick_probes();
  }

  std::vector<identity> run() {
    for (const form how :
         {form::equal, form::sum, form::difference, form::ratio, form::sum_over, form::product}) {
      found_.clear();
      for (const std::size_t row : probes_) propose(how, row);
      accept(how);
    }
    std::ranges::sort(accepted_, {}, &identity::target);
    return accepted_;
  }

 private:
  bool varies(std::size_t i) const {
    double first = nothing;
    std::uint64_t present = 0;
    bool different = false;
    for (std::size_t row = 0; row < rows_; ++row) {
      const double x = columns_[i][row];
      if (std::isnan(x) || is_left_out(row)) continue;
      if (present++ == 0) first = x;
      different = different || x != first;
    }
    return different && present >= rows_min_;
  }

  // A row can tell something about the columns that are present and not 0 in it. Greedy cover: the
  // fullest row, then rows that show columns not shown yet.
  void pick_probes() {
    std::vector<bool> shown(columns_.size(), false);
    while (probes_.size() < probes_max) {
      std::size_t best = rows_;
      std::pair<std::size_t, std::size_t> best_count = {0, 0};
      for (std::size_t row = 0; row < rows_; ++row) {
        std::pair<std::size_t, std::size_t> count = {0, 0};
        for (const std::size_t i : varying_) {
          if (!tells(i, row)) continue;
          if (!shown[i]) ++count.first;
          ++count.second;
        }
        if (count.first == 0 || count <= best_count) continue;
        best = row;
        best_count = count;
        if (count.first == varying_.size()) break;
      }
      if (best == rows_) return;
      probes_.push_back(best);
      for (const std::size_t i : varying_) shown[i] = shown[i] || tells(i, best);
    }
  }
  bool tells(std::size_t i, std::size_t row) const {
    return std::isfinite(columns_[i][row]) && columns_[i][row] != 0 && !is_left_out(row);
  }
  bool is_left_out(std::size_t row) const { return !left_out_.empty() && left_out_[row]; }

  void propose(form how, std::size_t row) {
    static const std::vector<double> with_factors = factors();
    wanted_.clear();
    present_.clear();
    for (const std::size_t i : varying_) {
      if (!tells(i, row)) continue;
      present_.push_back(i);
      if (is_explained(i)) continue;
      if (!has_factor(how)) {
        wanted_.push_back({columns_[i][row], i, 1});
        continue;
      }
      for (const double k : with_factors) wanted_.push_back({columns_[i][row] / k, i, k});
    }
    std::ranges::sort(wanted_, {}, &proposal::value);
    for (const std::size_t a : present_) {
      if (how == form::equal) {
        look_up({a}, how, columns_[a][row]);
        continue;
      }
      for (const std::size_t b : present_) {
        if (a == b || (is_symmetric(how) && b < a)) continue;
        if (how != form::sum_over) {
          look_up({a, b}, how, value_of(how, columns_[a][row], columns_[b][row], nothing));
          continue;
        }
        for (const std::size_t c : present_) {
          if (c == a || c == b) continue;
          look_up({a, b, c}, how,
                  value_of(how, columns_[a][row], columns_[b][row], columns_[c][row]));
        }
      }
    }
  }

  void look_up(std::initializer_list<std::size_t> operands, form how, double value) {
    const double slack = 2 * tolerance_ * std::abs(value);
    auto at = std::ranges::lower_bound(wanted_, value - slack, {}, &proposal::value);
    for (; at != wanted_.end() && at->value <= value + slack; ++at) {
      if (std::ranges::find(operands, at->target) != operands.end()) continue;
      const std::uint64_t rows = prove(*at, operands, how);
      if (rows > 0) found_.push_back({at->target, how, operands, at->factor, rows});
    }
  }

  // Rows on which it was checked, or 0 if it does not hold.
  std::uint64_t prove(const proposal& p, std::initializer_list<std::size_t> operands,
                      form how) const {
    const std::size_t* at = operands.begin();
    const std::span<const double> target = columns_[p.target];
    const std::span<const double> a = columns_[at[0]];
    const std::span<const double> b = operands.size() > 1 ? columns_[at[1]] : a;
    const std::span<const double> c = operands.size() > 2 ? columns_[at[2]] : a;
    std::uint64_t rows = 0;
    std::array<double, 3> seen = {};
    std::size_t distinct = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
      if (std::isnan(target[row]) || is_left_out(row)) continue;
      const double value = p.factor * value_of(how, a[row], b[row], c[row]);
      if (!std::isfinite(value)) continue;
      if (!agrees(target[row], value, tolerance_)) return 0;
      ++rows;
      const auto end = seen.begin() + static_cast<std::ptrdiff_t>(distinct);
      if (distinct < seen.size() && std::find(seen.begin(), end, target[row]) == end)
        seen[distinct++] = target[row];
    }
    return rows >= rows_min_ && distinct == seen.size() ? rows : 0;
  }

  void accept(form how) {
    // Of two equal columns the later one is the copy. Plain factors before others.
    const auto before = [how](const identity& x, const identity& y) {
      const std::size_t first = how == form::equal ? x.operands.front() : x.target;
      const std::size_t second = how == form::equal ? y.operands.front() : y.target;
      return std::tuple(first, plainness(x.factor), x.target, x.operands, x.factor) <
             std::tuple(second, plainness(y.factor), y.target, y.operands, y.factor);
    };
    std::ranges::sort(found_, before);
    for (const identity& i : found_) {
      if (!is_explained(i.target) && !rests_on(i.operands, i.target)) accepted_.push_back(i);
    }
  }
  static double plainness(double factor) { return std::abs(std::log(factor)); }

  const identity* explanation_of(std::size_t column) const {
    const auto at = std::ranges::find(accepted_, column, &identity::target);
    return at == accepted_.end() ? nullptr : &*at;
  }
  bool is_explained(std::size_t column) const { return explanation_of(column) != nullptr; }
  bool rests_on(const std::vector<std::size_t>& operands, std::size_t target) const {
    std::vector<bool> visited(columns_.size(), false);
    std::vector<std::size_t> open = operands;
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      if (i == target) return true;
      if (visited[i]) continue;
      visited[i] = true;
      if (const identity* why = explanation_of(i))
        open.insert(open.end(), why->operands.begin(), why->operands.end());
    }
    return false;
  }

  columns_view columns_;
  std::uint64_t rows_min_;
  double tolerance_;
  const std::vector<bool>& left_out_;
  std::size_t rows_;
  std::vector<std::size_t> varying_;
  std::vector<std::size_t> probes_;
  std::vector<std::size_t> present_;
  std::vector<proposal> wanted_;
  std::vector<identity> found_;
  std::vector<identity> accepted_;
};

}  // namespace

std::vector<identity> find_identities(std::span<const std::span<const double>> columns,
                                      std::uint64_t rows_min, double tolerance,
                                      const std::vector<bool>& left_out) {
  return finder(columns, rows_min, tolerance, left_out).run();
}

}  // namespace chimera::evidence
