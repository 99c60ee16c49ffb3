#include "daemon/service/job_service.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "daemon/service/job_events.hpp"
#include "daemon/service/job_run.hpp"
#include "daemon/service/wall_time.hpp"

namespace chimera::service {
namespace {

using proto::event_type;
using proto::job_state;

constexpr double memory_of_durations = 0.8;

proto::problem text_of(const std::exception_ptr& error) {
  proto::problem p;
  p.code = "internal";
  p.title = "the job failed by a defect of the program";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    p.detail = e.what();
  } catch (...) {
    p.detail = "unknown exception";
  }
  return p;
}

}  // namespace

job_service::job_service(surroundings around, service_settings settings, library::catalog known,
                         loop::asio::any_io_executor loop)
    : around_(std::move(around)),
      settings_(std::move(settings)),
      known_(std::make_shared<const library::catalog>(std::move(known))),
      loop_(loop),
      random_(std::random_device{}()),
      log_(around_.kept, loop, around_.files, around_.time, settings_.log,
           [this](const std::optional<proto::problem>& failure) { on_trouble(failure); }),
      queue_(settings_.queue),
      prune_timer_(loop),
      idle_(loop),
      housekeeping_(loop),
      runs_(loop) {}

job_service::~job_service() = default;

void job_service::drain() { draining_ = true; }

task<> job_service::stop(std::chrono::milliseconds grace) {
  drain();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  boost::asio::steady_timer limit(loop_, grace);
  bool over = false;
  auto on_limit = [this, &over](const boost::system::error_code& stopped) {
    if (stopped) return;
    over = true;
    idle_.notify_all();
  };
  limit.async_wait(std::move(on_limit));
  while (queue_.running() > 0 && !over) co_await idle_.wait();
  limit.cancel();
  stopped_ = true;
  for (const auto& [id, live] : live_) {
    live->suspended = true;
    live->run.cancel();
    live->changed.notify_all();
  }
  housekeeping_.cancel();
  (void)co_await runs_.join();
  (void)co_await housekeeping_.join();
}

void job_service::tell_place(const std::string& job, const std::string& step,
                             jobs::queue_place place) {
  const live_pointer known = live(job);
  if (!known) return;
  nlohmann::ordered_json queue = {{"position", place.position}};
  if (place.eta_seconds) queue["eta_seconds"] = *place.eta_seconds;
  proto::event e = event_of(event_type::job_progress, {{"queue", std::move(queue)}});
  e.step = step;
  known->append(std::move(e));
}

void job_service::queue_up(const live_pointer& live) {
  live_[live->job.id] = live;
  queue_.add(
      {live->job.id, live->job.tenant, live->job.request.priority, live->job.request.conflict_key});
  run_next();
}

void job_service::run_next() {
  if (draining_ || trouble_) return;
  while (const std::optional<std::string> id = queue_.take()) {
    const live_pointer next = live_.at(*id);
    next->job.state = job_state::running;
    if (next->job.started_ms == 0) {
      next->job.started_ms = unix_ms(around_.time);
      meters_.waited(static_cast<double>(next->job.started_ms - next->job.created_ms) / 1e3);
    }
    next->counts = &meters_;
    next->record(only(event_of(event_type::job_started, {})));
    runs_.start(run_job(next));
  }
}

task<> job_service::run_job(live_pointer live) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  job_run run(*live, around_, settings_);
  live->run.start(run.work());
  (void)co_await live->run.join();
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  queue_.remove(live->job.id);
  idle_.notify_all();
  if (!live->suspended && !proto::is_terminal(live->job.state)) end_otherwise(*live);
  if (proto::is_terminal(live->job.state)) {
    auto visible = [this, live](const std::optional<proto::problem>& failure) {
      if (!failure) settle(live);
    };
    log_.append(live->job.id, {}, {}, std::move(visible));
  }
  run_next();
}

void job_service::end_otherwise(live_job& live) {
  live.job.ended_ms = unix_ms(around_.time);
  if (trouble_) {
    live.job.state = job_state::failed;
    live.job.error = *trouble_;
    live.record(only(event_of(event_type::job_failed, problem_data(*trouble_))));
  } else if (live.cancel_asked) {
    live.job.state = job_state::canceled;
    live.record(only(event_of(event_type::job_canceled, {{"reason", live.cancel_reason}})));
  } else {
    const std::exception_ptr error = live.run.first_error();
    const proto::problem p = text_of(error);
    around_.report(fmt::format("job {}: {}", live.job.id, proto::to_text(p)));
    live.job.state = job_state::failed;
    live.job.error = p;
    live.record(only(event_of(event_type::job_failed, problem_data(p))));
  }
}

void job_service::settle(const live_pointer& live) {
  live->settled = true;
  live->job.last_seq = log_.visible(live->job.id);
  ++counted_.jobs_ended[std::string(proto::to_text(live->job.state))];
  if (live->job.started_ms != 0) {
    const double seconds = static_cast<double>(live->job.ended_ms - live->job.started_ms) / 1e3;
    mean_seconds_ = mean_seconds_ == 0
                        ? seconds
                        : mean_seconds_ * memory_of_durations + seconds * (1 - memory_of_durations);
  }
  live->changed.notify_all();
  log_.close(live->job.id);
  live_.erase(live->job.id);
}

void job_service::cancel_now(const live_pointer& live, std::string reason) {
  if (live->cancel_asked || proto::is_terminal(live->job.state)) return;
  live->cancel_asked = true;
  live->cancel_reason = std::move(reason);
  const nlohmann::ordered_json data = {{"reason", live->cancel_reason}};
  if (live->job.state == job_state::queued) {
    queue_.remove(live->job.id);
    live->job.state = job_state::canceled;
    live->job.ended_ms = unix_ms(around_.time);
    auto visible = [this, live](const std::optional<proto::problem>& failure) {
      if (!failure) settle(live);
    };
    live->record(only(event_of(event_type::job_canceled, data)), {}, std::move(visible));
    return;
  }
  live->job.state = job_state::canceling;
  live->record(only(event_of(event_type::job_canceling, data)));
  live->run.cancel();
}

// What runs cannot be written down any more, so it ends; what waits goes on waiting.
void job_service::on_trouble(const std::optional<proto::problem>& failure) {
  if (failure) {
    ++counted_.commit_failures;
    around_.report(fmt::format("the store cannot be written: {}", proto::to_text(*failure)));
    if (trouble_) return;
    trouble_ = failure;
    if (!stopped_) housekeeping_.start(try_the_store());
    for (const auto& [id, live] : live_)
      if (live->job.state == job_state::running || live->job.state == job_state::canceling)
        live->run.cancel();
    return;
  }
  if (!trouble_) return;
  around_.report("the store can be written again");
  trouble_.reset();
  run_next();
}

job_service::live_pointer job_service::live(const std::string& id) const {
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : found->second;
}

jobs::queue_view job_service::queue() const {
  jobs::queue_view now;
  now.waiting = queue_.waiting();
  now.running = queue_.running();
  now.running_max = queue_.limits().running_max;
  now.waiting_max = queue_.limits().waiting_max;
  now.waiting_of = queue_.waiting_of();
  now.running_of = queue_.running_of();
  return now;
}

jobs::counters job_service::count() const {
  jobs::counters now = counted_;
  meters_.fill(now);
  now.commits = log_.writer().commits();
  now.syncs = log_.writer().syncs();
  for (const auto& [id, live] : live_) now.steps_running += live->steps.running();
  return now;
}

std::optional<proto::problem> job_service::not_ready() const {
  if (draining_) {
    proto::problem p;
    p.code = "draining";
    p.title = "the daemon is stopping";
    p.detail = "it takes no more jobs; try again when it has been started again";
    return p;
  }
  return trouble_;
}

}  // namespace chimera::service
