// A service of jobs in memory, and their logs, for the tests of the doors.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/http/event_source.hpp"
#include "daemon/jobs/service.hpp"

namespace chimera::http {

/// The log of one job: readers see what was appended, at most `turn` events a reading.
struct fake_log {
  std::string epoch = "E1";
  std::vector<proto::event> events;
  bool ended = false;
  bool tells_tokens = false;        ///< its readers say when only tokens are pending
  std::vector<jobs::log_gap> gaps;  ///< told with the first reading that passes them
  std::vector<std::shared_ptr<std::function<void()>>> wakes;

  void append(proto::event_type type, std::string step = {}, std::string text = {}) {
    proto::event e;
    e.seq = e.first_seq = events.size() + 1;
    e.type = type;
    e.time_ms = 1'700'000'000'000;
    e.step = std::move(step);
    e.attempt = e.step.empty() ? 0 : 1;
    e.text = std::move(text);
    events.push_back(std::move(e));
    wake_all();
  }
  void end() {
    ended = true;
    wake_all();
  }
  void wake_all() const {
    for (const auto& wake : wakes)
      if (*wake) (*wake)();
  }
};

class fake_reader final : public event_reader {
 public:
  fake_reader(fake_log& log, jobs::log_reader::place where, std::function<void()> wake)
      : log_(log),
        where_(std::move(where)),
        wake_(std::make_shared<std::function<void()>>(std::move(wake))),
        reached_(where_.after) {
    log_.wakes.push_back(wake_);
  }
  ~fake_reader() override { *wake_ = nullptr; }

  task<proto::result<jobs::reading>> next(std::size_t bytes_max) override {
    if (fails) co_return proto::fail("store.io", "the disk is gone");
    jobs::reading read;
    std::size_t bytes = 0;
    while (reached_ < log_.events.size() && bytes < bytes_max) {
      const proto::event& e = log_.events[reached_++];
      if (!where_.filter.wants(e)) continue;
      std::string json = proto::to_json(e, where_.job, where_.epoch);
      bytes += json.size();
      read.entries.push_back({e, std::make_shared<const std::string>(std::move(json))});
    }
    read.gaps = std::exchange(log_.gaps, {});
    read.reached = reached_;
    read.ended = ended_ = log_.ended && reached_ >= log_.events.size();
    co_return read;
  }
  bool pending() const override { return !ended_ && (reached_ < log_.events.size() || log_.ended); }
  bool only_tokens() const override {
    const auto is_token = [](const proto::event& e) {
      return e.type == proto::event_type::token_delta;
    };
    const auto from = log_.events.begin() + static_cast<std::ptrdiff_t>(reached_);
    return log_.tells_tokens && !log_.ended && std::all_of(from, log_.events.end(), is_token);
  }
  std::uint64_t reached() const override { return reached_; }

  bool fails = false;

 private:
  fake_log& log_;
  jobs::log_reader::place where_;
  std::shared_ptr<std::function<void()>> wake_;
  std::uint64_t reached_;
  bool ended_ = false;
};

class fake_service final : public jobs::service {
 public:
  std::map<std::string, jobs::job_view> jobs_by_id;
  std::map<std::string, fake_log> logs;
  std::map<std::string, store::store::content> contents;
  std::map<std::string, std::vector<proto::artifact>> artifacts_of;
  std::map<std::string, std::vector<jobs::step_view>> steps_of;
  std::optional<proto::problem> fails;  ///< what every call answers
  std::vector<proto::persona> known_personas;
  std::vector<proto::pipeline> known_pipelines;
  jobs::queue_view queued;
  std::optional<proto::problem> unready;
  bool ends_at_once = false;  ///< wait_for_end completes the job
  jobs::submit_options last_submit;
  store::job_filter last_filter;
  std::string last_reason;
  std::string last_retry_step;

  jobs::job_view& add(const std::string& id, proto::job_state state) {
    jobs::job_view view;
    view.job.id = id;
    view.job.epoch = "E1";
    view.job.tenant = "local";
    view.job.state = state;
    view.job.created_ms = 1'700'000'000'000;
    view.job.request.pipeline = "technical-report";
    return jobs_by_id[id] = view;
  }

  open_events events() {
    return [this](jobs::log_reader::place where, std::function<void()> wake) {
      fake_log& log = logs[where.job];
      return std::make_unique<fake_reader>(log, std::move(where), std::move(wake));
    };
  }

  task<proto::result<jobs::submission>> submit(proto::job_request request,
                                               jobs::submit_options how) override {
    if (fails) co_return std::unexpected(*fails);
    last_submit = how;
    const std::string key = how.tenant + "/" + how.idempotency_key;
    if (!how.idempotency_key.empty() && idempotent_.contains(key)) {
      const auto& [id, fingerprint] = idempotent_[key];
      if (fingerprint != how.fingerprint)
        co_return proto::fail("idempotency.mismatch", "the key was used for another request");
      co_return jobs::submission{jobs_by_id[id], true};
    }
    const std::string id = "job_0000000000000000000000000" + std::to_string(jobs_by_id.size());
    jobs::job_view& view = add(id, proto::job_state::queued);
    view.job.request = std::move(request);
    view.job.tenant = how.tenant;
    view.queue = {1, 2.5};
    idempotent_[key] = {id, how.fingerprint};
    co_return jobs::submission{view, false};
  }
  task<proto::result<jobs::dry_run>> validate(proto::job_request request) override {
    if (fails) co_return std::unexpected(*fails);
    jobs::dry_run plan;
    plan.pipeline = request.pipeline;
    plan.steps.push_back({"analyse", "A", "m", {"dataset"}, "findings", "", 120});
    co_return plan;
  }
  task<proto::result<jobs::job_view>> find(std::string id) override {
    if (fails) co_return std::unexpected(*fails);
    const auto found = jobs_by_id.find(id);
    if (found == jobs_by_id.end()) co_return proto::fail("job.unknown", "there is no such job");
    found->second.job.last_seq = logs[id].events.size();
    co_return found->second;
  }
  task<proto::result<std::vector<jobs::job_view>>> list(store::job_filter f) override {
    if (fails) co_return std::unexpected(*fails);
    last_filter = f;
    std::vector<jobs::job_view> all;
    for (auto each = jobs_by_id.rbegin(); each != jobs_by_id.rend(); ++each)
      if (all.size() < f.limit && (f.before.empty() || each->first < f.before))
        all.push_back(each->second);
    co_return all;
  }
  task<proto::result<jobs::job_view>> cancel(std::string id, std::string reason) override {
    last_reason = std::move(reason);
    auto view = co_await find(id);
    if (!view || proto::is_terminal(view->job.state)) co_return view;
    jobs_by_id[id].job.state = proto::job_state::canceling;
    co_return jobs_by_id[id];
  }
  task<proto::result<jobs::job_view>> retry(std::string id, std::string step) override {
    last_retry_step = std::move(step);
    auto view = co_await find(id);
    if (view && !proto::is_terminal(view->job.state))
      co_return proto::fail("job.not-terminal", "the job has not ended");
    co_return view;
  }
  task<proto::result<void>> erase(std::string id) override {
    auto view = co_await find(id);
    if (!view) co_return std::unexpected(view.error());
    if (!proto::is_terminal(view->job.state))
      co_return proto::fail("job.active", "the job has not ended", "cancel it first");
    jobs_by_id.erase(id);
    co_return proto::result<void>{};
  }
  task<proto::result<std::vector<jobs::step_view>>> steps(std::string id) override {
    auto view = co_await find(id);
    if (!view) co_return std::unexpected(view.error());
    co_return steps_of[id];
  }
  task<proto::result<std::vector<proto::artifact>>> artifacts(std::string id) override {
    auto view = co_await find(id);
    if (!view) co_return std::unexpected(view.error());
    co_return artifacts_of[id];
  }
  task<proto::result<store::store::content>> content(std::string sha256) override {
    const auto found = contents.find(sha256);
    if (found == contents.end())
      co_return proto::fail("artifact.unknown", "there is no such artifact");
    co_return found->second;
  }
  task<proto::result<jobs::job_view>> wait_for_end(std::string id,
                                                   std::chrono::milliseconds) override {
    if (ends_at_once) jobs_by_id[id].job.state = proto::job_state::completed;
    co_return co_await find(id);
  }
  jobs::event_log& log() override { throw std::logic_error("the fake has no log"); }
  std::optional<jobs::backend_look> last_look;
  jobs::queue_view queue() const override { return queued; }
  std::vector<jobs::backend_view> backends() const override {
    return {{"narrator", "narrator", "built in", 2, 1, 0, true, "", last_look}};
  }
  const std::vector<proto::persona>& personas() const override { return known_personas; }
  const std::vector<proto::pipeline>& pipelines() const override { return known_pipelines; }
  task<proto::result<std::vector<std::string>>> reload() override {
    if (fails) co_return std::unexpected(*fails);
    co_return std::vector<std::string>{"listen stays 127.0.0.1:7717 until a restart"};
  }
  jobs::counters count() const override {
    jobs::counters all = counted;
    all.jobs_ended["completed"] = 3;
    all.tokens = 1234;
    return all;
  }
  std::optional<proto::problem> not_ready() const override { return unready; }

  jobs::counters counted;

 private:
  std::map<std::string, std::pair<std::string, std::string>> idempotent_;
};

}  // namespace chimera::http
