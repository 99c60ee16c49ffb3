// Planted errors: how many the checker of model output finds, and how often it refuses what is
// true, beside a search for the number anywhere in the facts.
//   claims_bench [DIR [SEED [MUTANTS]]]     default: tests/data/sample, 1, 400
// CLAIMS_BENCH_SHOW=N prints up to N true sentences refused and N wrong ones passed of each kind.
// Exit code 1 if a gate is missed.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/facts/dataset.hpp"
#include "claims/judge.hpp"
#include "claims/mutate.hpp"
#include "claims/phrases.hpp"
#include "claims/world.hpp"
#include "claims/writer.hpp"
#include "proto/decimal.hpp"
#include "proto/problem.hpp"

namespace chimera::bench {
namespace {

constexpr std::size_t true_sentences = 3000;
constexpr double false_alarms_max = 0.02;

struct settings {
  std::uint64_t seed = 1;
  std::size_t mutants = 400;
  std::size_t shown = 0;
};

// Later forms have no gates: they tell what to expect.
enum class mode_kind : std::uint8_t { reference, keyed, later };

struct outcome {
  std::size_t n = 0;
  std::size_t caught = 0;
  std::size_t global = 0;
  std::size_t rescaled = 0;
};

// Wrong numbers by their significant digits, and how many a global search accepts.
struct collisions {
  std::array<std::size_t, 5> n{};
  std::array<std::size_t, 5> found{};
  std::array<std::size_t, 5> rescaled{};
};

class evaluation {
 public:
  evaluation(const world& w, const claims::fact_book& book, const settings& how, mode_kind mode)
      : world_(w),
        book_(book),
        how_(how),
        mode_(mode),
        references_(mode == mode_kind::reference),
        random_(how.seed * 3 + static_cast<std::uint64_t>(mode)),
        writer_(w, random_, references_),
        checker_(book, writer_.names()),
        search_(book),
        mutator_(w, writer_, random_, references_) {}

  // Returns true if every gate holds.
  bool run() {
    write_sentences();
    bool held = print_false_alarms();
    for (std::size_t i = 0; i < mutation_classes.size(); ++i) held = print_class(i) && held;
    return held;
  }

  void print_collisions() {
    collisions c;
    for (std::size_t i = 0; i < 40000; ++i) count_collision(c);
    for (std::size_t digits = 2; digits < c.n.size(); ++digits)
      fmt::print(
          "global search accepts of wrong numbers with {} digits: {:.1f} %, rescaled {:.1f} "
          "% (n = {})\n",
          digits, percent(c.found[digits], c.n[digits]), percent(c.rescaled[digits], c.n[digits]),
          c.n[digits]);
  }

 private:
  static double percent(std::size_t some, std::size_t all) {
    return all == 0 ? 0 : 100.0 * static_cast<double>(some) / static_cast<double>(all);
  }
  const char* mode() const {
    if (references_) return "reference";
    return mode_ == mode_kind::keyed ? "keyed" : "later";
  }
  std::span<const form> forms_of_mode() const {
    if (references_) return reference_forms();
    return mode_ == mode_kind::keyed ? forms() : later_forms();
  }

  std::optional<told_sentence> next(const series* about = nullptr) {
    const auto all = forms_of_mode();
    return writer_.write(about != nullptr ? all[random_.below(3)] : random_.pick(all), about);
  }

  void write_sentences() {
    for (std::size_t tries = 0; tries < 400 * true_sentences && written_ < true_sentences;
         ++tries) {
      std::optional<told_sentence> s = next();
      if (!s) continue;
      ++written_;
      const std::string text = s->text();
      const finding found = checker_.check(text);
      auto& count = by_shape_[static_cast<std::size_t>(s->made)];
      ++count.first;
      if (found.alarm) {
        ++count.second;
        ++alarms_;
        if (alarms_ <= how_.shown) fmt::print("  refused: {}\n    {}\n", text, found.why);
        continue;
      }
      count_repairs(*s, text);
      accepted_.push_back(std::move(*s));
    }
  }

  void count_repairs(const told_sentence& s, const std::string& text) {
    for (const claims::replaced_number& r : checker_.answer(text).replaced) {
      ++repairs_;
      const proto::fact* f = book_.find(r.fact);
      const bool right = std::ranges::any_of(s.values, [&](const told_value& v) {
        return v.fact != nullptr && (number_of(*v.fact) == number_of(*f) ||
                                     (v.what == value_kind::times &&
                                      std::fabs(v.truth - number_of(*f)) < 1e-6 * v.truth));
      });
      if (right) ++right_repairs_;
      if (!right && right_repairs_ + how_.shown >= repairs_)
        fmt::print("  repaired wrongly: {} -> {} in {}\n", r.text, r.fact, text);
    }
  }

  bool print_false_alarms() {
    const interval i = wilson(alarms_, written_);
    const double share = percent(alarms_, written_) / 100;
    const bool held =
        mode_ == mode_kind::later || (references_ ? alarms_ == 0 : share <= false_alarms_max);
    fmt::print(
        "| {} | true sentences refused | {} | {} | {:.2f} % | {:.2f}-{:.2f} % | {} | | | {} "
        "|\n",
        mode(), written_, alarms_, 100 * share, 100 * i.low, 100 * i.high,
        references_ ? "0" : (mode_ == mode_kind::keyed ? "<= 2 %" : ""), held ? "" : "MISSED");
    if (how_.shown > 0)
      for (std::size_t s = 0; s < by_shape_.size(); ++s)
        fmt::print("  form {}: {} refused of {}\n", s, by_shape_[s].second, by_shape_[s].first);
    if (!references_)
      fmt::print(
          "| {} | repairs that equal the truth | {} | {} | {:.2f} % | | >= 99 % | | | {} |\n",
          mode(), repairs_, right_repairs_, percent(right_repairs_, repairs_),
          right_repairs_ * 100 >= repairs_ * 99 ? "" : "MISSED");
    return held && right_repairs_ * 100 >= repairs_ * 99;
  }

  // Series whose rows hold failures, for the class that imputes them.
  std::vector<const series*> with_failures() const {
    std::vector<const series*> found;
    for (const series& s : world_.all)
      if (const auto mean = s.by_agg.find("mean");
          mean != s.by_agg.end() && mean->second->excluded.failed > 0)
        found.push_back(&s);
    return found;
  }

  std::optional<std::string> wrong(std::size_t index, const std::vector<const series*>& failed) {
    if (index != 14) return mutator_.mutate(index, random_.pick(accepted_));
    if (failed.empty()) return std::nullopt;
    const auto s = next(random_.pick(failed));
    if (!s || checker_.check(s->text()).alarm) return std::nullopt;
    return mutator_.mutate(index, *s);
  }

  bool print_class(std::size_t index) {
    const mutation_class& c = mutation_classes.at(index);
    outcome o;
    std::size_t shown = 0;
    const std::vector<const series*> failed = with_failures();
    for (std::size_t tries = 0; !accepted_.empty() && tries < 200 * how_.mutants; ++tries) {
      if (o.n == how_.mutants) break;
      const std::optional<std::string> text = wrong(index, failed);
      if (!text) continue;
      ++o.n;
      const bool caught = checker_.check(*text).alarm;
      o.caught += caught ? 1 : 0;
      o.global += search_.accepts(*text, false) ? 0 : 1;
      o.rescaled += search_.accepts(*text, true) ? 0 : 1;
      if (!caught && shown++ < how_.shown) fmt::print("  passed: {}\n", *text);
    }
    return print_outcome(c, o);
  }

  bool print_outcome(const mutation_class& c, const outcome& o) const {
    if (o.n == 0) {
      fmt::print("| {} | {} {} | 0 | | does not apply | | | | | |\n", mode(), c.name, c.what);
      return true;
    }
    const double gate = references_ ? c.gate_reference : c.gate_keyed;
    const interval i = wilson(o.caught, o.n);
    const double recall = static_cast<double>(o.caught) / static_cast<double>(o.n);
    const bool held = mode_ == mode_kind::later || recall >= gate;
    fmt::print(
        "| {} | {} {} | {} | {} | {:.2f} % | {:.2f}-{:.2f} % | {:.2f} | {:.1f} % | {:.1f} % "
        "| {} |\n",
        mode(), c.name, c.what, o.n, o.caught, 100 * recall, 100 * i.low, 100 * i.high, gate,
        percent(o.global, o.n), percent(o.rescaled, o.n), held ? "" : "MISSED");
    return held;
  }

  void count_collision(collisions& c) {
    const series& s = random_.pick(world_.all);
    const proto::fact* f = s.by_agg.begin()->second;
    const double value = number_of(*f);
    const std::size_t digits = 2 + random_.below(3);
    if (value == 0) return;
    const int places =
        static_cast<int>(digits) - 1 - static_cast<int>(std::floor(std::log10(std::fabs(value))));
    const double step = std::pow(10.0, -places);
    // A digit, 5 %, 20 % or a power of ten away.
    static constexpr std::array factors = {1.05, 0.95, 1.2, 0.8, 10.0, 0.1};
    const std::size_t how = random_.below(8);
    const double off =
        how < factors.size()
            ? value * factors[how]
            : value + std::pow(10.0, -places + static_cast<int>(random_.below(digits))) *
                          static_cast<double>(1 + random_.below(8));
    const double shown = std::round(off / step) * step;
    if (still_true(shown, step, hedging::none, value) || shown == 0) return;
    ++c.n[digits];
    c.found[digits] += search_.knows(shown, step, false) ? 1 : 0;
    c.rescaled[digits] += search_.knows(shown, step, true) ? 1 : 0;
  }

  const world& world_;
  const claims::fact_book& book_;
  settings how_;
  mode_kind mode_;
  bool references_;
  dice random_;
  writer writer_;
  checker checker_;
  global_search search_;
  mutator mutator_;
  std::vector<told_sentence> accepted_;
  std::array<std::pair<std::size_t, std::size_t>, 11> by_shape_{};
  std::size_t written_ = 0;
  std::size_t alarms_ = 0;
  std::size_t repairs_ = 0;
  std::size_t right_repairs_ = 0;
};

int run(std::span<char*> args) {
  settings how;
  const std::string tree = args.size() > 1 ? args[1] : CHIMERA_SOURCE_DIR "/tests/data/sample";
  if (args.size() > 2) how.seed = std::stoull(args[2]);
  if (args.size() > 3) how.mutants = std::stoull(args[3]);
  if (const char* shown = std::getenv("CLAIMS_BENCH_SHOW")) how.shown = std::stoull(shown);
  auto data = evidence::build_dataset(tree, {});
  if (!data) {
    fmt::print(stderr, "claims_bench: {}\n", proto::to_text(data.error()));
    return 2;
  }
  const world w = read_world(std::move(*data));
  const claims::fact_book book(w.data.facts);
  fmt::print("{} facts, seed {}\n\n", w.data.facts.size(), how.seed);
  fmt::print(
      "| mode | class | n | caught | recall | Wilson 95 % | gate | global search | + "
      "rescaling | |\n|---|---|---:|---:|---:|---|---:|---:|---:|---|\n");
  bool held = true;
  for (const mode_kind mode : {mode_kind::reference, mode_kind::keyed, mode_kind::later}) {
    evaluation e(w, book, how, mode);
    held = e.run() && held;
    if (mode != mode_kind::later) continue;
    fmt::print("\n");
    e.print_collisions();
  }
  return held ? 0 : 1;
}

}  // namespace
}  // namespace chimera::bench

int main(int argc, char** argv) {
  return chimera::bench::run(std::span(argv, static_cast<std::size_t>(argc)));
}
