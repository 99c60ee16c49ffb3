// After a start: every job that has not ended goes on. And what keeps the house in order.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>

#include "agents/personas/pipeline_json.hpp"
#include "daemon/service/job_events.hpp"
#include "daemon/service/job_service.hpp"
#include "daemon/service/wall_time.hpp"

namespace chimera::service {
namespace {

using proto::event_type;
using proto::job_state;

constexpr std::chrono::milliseconds recovery_pause{500};
constexpr std::size_t pruned_at_a_time = 200;

// The step itself or, with `for_each`, one run of it.
bool is_run_of(std::string_view node, std::string_view step) {
  return node == step ||
         (node.starts_with(step) && node.size() > step.size() && node[step.size()] == '/');
}

// `first` and every step that needs, through others too, what it makes.
std::set<std::string> downstream(const proto::pipeline& p, const std::string& first) {
  std::set<std::string> steps = {first};
  for (bool grew = true; grew;) {
    grew = false;
    for (const proto::pipeline_step& step : p.steps) {
      const auto needs = [&](const proto::pipeline_step& maker) {
        return steps.contains(maker.name) &&
               std::ranges::find(step.inputs, maker.output) != step.inputs.end();
      };
      if (std::ranges::any_of(p.steps, needs)) grew = steps.insert(step.name).second || grew;
    }
  }
  return steps;
}

// Stands for tokens that were shown and whose text was lost with the process: no number that
// anybody saw is given to another event.
proto::event tokens_not_stored(const std::pair<std::string, std::uint32_t>& attempt) {
  proto::event e;
  e.type = event_type::token_delta;
  e.step = attempt.first;
  e.attempt = attempt.second;
  return e;
}

}  // namespace

task<proto::result<void>> job_service::start() {
  const std::chrono::nanoseconds began = around_.time.now();
  auto work = [&kept = around_.kept] { return kept.unfinished_jobs(); };
  auto found = co_await around_.files.run(std::move(work));
  if (!found) co_return std::unexpected(std::move(found.error()));
  std::vector<proto::job> later;
  for (proto::job& job : *found) {
    auto taken_up = co_await recover(job);
    if (taken_up) continue;
    around_.report(fmt::format("job {} could not be taken up, it is tried again: {}", job.id,
                               proto::to_text(taken_up.error())));
    later.push_back(std::move(job));
  }
  if (!later.empty()) housekeeping_.start(recover_later(std::move(later)));
  housekeeping_.start(prune_now_and_then());
  counted_.recovery_seconds = std::chrono::duration<double>(around_.time.now() - began).count();
  co_return proto::result<void>{};
}

task<> job_service::recover_later(std::vector<proto::job> jobs) {
  while (!jobs.empty()) {
    boost::asio::steady_timer pause(loop_, recovery_pause);
    co_await pause.async_wait(loop::as_result);
    std::vector<proto::job> still;
    for (proto::job& job : jobs) {
      auto taken_up = co_await recover(job);
      if (!taken_up) still.push_back(std::move(job));
    }
    jobs = std::move(still);
  }
}

task<proto::result<void>> job_service::recover(proto::job job) {
  step_fold fold;
  if (job.state != job_state::queued) {
    auto read = co_await fold_of(job.id);
    if (!read) co_return std::unexpected(std::move(read.error()));
    fold = std::move(*read);
  }
  if (settings_.tail_may_be_lost) job.epoch = new_id("");
  const auto cut = fold.cut();
  const bool may_have_shown = !cut.empty() && !settings_.tail_may_be_lost;
  log_.open(job.id, job.epoch, job.last_seq, may_have_shown ? jobs::tokens_ahead_max : 0);
  auto live = std::make_shared<live_job>(std::move(job), log_, loop_);
  const bool was_canceling = live->job.state == job_state::canceling;
  const bool was_running = live->job.state != job_state::queued;
  std::vector<proto::event> events;
  if (may_have_shown) events.push_back(tokens_not_stored(cut.front()));
  if (was_running) events.push_back(event_of(event_type::job_resumed, {}));
  for (const auto& [step, attempt] : cut) {
    proto::event e = event_of(event_type::step_attempt_discarded,
                              {{"reason", "the daemon was stopped while it ran"}});
    e.step = step;
    e.attempt = attempt;
    events.push_back(std::move(e));
  }
  for (const proto::event& e : events) fold.take(e);
  live->steps = std::move(fold);
  live->job.state = job_state::queued;
  if (was_running || settings_.tail_may_be_lost) live->record(std::move(events));
  queue_up(live);
  if (was_canceling) cancel_now(live, "canceled before the daemon was stopped");
  co_return proto::result<void>{};
}

task<proto::result<jobs::job_view>> job_service::retry(std::string id, std::string step) {
  if (auto why = not_ready()) co_return std::unexpected(std::move(*why));
  if (live(id))
    co_return proto::fail("job.not-terminal", fmt::format("job {} has not ended", id),
                          "only a job that has ended can be tried again");
  auto ended = co_await find(id);
  if (!ended) co_return std::unexpected(std::move(ended.error()));
  proto::job job = std::move(ended->job);
  auto definition = personas::read_definition(job.definition);
  if (!definition) co_return std::unexpected(std::move(definition.error()));
  std::vector<std::string> names;
  for (const proto::pipeline_step& one : definition->pipeline.steps) names.push_back(one.name);
  if (!step.empty() && std::ranges::find(names, step) == names.end()) {
    proto::problem p;
    p.code = "request.from_step";
    p.field = "#/from_step";
    p.title = fmt::format("the job has no step '{}'", step);
    p.detail = "name a step of its pipeline";
    for (const std::string& name : names) p.allowed += (p.allowed.empty() ? "" : ", ") + name;
    co_return std::unexpected(std::move(p));
  }
  auto fold = co_await fold_of(id);
  if (!fold) co_return std::unexpected(std::move(fold.error()));
  store::reopen_steps reopened{id, {}};
  const std::set<std::string> again =
      step.empty() ? std::set<std::string>() : downstream(definition->pipeline, step);
  for (const jobs::step_view& node : fold->steps()) {
    const auto is_again = [&](const std::string& name) { return is_run_of(node.name, name); };
    const bool ended_well = node.state == "completed" || node.state == "skipped";
    if (!ended_well || std::ranges::any_of(again, is_again)) reopened.steps.push_back(node.name);
  }
  // Another request may have been quicker during the waits.
  if (live(id)) co_return view_of(*live(id));
  log_.open(id, job.epoch, job.last_seq);
  auto revived = std::make_shared<live_job>(std::move(job), log_, loop_);
  revived->steps = std::move(*fold);
  revived->job.state = job_state::queued;
  revived->job.ended_ms = 0;
  revived->job.started_ms = 0;
  revived->job.error.reset();
  std::vector<store::change> changes;
  changes.emplace_back(std::move(reopened));
  revived->record(only(event_of(event_type::job_retried, {{"from_step", step}})),
                  std::move(changes));
  live_[id] = revived;
  auto written = co_await revived->synced();
  if (!written) co_return std::unexpected(std::move(written.error()));
  queue_up(revived);
  co_return view_of(*revived);
}

void job_service::adopt(library::catalog known, const service_settings& settings) {
  known_ = std::make_shared<const library::catalog>(std::move(known));
  settings_.default_model = settings.default_model;
  settings_.retention = settings.retention;
  prune_again_ = true;
  prune_timer_.cancel();
  queue_.set_limits(settings.queue);
  run_next();
}

// While nothing runs nothing else would show that the store can be written again.
task<> job_service::try_the_store() {
  while (trouble_) {
    boost::asio::steady_timer pause(loop_, recovery_pause);
    co_await pause.async_wait(loop::as_result);
    const auto written = co_await log_.write({});
    if (written && trouble_) on_trouble(std::nullopt);
  }
}

task<> job_service::prune_now_and_then() {
  for (;;) {
    prune_again_ = false;
    co_await prune();
    if (prune_again_) continue;
    prune_timer_.expires_after(settings_.prune_every);
    co_await prune_timer_.async_wait(loop::as_result);
  }
}

// A few at a time, so that jobs are not held up; until what is kept is within the bounds.
task<> job_service::prune() {
  store::retention bounds = settings_.retention;
  if (bounds.older_than_ms == 0 && bounds.bytes_max == 0) co_return;
  if (bounds.older_than_ms != 0)
    bounds.older_than_ms = unix_ms(around_.time) - bounds.older_than_ms;
  for (bool more = true; more;) {
    auto work = [&kept = around_.kept, bounds] { return kept.prune(bounds, pruned_at_a_time); };
    const auto removed = co_await around_.files.run(std::move(work));
    if (!removed)
      around_.report(
          fmt::format("old jobs could not be removed: {}", proto::to_text(removed.error())));
    more = removed && removed->size() == pruned_at_a_time;
  }
}

}  // namespace chimera::service
