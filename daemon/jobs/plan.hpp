// Decides what a run does next: which parts may run, which are left out, what follows a failure, a
// deadline or a spent budget. A pure core without clock, threads, dice or I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/lint.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// One run of a step: the step itself, or its share for one question.
struct node {
  static constexpr std::size_t no_question = static_cast<std::size_t>(-1);
  enum class state { waiting, running, backing_off, done, skipped, failed, canceled };

  std::size_t step = 0;                ///< index in the pipeline
  std::size_t question = no_question;  ///< index in the outline
  std::string name;                    ///< "collect", "analyse/sweep-gemma"
  std::string output;                  ///< "inventory", "analysis/sweep-gemma"
  state at = state::waiting;
  std::uint32_t attempts = 0;   ///< begun in this run
  std::int64_t first_ns = 0;    ///< when the first of them began
  std::int64_t attempt_ns = 0;  ///< when the last of them began
  std::uint64_t tokens = 0;     ///< of all of them
  bool warned = false;          ///< most of the token budget is spent
};

/// What the job adds to the limits of its pipeline; the stricter one holds.
struct run_limits {
  std::uint64_t token_budget = 0;  ///< 0 = none
  std::uint64_t tokens_spent = 0;  ///< before this run
  std::optional<std::int64_t> ends_ns;
};

/// All times are nanoseconds since the run began, and never go back.
class plan {
 public:
  /// `p` is sound (personas::check_pipeline). A step with `for_each` becomes a node a question, in
  /// their order; without questions it has none and counts as done when its inputs are.
  plan(const proto::pipeline& p, const std::vector<std::string>& question_ids,
       run_limits limits = {});

  [[nodiscard]] const std::vector<node>& nodes() const { return nodes_; }

  /// Skips the nodes whose condition does not hold for these lints; gives them.
  std::vector<std::size_t> skip_unwanted(const std::vector<proto::lint>& lints);
  /// An earlier run ended this node.
  void restore(std::size_t node, bool skipped);

  /// Waiting nodes whose inputs all exist or are skipped, in the order of the plan.
  [[nodiscard]] std::vector<std::size_t> ready() const;
  void start(std::size_t node, std::int64_t now_ns = 0);  ///< an attempt begins
  void finish(std::size_t node);                          ///< running -> done
  [[nodiscard]] bool finished() const;                    ///< every node is done or skipped
  [[nodiscard]] std::size_t ended() const;                ///< done and skipped nodes

  /// The done nodes that made what `node` takes, in the order of its step's inputs; several for an
  /// input that was fanned out: this is the join. Skipped ones made nothing.
  [[nodiscard]] std::vector<std::size_t> sources_of(std::size_t node) const;

  /// When the running attempt must end, and the problem that it then has; nothing without limit.
  struct deadline {
    std::int64_t at_ns = 0;
    proto::problem missed;
  };
  [[nodiscard]] std::optional<deadline> deadline_of(std::size_t node) const;

  /// What follows when an attempt of `node` fails. A retry needs a problem that may pass
  /// (can_retry), an attempt that is left, and time for it before every deadline. `dice` are 64
  /// random bits.
  struct decision {
    bool retry = false;
    std::int64_t delay_ns = 0;
    proto::problem why;
  };
  [[nodiscard]] decision fail(std::size_t node, proto::problem why, std::int64_t now_ns,
                              std::uint64_t dice);

  /// Counts tokens of the running attempt. A warning is given once a budget, at 80 %.
  struct charge {
    bool step_warning = false;
    bool run_warning = false;
    std::optional<proto::problem> exceeded;
  };
  [[nodiscard]] charge spend(std::size_t node, std::uint64_t tokens);
  /// True once, when 80 % of the time that the run has are over.
  [[nodiscard]] bool warn_of_time(std::int64_t now_ns);

  [[nodiscard]] std::uint64_t tokens() const { return tokens_; }
  [[nodiscard]] std::uint64_t token_budget() const { return token_budget_; }  ///< 0 = none
  [[nodiscard]] std::uint64_t token_budget_of(std::size_t node) const {
    return pipeline_.steps[nodes_[node].step].token_budget;
  }
  [[nodiscard]] std::int64_t ends_ns() const { return ends_ ? ends_->at_ns : 0; }  ///< 0 = never

  /// The run ends here: every node that waits, runs or backs off is canceled; gives them.
  std::vector<std::size_t> cancel();

 private:
  void settle();
  [[nodiscard]] std::optional<deadline> last_moment_of(const node& n) const;
  [[nodiscard]] std::int64_t backoff_ns(const node& n, std::uint64_t dice) const;

  const proto::pipeline& pipeline_;
  std::vector<node> nodes_;
  std::vector<std::vector<std::size_t>> inputs_;  ///< of each step: the steps that make them
  std::vector<bool> ended_;                       ///< of each step: nothing of it is still to come
  std::uint64_t token_budget_ = 0;
  std::uint64_t tokens_ = 0;
  std::optional<deadline> ends_;
  bool warned_of_tokens_ = false;
  bool warned_of_time_ = false;
};

/// Whether the same call may do better a moment later: the one table of such problems, by code.
[[nodiscard]] bool can_retry(const proto::problem& p);

}  // namespace chimera::jobs
