#include "daemon/service/live_job.hpp"

#include "daemon/jobs/commit_wait.hpp"

namespace chimera::service {

void live_job::append(proto::event e) {
  if (suspended) return;
  see(e);
  std::vector<proto::event> events;
  events.push_back(std::move(e));
  log_.append(job.id, std::move(events));
}

void live_job::finish(store::finish_step step, std::vector<proto::event> events,
                      std::vector<store::put_artifact> made) {
  if (suspended) return;
  for (const proto::event& e : events) see(e);
  step.job = job.id;
  std::vector<store::change> changes;
  for (store::put_artifact& one : made) {
    one.artifact.job = job.id;
    changes.emplace_back(std::move(one));
  }
  changes.emplace_back(std::move(step));
  log_.append(job.id, std::move(events), std::move(changes));
}

void live_job::see(const proto::event& e) {
  steps.take(e);
  if (counts != nullptr) counts->take(e, backend);
}

task<proto::result<void>> live_job::synced() {
  const jobs::commit_wait stored(loop_);
  log_.sync(stored.done());
  co_return co_await stored.result();
}

void live_job::record(std::vector<proto::event> events, std::vector<store::change> changes,
                      jobs::event_log::completion done) {
  changes.emplace_back(row());
  log_.append(job.id, std::move(events), std::move(changes), std::move(done));
}

store::update_job live_job::row() const {
  store::update_job now;
  now.job = job.id;
  now.state = job.state;
  now.started_ms = job.started_ms;
  now.ended_ms = job.ended_ms;
  now.error = job.error;
  now.evidence_sha256 = job.evidence_sha256;
  now.epoch = job.epoch;
  return now;
}

}  // namespace chimera::service
