// A store in memory, with switches to fail: what the parts above the store are tested on.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "daemon/store/store.hpp"

namespace chimera::test {

/// Thread-safe. `fail_with` makes each commit fail until it is cleared.
class memory_store final : public store::store {
 public:
  using change = chimera::store::change;

  proto::result<void> commit(const chimera::store::batch& b) override {
    const std::lock_guard lock(mutex_);
    ++commits;
    if (b.sync) ++syncs;
    if (fail_with) return std::unexpected(*fail_with);
    const auto before = jobs_;
    for (const change& c : b.changes) {
      auto applied = std::visit([this](const auto& one) { return apply(one); }, c);
      if (applied) continue;
      jobs_ = before;
      return applied;
    }
    return {};
  }

  proto::result<std::optional<proto::job>> find_job(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    return found->second.job;
  }
  proto::result<std::vector<proto::job>> list_jobs(const chimera::store::job_filter& f) override {
    const std::lock_guard lock(mutex_);
    std::vector<proto::job> found;
    for (auto at = jobs_.rbegin(); at != jobs_.rend() && found.size() < f.limit; ++at)
      if (f.before.empty() || at->first < f.before) found.push_back(at->second.job);
    return found;
  }
  proto::result<std::vector<proto::job>> unfinished_jobs() override {
    const std::lock_guard lock(mutex_);
    std::vector<proto::job> found;
    for (const auto& [id, one] : jobs_)
      if (!proto::is_terminal(one.job.state)) found.push_back(one.job);
    return found;
  }
  proto::result<std::optional<chimera::store::idempotent_job>> find_idempotent(
      std::string_view tenant, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, one] : jobs_)
      if (one.job.tenant == tenant && one.key == key && !key.empty())
        return chimera::store::idempotent_job{id, one.fingerprint};
    return std::nullopt;
  }
  proto::result<std::vector<proto::event>> read_events(std::string_view job, std::uint64_t after,
                                                       std::size_t bytes_max) override {
    const std::lock_guard lock(mutex_);
    ++reads;
    std::vector<proto::event> found;
    const auto known = jobs_.find(job);
    if (known == jobs_.end()) return found;
    std::size_t bytes = 0;
    for (const proto::event& e : known->second.events) {
      if (e.seq <= after) continue;
      if (bytes >= bytes_max) break;
      bytes += e.text.size() + e.data.size() + 1;
      found.push_back(e);
    }
    return found;
  }
  proto::result<std::vector<chimera::store::stored_step>> read_steps(
      std::string_view job) override {
    const std::lock_guard lock(mutex_);
    std::vector<chimera::store::stored_step> found;
    const auto known = jobs_.find(job);
    if (known == jobs_.end()) return found;
    for (const auto& [name, step] : known->second.steps) found.push_back(step);
    return found;
  }
  proto::result<std::vector<proto::artifact>> list_artifacts(std::string_view job) override {
    const std::lock_guard lock(mutex_);
    const auto known = jobs_.find(job);
    if (known == jobs_.end()) return std::vector<proto::artifact>{};
    return known->second.artifacts;
  }
  proto::result<std::optional<content>> find_content(std::string_view sha256) override {
    const std::lock_guard lock(mutex_);
    const auto found = contents_.find(sha256);
    if (found == contents_.end()) return std::nullopt;
    return content{found->second, "", found->second.size(), "application/octet-stream"};
  }
  proto::result<void> put_on_shelf(std::string_view sha256, std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    contents_.insert_or_assign(std::string(sha256), std::string(bytes));
    return {};
  }
  proto::result<std::vector<std::string>> prune(const chimera::store::retention& /*r*/,
                                                std::size_t /*at_most*/) override {
    return std::vector<std::string>{};
  }
  proto::result<bool> was_removed(std::string_view job) override {
    const std::lock_guard lock(mutex_);
    return removed_.contains(job);
  }
  proto::result<totals> count() override {
    const std::lock_guard lock(mutex_);
    return totals{jobs_.size(), 0};
  }

  std::optional<proto::problem> fail_with;  ///< set while nothing commits
  std::size_t commits = 0;
  std::size_t syncs = 0;
  std::size_t reads = 0;

 private:
  struct kept {
    proto::job job;
    std::string key;
    std::string fingerprint;
    std::vector<proto::event> events;
    std::map<std::string, chimera::store::stored_step> steps;
    std::vector<proto::artifact> artifacts;
  };

  proto::result<kept*> find(const std::string& job) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return proto::fail("store.unknown-job", "no job " + job);
    return &found->second;
  }
  proto::result<void> apply(const chimera::store::insert_job& c) {
    jobs_[c.job.id] = kept{c.job, c.idempotency_key, c.fingerprint, {}, {}, {}};
    return {};
  }
  proto::result<void> apply(const chimera::store::append_events& c) {
    auto job = find(c.job);
    if (!job) return std::unexpected(job.error());
    for (const proto::event& e : c.events) {
      if (e.first_seq != (*job)->job.last_seq + 1)
        return proto::fail("store.gap", "a hole in the log");
      (*job)->job.last_seq = e.seq;
      (*job)->events.push_back(e);
    }
    return {};
  }
  proto::result<void> apply(const chimera::store::update_job& c) {
    auto job = find(c.job);
    if (!job) return std::unexpected(job.error());
    (*job)->job.state = c.state;
    (*job)->job.started_ms = c.started_ms;
    (*job)->job.ended_ms = c.ended_ms;
    (*job)->job.error = c.error;
    (*job)->job.evidence_sha256 = c.evidence_sha256;
    (*job)->job.epoch = c.epoch;
    return {};
  }
  proto::result<void> apply(const chimera::store::finish_step& c) {
    auto job = find(c.job);
    if (!job) return std::unexpected(job.error());
    (*job)->steps[c.step] = {c.step, c.attempt, c.state, c.record};
    return {};
  }
  proto::result<void> apply(const chimera::store::reopen_steps& c) {
    auto job = find(c.job);
    if (!job) return std::unexpected(job.error());
    for (const std::string& step : c.steps) (*job)->steps.erase(step);
    return {};
  }
  proto::result<void> apply(const chimera::store::put_artifact& c) {
    auto job = find(c.artifact.job);
    if (!job) return std::unexpected(job.error());
    (*job)->artifacts.push_back(c.artifact);
    if (!c.on_shelf) contents_.insert_or_assign(c.artifact.sha256, c.content);
    return {};
  }
  proto::result<void> apply(const chimera::store::delete_job& c) {
    jobs_.erase(c.job);
    removed_.insert(c.job);
    return {};
  }

  std::mutex mutex_;
  std::map<std::string, kept, std::less<>> jobs_;
  std::map<std::string, std::string, std::less<>> contents_;
  std::set<std::string, std::less<>> removed_;
};

}  // namespace chimera::test
