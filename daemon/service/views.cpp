// What is asked about jobs, those that live and those that have ended.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>

#include "agents/personas/pipeline_json.hpp"
#include "daemon/jobs/commit_wait.hpp"
#include "daemon/service/job_events.hpp"
#include "daemon/service/job_service.hpp"
#include "daemon/service/step_outline.hpp"

namespace chimera::service {
namespace {

using proto::job_state;

constexpr std::size_t fold_page_bytes = 1U << 20U;

proto::problem unknown_job(const std::string& id) {
  proto::problem p;
  p.code = "job.unknown";
  p.title = fmt::format("no job has the id '{}'", id);
  return p;
}

}  // namespace

jobs::job_view job_service::view_of(const live_job& live) const {
  jobs::job_view view;
  view.job = live.job;
  if (!live.settled) view.job.last_seq = log_.visible(live.job.id);
  // An end is shown when it is on disk.
  if (proto::is_terminal(live.job.state) && !live.settled) {
    view.job.state = live.cancel_asked ? job_state::canceling : job_state::running;
    view.job.ended_ms = 0;
    view.job.error.reset();
  }
  view.queue.position = queue_.position(live.job.id);
  if (view.queue.position > 0 && mean_seconds_ > 0) {
    const auto rounds =
        static_cast<double>(view.queue.position) / static_cast<double>(queue_.limits().running_max);
    view.queue.eta_seconds = mean_seconds_ * std::max(1.0, rounds);
  }
  return view;
}

task<proto::result<proto::job>> job_service::find_ended(std::string id) {
  auto work = [&kept = around_.kept, id]() -> proto::result<proto::job> {
    auto found = kept.find_job(id);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) return std::move(**found);
    auto removed = kept.was_removed(id);
    if (!removed) return std::unexpected(std::move(removed.error()));
    if (*removed)
      return proto::fail("job.removed", fmt::format("job '{}' was removed", id),
                         "it was deleted, or older than what is kept");
    return std::unexpected(unknown_job(id));
  };
  co_return co_await around_.files.run(std::move(work));
}

task<proto::result<jobs::job_view>> job_service::find(std::string id) {
  if (const live_pointer known = live(id)) co_return view_of(*known);
  if (!proto::is_id(id, "job_")) co_return std::unexpected(unknown_job(id));
  auto ended = co_await find_ended(id);
  if (!ended) co_return std::unexpected(std::move(ended.error()));
  co_return jobs::job_view{std::move(*ended), {}};
}

task<proto::result<std::vector<jobs::job_view>>> job_service::list(store::job_filter f) {
  auto work = [&kept = around_.kept, f] { return kept.list_jobs(f); };
  auto found = co_await around_.files.run(std::move(work));
  if (!found) co_return std::unexpected(std::move(found.error()));
  std::vector<jobs::job_view> views;
  for (proto::job& job : *found) {
    const live_pointer known = live(job.id);
    views.push_back(known ? view_of(*known) : jobs::job_view{std::move(job), {}});
  }
  co_return views;
}

task<proto::result<jobs::job_view>> job_service::wait_for_end(std::string id,
                                                              std::chrono::milliseconds limit) {
  const live_pointer known = live(id);
  if (!known) co_return co_await find(id);
  boost::asio::steady_timer timer(loop_, limit);
  // Kept alive by the handler: this wait may be cancelled before it runs.
  auto over = std::make_shared<bool>(false);
  auto on_limit = [known, over](const boost::system::error_code& stopped) {
    if (stopped) return;
    *over = true;
    known->changed.notify_all();
  };
  timer.async_wait(std::move(on_limit));
  while (!known->settled && !*over && !stopped_) co_await known->changed.wait();
  co_return view_of(*known);
}

task<proto::result<jobs::job_view>> job_service::cancel(std::string id, std::string reason) {
  const live_pointer known = live(id);
  if (!known) co_return co_await find(id);
  cancel_now(known, std::move(reason));
  if (!known->settled && !trouble_) {
    const jobs::commit_wait written(loop_);
    log_.append(id, {}, {}, written.done());
    (void)co_await written.result();
  }
  co_return view_of(*known);
}

task<proto::result<void>> job_service::erase(std::string id) {
  if (live(id))
    co_return proto::fail("job.active", fmt::format("job {} has not ended", id), "cancel it first");
  auto ended = co_await find(id);
  if (!ended) co_return std::unexpected(std::move(ended.error()));
  std::vector<store::change> changes;
  changes.emplace_back(store::delete_job{id});
  co_return co_await log_.write(std::move(changes));
}

task<proto::result<step_fold>> job_service::fold_of(std::string id) {
  auto work = [&kept = around_.kept, id]() -> proto::result<step_fold> {
    step_fold fold;
    for (std::uint64_t after = 0;;) {
      auto page = kept.read_events(id, after, fold_page_bytes);
      if (!page) return std::unexpected(std::move(page.error()));
      if (page->empty()) return fold;
      for (const proto::event& e : *page) fold.take(e);
      after = page->back().seq;
    }
  };
  co_return co_await around_.files.run(std::move(work));
}

task<proto::result<std::vector<jobs::step_view>>> job_service::steps(std::string id) {
  std::vector<jobs::step_view> views;
  auto job = co_await find(id);
  if (!job) co_return std::unexpected(std::move(job.error()));
  if (const live_pointer known = live(id)) {
    views = known->steps.steps();
  } else {
    auto fold = co_await fold_of(id);
    if (!fold) co_return std::unexpected(std::move(fold.error()));
    views = fold->steps();
  }
  auto work = [&kept = around_.kept, id] { return kept.read_steps(id); };
  auto records = co_await around_.files.run(std::move(work));
  if (!records) co_return std::unexpected(std::move(records.error()));
  for (store::stored_step& record : *records) {
    const auto view = std::ranges::find(views, record.step, &jobs::step_view::name);
    if (view != views.end()) view->record = std::move(record.record);
  }
  // Of another version of the program the rules of today may not hold: what has begun is shown.
  const auto definition = personas::read_definition(job->job.definition);
  if (!definition) co_return views;
  co_return outline_steps(definition->pipeline, std::move(views), job->job.state);
}

task<proto::result<std::vector<proto::artifact>>> job_service::artifacts(std::string id) {
  auto job = co_await find(id);
  if (!job) co_return std::unexpected(std::move(job.error()));
  auto work = [&kept = around_.kept, id] { return kept.list_artifacts(id); };
  co_return co_await around_.files.run(std::move(work));
}

task<proto::result<store::store::content>> job_service::content(std::string sha256) {
  auto work = [&kept = around_.kept, sha256]() -> proto::result<store::store::content> {
    auto found = kept.find_content(sha256);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) return std::move(**found);
    return proto::fail("artifact.unknown", fmt::format("no artifact has the hash '{}'", sha256));
  };
  co_return co_await around_.files.run(std::move(work));
}

}  // namespace chimera::service
