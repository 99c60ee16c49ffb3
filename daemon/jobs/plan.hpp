// Decides which parts of a pipeline may run: a pure core without clock, threads or I/O.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proto/persona.hpp"

namespace chimera::jobs {

/// One run of a step: the step itself, or its share for one question.
struct node {
  static constexpr std::size_t no_question = static_cast<std::size_t>(-1);
  enum class state { waiting, running, done };

  std::size_t step = 0;                ///< index in the pipeline
  std::size_t question = no_question;  ///< index in the outline
  std::string name;                    ///< "collect", "analyse/sweep-gemma"
  std::string output;                  ///< "inventory", "analysis/sweep-gemma"
  state at = state::waiting;
};

class plan {
 public:
  /// `p` is sound (personas::check_pipeline). A step with `for_each` becomes a node a question, in
  /// their order; without questions it has none and counts as done when its inputs are.
  plan(const proto::pipeline& p, const std::vector<std::string>& question_ids);

  [[nodiscard]] const std::vector<node>& nodes() const { return nodes_; }

  /// Waiting nodes whose inputs all exist, in the order of the plan.
  [[nodiscard]] std::vector<std::size_t> ready() const;
  void start(std::size_t node);   ///< waiting -> running
  void finish(std::size_t node);  ///< running -> done
  [[nodiscard]] bool finished() const;

  /// The done nodes that made what `node` takes, in the order of its step's inputs; several for an
  /// input that was fanned out: this is the join.
  [[nodiscard]] std::vector<std::size_t> sources_of(std::size_t node) const;

 private:
  [[nodiscard]] bool step_done(std::size_t step) const;
  [[nodiscard]] bool inputs_exist(std::size_t step) const;

  std::vector<node> nodes_;
  std::vector<std::vector<std::size_t>> inputs_;  ///< of each step: the steps that make them
};

}  // namespace chimera::jobs
