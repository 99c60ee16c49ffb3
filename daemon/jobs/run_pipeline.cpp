#include "daemon/jobs/run_pipeline.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/jobs/plan.hpp"
#include "daemon/jobs/step_attempt.hpp"
#include "daemon/jobs/step_events.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::jobs {
namespace {

std::vector<std::string> question_ids(const report::outline* outline) {
  std::vector<std::string> ids;
  if (outline == nullptr) return ids;
  for (const report::question& q : outline->questions) ids.push_back(q.id);
  return ids;
}

run_limits limits_of(const pipeline_inputs& inputs) {
  run_limits limits;
  limits.token_budget = inputs.token_budget;
  limits.tokens_spent = inputs.tokens_spent;
  if (inputs.remaining) limits.ends_ns = inputs.remaining->count();
  return limits;
}

// One run. Lives in the frame of run_pipeline, on the loop thread, longer than its scope's
// children.
class run {
 public:
  run(pipeline_inputs inputs, journal& log, loop::asio::any_io_executor executor)
      : inputs_(std::move(inputs)),
        told_(log, inputs_.job),
        plan_(*inputs_.work, question_ids(inputs_.outline), limits_of(inputs_)),
        made_(plan_.nodes().size()),
        began_ns_(inputs_.time->now().count()),
        dice_(inputs_.random),
        executor_(std::move(executor)),
        steps_(executor_) {}

  void begin() {
    take_back();
    const std::vector<proto::lint> none;
    for (const std::size_t index :
         plan_.skip_unwanted(inputs_.lints == nullptr ? none : *inputs_.lints)) {
      made_[index].state = "skipped";
      told_.skipped({plan_.nodes()[index].name, 0}, made_[index], "no lint that it waits for");
    }
    start_ready();
  }

  [[nodiscard]] task<bool> join() { return steps_.join(); }

  // Every step has ended or was cancelled, and no coroutine of them is left.
  void tell_canceled() {
    for (const std::size_t index : plan_.cancel()) told_.canceled(id_of(index));
  }

  [[nodiscard]] proto::result<pipeline_outcome> outcome() {
    if (failed_) return std::unexpected(std::move(*failed_));
    if (steps_.first_error()) std::rethrow_exception(steps_.first_error());
    pipeline_outcome all;
    for (std::size_t i = 0; i < made_.size(); ++i) {
      if (plan_.nodes()[i].at == node::state::skipped) continue;
      all.artifacts.push_back({plan_.nodes()[i].output, std::move(made_[i].markdown)});
      all.steps.push_back(std::move(made_[i].times));
      std::ranges::move(made_[i].calls, std::back_inserter(all.calls));
    }
    return all;
  }

 private:
  // What an earlier life of the job has done.
  void take_back() {
    if (inputs_.finished == nullptr) return;
    for (std::size_t i = 0; i < made_.size(); ++i) {
      const auto known = inputs_.finished->find(plan_.nodes()[i].name);
      if (known == inputs_.finished->end()) continue;
      made_[i] = known->second;
      plan_.restore(i, made_[i].state == "skipped");
    }
  }

  void start_ready() {
    for (const std::size_t index : plan_.ready()) {
      // One that was started just now may have ended without a wait, and started others.
      if (plan_.nodes()[index].at != node::state::waiting) continue;
      told_.ready({plan_.nodes()[index].name, attempts_before(index) + 1});
      begin_attempt(index);
      steps_.start(run_node(index));
    }
  }

  // An exception is a defect or a cancellation; either way nothing beside it may go on.
  [[nodiscard]] task<> run_node(std::size_t index) {
    try {
      co_await work(index);
    } catch (...) {
      steps_.cancel();
      throw;
    }
  }

  [[nodiscard]] task<> work(std::size_t index) {
    made_[index].times = {plan_.nodes()[index].name, persona_of(index).name, elapsed_ns(), 0};
    for (;;) {
      step_attempt attempt({plan_, told_, *inputs_.generator, *inputs_.time, began_ns_, inputs_.job,
                            inputs_.priority},
                           index, id_of(index), executor_);
      auto output = co_await attempt.run(persona_of(index), input_of(index));
      warn_of_time();
      if (output) {
        complete(index, std::move(*output));
        co_return;
      }
      const plan::decision next =
          plan_.fail(index, std::move(output.error()), elapsed_ns(), dice_());
      if (!next.retry) {
        give_up(index, next.why);
        co_return;
      }
      if (attempt.sent_tokens()) told_.discarded(id_of(index), next.why.code);
      told_.retrying(id_of(index), next.why, next.delay_ns);
      co_await inputs_.time->sleep(std::chrono::nanoseconds(next.delay_ns));
      begin_attempt(index);
    }
  }

  void begin_attempt(std::size_t index) {
    plan_.start(index, elapsed_ns());
    const attempt_id id = id_of(index);
    told_.started(id, persona_of(index).name, so_far());
    for (const std::size_t source : plan_.sources_of(index)) {
      const node& from = plan_.nodes()[source];
      told_.handoff(id, from.name, {from.output, made_[source].markdown});
    }
    warn_of_time();
  }

  void complete(std::size_t index, roles::role_output output) {
    finished_node& mine = made_[index];
    const attempt_id id = id_of(index);
    mine.state = "completed";
    mine.attempt = id.attempt;
    mine.markdown = std::move(output.made.markdown);
    mine.calls = std::move(output.calls);
    mine.times.ended_ns = elapsed_ns();
    plan_.finish(index);
    if (inputs_.outline != nullptr && !output.handed_on && persona_of(index).role != "plain")
      told_.claims(id, mine.calls.back().checked);
    told_.completed(id, mine, plan_.nodes()[index].output, so_far());
    if (!failed_) start_ready();
  }

  void give_up(std::size_t index, const proto::problem& why) {
    told_.failed(id_of(index), why);
    if (!failed_) failed_ = why;
    steps_.cancel();
  }

  void warn_of_time() {
    const std::int64_t now = elapsed_ns();
    if (!plan_.warn_of_time(now)) return;
    told_.budget_warning("", "seconds", static_cast<double>(now) / 1e9,
                         static_cast<double>(plan_.ends_ns()) / 1e9);
  }

  // With the job's model and options where the persona leaves them open.
  [[nodiscard]] proto::persona persona_of(std::size_t index) const {
    proto::persona who = *std::ranges::find(*inputs_.personas,
                                            inputs_.work->steps[plan_.nodes()[index].step].persona,
                                            &proto::persona::name);
    if (who.model == "default" && !inputs_.model.empty()) who.model = inputs_.model;
    for (const auto& [name, value] : inputs_.options) who.options.insert_or_assign(name, value);
    return who;
  }

  [[nodiscard]] roles::role_input input_of(std::size_t index) const {
    const node& mine = plan_.nodes()[index];
    roles::role_input input;
    input.outline = inputs_.outline;
    if (mine.question != node::no_question)
      input.question = &inputs_.outline->questions[mine.question];
    input.prompt = inputs_.work->steps[mine.step].prompt;
    for (const std::size_t source : plan_.sources_of(index))
      input.artifacts.push_back({plan_.nodes()[source].output, made_[source].markdown});
    return input;
  }

  [[nodiscard]] std::uint32_t attempts_before(std::size_t index) const {
    if (inputs_.attempts_before == nullptr) return 0;
    const auto known = inputs_.attempts_before->find(plan_.nodes()[index].name);
    return known == inputs_.attempts_before->end() ? 0 : known->second;
  }
  [[nodiscard]] attempt_id id_of(std::size_t index) const {
    const node& mine = plan_.nodes()[index];
    return {mine.name, attempts_before(index) + mine.attempts};
  }
  [[nodiscard]] steps_done so_far() const { return {plan_.ended(), plan_.nodes().size()}; }
  [[nodiscard]] std::int64_t elapsed_ns() const { return inputs_.time->now().count() - began_ns_; }

  pipeline_inputs inputs_;
  step_events told_;
  plan plan_;
  std::vector<finished_node> made_;  ///< by node
  std::int64_t began_ns_;
  std::mt19937_64 dice_;
  std::optional<proto::problem> failed_;
  loop::asio::any_io_executor executor_;
  loop::scope steps_;
};

}  // namespace

task<proto::result<pipeline_outcome>> run_pipeline(pipeline_inputs inputs, journal* log) {
  run all(std::move(inputs), *log, co_await boost::asio::this_coro::executor);
  all.begin();
  // The run may have been cancelled while its first steps began: they must be joined all the same.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const bool cancelled = co_await all.join();
  co_await boost::asio::this_coro::throw_if_cancelled(true);
  all.tell_canceled();
  if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return all.outcome();
}

}  // namespace chimera::jobs
