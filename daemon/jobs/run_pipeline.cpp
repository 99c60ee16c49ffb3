#include "daemon/jobs/run_pipeline.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/jobs/plan.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::jobs {
namespace {

std::vector<std::string> question_ids(const report::outline* outline) {
  std::vector<std::string> ids;
  if (outline == nullptr) return ids;
  for (const report::question& q : outline->questions) ids.push_back(q.id);
  return ids;
}

// One run. Lives in the frame of run_pipeline, on the loop thread, longer than its scope's
// children.
class run {
 public:
  run(pipeline_inputs inputs, journal& log, loop::asio::any_io_executor executor)
      : inputs_(std::move(inputs)),
        log_(log),
        plan_(*inputs_.work, question_ids(inputs_.outline)),
        made_(plan_.nodes().size()),
        times_(plan_.nodes().size()),
        began_ns_(inputs_.time->now().count()),
        steps_(std::move(executor)) {}

  void start_ready() {
    for (const std::size_t index : plan_.ready()) {
      plan_.start(index);
      steps_.start(run_node(index));
    }
  }

  [[nodiscard]] task<bool> join() { return steps_.join(); }

  [[nodiscard]] proto::result<pipeline_outcome> outcome() {
    if (failed_) return std::unexpected(std::move(*failed_));
    if (steps_.first_error()) std::rethrow_exception(steps_.first_error());
    pipeline_outcome all;
    for (std::size_t i = 0; i < made_.size(); ++i) {
      all.artifacts.push_back(std::move(made_[i].made));
      all.steps.push_back(std::move(times_[i]));
      std::ranges::move(made_[i].calls, std::back_inserter(all.calls));
    }
    return all;
  }

 private:
  // An exception is a defect or a cancellation; either way nothing beside it may go on.
  [[nodiscard]] task<> run_node(std::size_t index) {
    try {
      co_await write_node(index);
    } catch (...) {
      steps_.cancel();
      throw;
    }
  }

  [[nodiscard]] task<> write_node(std::size_t index) {
    const node& mine = plan_.nodes()[index];
    const proto::persona& who = persona_of(mine);
    times_[index] = {mine.name, who.name, elapsed_ns(), 0};
    tell(proto::event_type::step_started, mine.name, {});
    auto on_token = [this, &mine](std::string_view token) {
      tell(proto::event_type::token_delta, mine.name, token);
    };
    proto::result<roles::role_output> output = co_await roles::run_role(
        who, mine.name, input_of(index), inputs_.generator, std::move(on_token));
    times_[index].ended_ns = elapsed_ns();
    if (!output) {
      tell(proto::event_type::step_failed, mine.name, {});
      if (!failed_) failed_ = std::move(output.error());
      steps_.cancel();
      co_return;
    }
    made_[index] = std::move(*output);
    made_[index].made.name = mine.output;
    plan_.finish(index);
    ++done_;
    tell(proto::event_type::step_completed, mine.name, {});
    if (!failed_) start_ready();
  }

  [[nodiscard]] const proto::persona& persona_of(const node& n) const {
    return *std::ranges::find(*inputs_.personas, inputs_.work->steps[n.step].persona,
                              &proto::persona::name);
  }

  [[nodiscard]] roles::role_input input_of(std::size_t index) const {
    roles::role_input input;
    input.outline = inputs_.outline;
    const std::size_t question = plan_.nodes()[index].question;
    if (question != node::no_question) input.question = &inputs_.outline->questions[question];
    for (const std::size_t source : plan_.sources_of(index))
      input.artifacts.push_back(made_[source].made);
    return input;
  }

  [[nodiscard]] std::int64_t elapsed_ns() const { return inputs_.time->now().count() - began_ns_; }

  void tell(proto::event_type what, const std::string& step, std::string_view token) {
    proto::event e;
    e.type = what;
    e.step = step;
    e.attempt = 1;
    e.text = token;
    log_.append(std::move(e));
  }

  pipeline_inputs inputs_;
  journal& log_;
  plan plan_;
  std::vector<roles::role_output> made_;  ///< by node
  std::vector<step_times> times_;         ///< by node
  std::int64_t began_ns_;
  std::size_t done_ = 0;
  std::optional<proto::problem> failed_;
  loop::scope steps_;
};

}  // namespace

task<proto::result<pipeline_outcome>> run_pipeline(pipeline_inputs inputs, journal& log) {
  run all(std::move(inputs), log, co_await boost::asio::this_coro::executor);
  all.start_ready();
  const bool cancelled = co_await all.join();
  if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return all.outcome();
}

}  // namespace chimera::jobs
