// All jobs of one daemon: admission, order, life and end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/personas/pipeline_json.hpp"
#include "daemon/jobs/event_log.hpp"
#include "daemon/jobs/service.hpp"
#include "daemon/loop/condition.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/service/job_queue.hpp"
#include "daemon/service/live_job.hpp"
#include "daemon/service/meters.hpp"
#include "daemon/service/surroundings.hpp"

namespace chimera::service {

/// Lives on the loop thread. start() before anything else, stop() before the end.
class job_service final : public jobs::service {
 public:
  job_service(surroundings around, service_settings settings, library::catalog known,
              loop::asio::any_io_executor loop);
  ~job_service() override;

  /// Takes up every job that has not ended. Jobs that cannot be read now are tried again later.
  [[nodiscard]] task<proto::result<void>> start();
  /// Takes no more jobs, lets the running ones end for `grace`, then suspends them: they go on
  /// after the next start.
  [[nodiscard]] task<> stop(std::chrono::milliseconds grace);
  /// Refuses new jobs from now on.
  void drain();
  /// From now on these. Running jobs keep what they started with; more may run at once.
  void adopt(library::catalog known, const service_settings& settings);
  /// Where a call of a step stands before its backend: an event of the job.
  void tell_place(const std::string& job, const std::string& step, jobs::queue_place place);

  task<proto::result<jobs::submission>> submit(proto::job_request request,
                                               jobs::submit_options how) override;
  task<proto::result<jobs::dry_run>> validate(proto::job_request request) override;
  task<proto::result<jobs::job_view>> find(std::string id) override;
  task<proto::result<std::vector<jobs::job_view>>> list(store::job_filter f) override;
  task<proto::result<jobs::job_view>> cancel(std::string id, std::string reason) override;
  task<proto::result<jobs::job_view>> retry(std::string id, std::string step) override;
  task<proto::result<void>> erase(std::string id) override;
  task<proto::result<std::vector<jobs::step_view>>> steps(std::string id) override;
  task<proto::result<std::vector<proto::artifact>>> artifacts(std::string id) override;
  task<proto::result<store::store::content>> content(std::string sha256) override;
  task<proto::result<jobs::job_view>> wait_for_end(std::string id,
                                                   std::chrono::milliseconds limit) override;
  jobs::event_log& log() override { return log_; }
  jobs::queue_view queue() const override;
  std::vector<jobs::backend_view> backends() const override { return around_.backends(); }
  const std::vector<proto::persona>& personas() const override { return known_->personas; }
  const std::vector<proto::pipeline>& pipelines() const override { return known_->pipelines; }
  task<proto::result<std::vector<std::string>>> reload() override { return around_.reload(); }
  jobs::counters count() const override;
  std::optional<proto::problem> not_ready() const override;

 private:
  using live_pointer = std::shared_ptr<live_job>;

  // Admission.
  using admitted = personas::definition;  ///< with what the request sets over the personas
  [[nodiscard]] task<proto::result<admitted>> check(proto::job_request request);
  [[nodiscard]] proto::result<admitted> choose_agents(const proto::job_request& request) const;
  [[nodiscard]] task<proto::result<std::optional<jobs::submission>>> find_replay(
      jobs::submit_options how);
  /// `request` is in the frame of submit().
  [[nodiscard]] task<proto::result<void>> settle_conflict(const proto::job_request* request,
                                                          std::string tenant);
  [[nodiscard]] task<proto::result<live_pointer>> store_new(proto::job job, admitted agents,
                                                            jobs::submit_options how);
  [[nodiscard]] std::string new_id(std::string_view prefix);

  // Life.
  void queue_up(const live_pointer& live);
  void run_next();
  [[nodiscard]] task<> run_job(live_pointer live);
  void end_otherwise(live_job& live);
  void settle(const live_pointer& live);
  void cancel_now(const live_pointer& live, std::string reason);
  void on_trouble(const std::optional<proto::problem>& failure);

  // Recovery and housekeeping.
  [[nodiscard]] task<proto::result<void>> recover(proto::job job);
  [[nodiscard]] task<> recover_later(std::vector<proto::job> jobs);
  [[nodiscard]] task<proto::result<step_fold>> fold_of(std::string id);
  [[nodiscard]] task<> prune_now_and_then();
  [[nodiscard]] task<> prune();
  [[nodiscard]] task<> try_the_store();

  [[nodiscard]] live_pointer live(const std::string& id) const;
  [[nodiscard]] jobs::job_view view_of(const live_job& live) const;
  [[nodiscard]] task<proto::result<proto::job>> find_ended(std::string id);

  surroundings around_;
  service_settings settings_;
  std::shared_ptr<const library::catalog> known_;
  loop::asio::any_io_executor loop_;
  std::mt19937_64 random_;
  jobs::event_log log_;
  job_queue queue_;
  std::unordered_map<std::string, live_pointer> live_;
  std::set<std::string> keys_in_flight_;
  std::optional<proto::problem> trouble_;
  bool draining_ = false;
  bool stopped_ = false;
  jobs::counters counted_;
  meters meters_;
  double mean_seconds_ = 0;               ///< of recent jobs; 0 = none yet
  loop::asio::steady_timer prune_timer_;  ///< cancelled to prune now
  bool prune_again_ = false;              ///< the bounds have changed
  loop::condition idle_;                  ///< notified when a job ended
  loop::scope housekeeping_;
  loop::scope runs_;
};

}  // namespace chimera::service
