#include "daemon/service/job_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "agents/evidence/facts/dataset.hpp"
#include "agents/personas/persona_file.hpp"
#include "agents/personas/pipeline_json.hpp"
#include "daemon/loop/asio.hpp"
#include "daemon/reporting/nothing_found.hpp"
#include "daemon/reporting/print_report.hpp"
#include "daemon/reporting/run_json.hpp"
#include "daemon/service/job_events.hpp"
#include "daemon/service/report_artifacts.hpp"
#include "daemon/service/wall_time.hpp"

namespace chimera::service {
namespace {

using nlohmann::ordered_json;
using proto::event_type;

// The evidence that finished steps were written from is not there any more.
proto::problem evidence_changed(const proto::job& job, const std::string& now) {
  proto::problem p;
  p.code = "evidence.changed";
  p.title = "the files changed while the job was interrupted";
  p.detail = fmt::format(
      "its finished steps were written from files of hash {}, now it is {}; submit it again",
      job.evidence_sha256, now);
  return p;
}

ordered_json evidence_json(const evidence::dataset& data, std::int64_t took_ns) {
  return {{"sha256", data.files.sha256},  {"files", data.files.files.size()},
          {"tables", data.tables.size()}, {"facts", data.facts.size()},
          {"lints", data.lints.size()},   {"took_ms", static_cast<double>(took_ns) / 1e6}};
}

ordered_json verification_event(const report::verification& counts) {
  return {
      {"numbers", counts.numbers}, {"struck", counts.struck}, {"unsupported", counts.unsupported}};
}

}  // namespace

task<> job_run::work() {
  proto::result<void> done = co_await run_to_end();
  if (done)
    end(std::nullopt);
  else
    end(std::move(done.error()));
}

task<proto::result<void>> job_run::run_to_end() {
  run_ = std::make_unique<reporting::finished_run>();
  if (auto read = read_definition(); !read) co_return read;
  auto before = co_await look_back();
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (personas::needs_dataset(run_->pipeline)) {
    auto read = co_await read_evidence();
    if (!read) co_return read;
  }
  auto written = co_await write(std::move(*before));
  if (!written) co_return written;
  if (run_->pipeline.report.empty() || !personas::needs_dataset(run_->pipeline))
    co_return proto::result<void>{};
  co_return co_await print();
}

proto::result<void> job_run::read_definition() {
  if (!live_.agents) {
    auto kept = personas::read_definition(live_.job.definition);
    if (!kept) return std::unexpected(std::move(kept.error()));
    live_.agents = std::move(*kept);
  }
  run_->pipeline = std::move(live_.agents->pipeline);
  run_->personas = std::move(live_.agents->personas);
  live_.agents.reset();
  run_->version = CHIMERA_VERSION;
  run_->date = utc_day(around_.time);
  run_->model = live_.job.request.model;
  run_->limits = settings_.evidence;
  run_->dataset =
      live_.job.request.path.empty() ? live_.job.request.dataset : live_.job.request.path;
  generator_ = around_.backend(live_.job.request.backend);
  if (generator_ == nullptr)
    return proto::fail("backend.unknown",
                       fmt::format("no backend is named '{}'", live_.job.request.backend),
                       "the settings changed since the job was submitted");
  run_->backend = generator_->describe();
  live_.backend = around_.backend_name(live_.job.request.backend);
  return {};
}

task<proto::result<earlier_life>> job_run::look_back() {
  earlier_life before;
  before.attempts = live_.steps.attempts();
  auto work = [&kept = around_.kept, id = live_.job.id] { return kept.read_steps(id); };
  if (before.attempts.empty()) co_return before;
  auto steps = co_await around_.files.run(std::move(work));
  if (!steps) co_return std::unexpected(std::move(steps.error()));
  for (const store::stored_step& step : *steps) {
    if (step.state != "completed" && step.state != "skipped") continue;
    auto node = jobs::read_record(step);
    if (!node) co_return std::unexpected(std::move(node.error()));
    before.finished.emplace(step.step, std::move(*node));
  }
  co_return before;
}

task<proto::result<void>> job_run::read_evidence() {
  const std::int64_t began = around_.time.now().count();
  auto work = [this]() -> proto::result<void> {
    auto folder = around_.locate(live_.job.request);
    if (!folder) return std::unexpected(std::move(folder.error()));
    evidence::build_options how;
    how.scan = settings_.evidence;
    how.threads = settings_.threads;
    auto data = evidence::build_dataset(*folder, how);
    if (!data) return std::unexpected(std::move(data.error()));
    run_->data = std::move(*data);
    // The report names what the user named, not where the daemon keeps an upload.
    run_->data.files.root = run_->dataset;
    if (reporting::holds_data(run_->data.files))
      run_->outline = reporting::plan_report(run_->data, settings_.threads);
    return {};
  };
  auto done = co_await around_.compute.run(std::move(work));
  // The wait at which a cancellation during the reading takes effect.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  if (!done) co_return done;
  run_->ingest_ns = around_.time.now().count() - began;
  if (!reporting::holds_data(run_->data.files))
    co_return std::unexpected(reporting::nothing_found(run_->data.files, run_->dataset));
  const std::string& sha256 = run_->data.files.sha256;
  if (!live_.job.evidence_sha256.empty() && live_.job.evidence_sha256 != sha256)
    co_return std::unexpected(evidence_changed(live_.job, sha256));
  live_.job.evidence_sha256 = sha256;
  std::vector<proto::event> events;
  events.push_back(
      event_of(event_type::evidence_ready, evidence_json(run_->data, run_->ingest_ns)));
  live_.record(std::move(events));
  co_return proto::result<void>{};
}

task<proto::result<void>> job_run::write(earlier_life before) {
  const std::int64_t began = around_.time.now().count();
  jobs::pipeline_inputs inputs;
  inputs.job = live_.job.id;
  inputs.work = &run_->pipeline;
  inputs.personas = &run_->personas;
  if (personas::needs_dataset(run_->pipeline)) {
    inputs.outline = &run_->outline;
    inputs.lints = &run_->data.lints;
  }
  inputs.generator = generator_.get();
  inputs.time = &around_.time;
  inputs.finished = &before.finished;
  inputs.attempts_before = &before.attempts;
  inputs.random = static_cast<std::uint64_t>(live_.job.created_ms);
  inputs.priority = live_.job.request.priority;
  inputs.tokens_spent = live_.steps.tokens();
  inputs.token_budget = live_.job.request.token_budget;
  if (live_.job.request.seconds_budget > 0) inputs.remaining = remaining();
  auto outcome = co_await jobs::run_pipeline(inputs, &live_);
  if (!outcome) co_return std::unexpected(std::move(outcome.error()));
  run_->agents = std::move(*outcome);
  run_->analysis_ns = around_.time.now().count() - began;
  co_return proto::result<void>{};
}

std::chrono::nanoseconds job_run::remaining() const {
  const std::int64_t spent_ms = unix_ms(around_.time) - live_.job.started_ms;
  const auto left_ms = live_.job.request.seconds_budget * 1e3 - static_cast<double>(spent_ms);
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::max(0.0, left_ms)));
}

task<proto::result<void>> job_run::print() {
  auto work = [this]() -> proto::result<std::vector<store::put_artifact>> {
    reporting::print_report(*run_, around_.time);
    reporting::report_files files = reporting::files_of(*run_);
    std::string facts = reporting::facts_lines(*run_);
    files["run.json"] = reporting::run_json(*run_, files, reporting::seal(facts));
    files["facts.jsonl"] = std::move(facts);
    return to_artifacts(around_.kept, live_.job.id, std::move(files));
  };
  auto made = co_await around_.compute.run(std::move(work));
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  if (!made) co_return std::unexpected(std::move(made.error()));
  for (store::put_artifact& one : *made) {
    last_events_.push_back(
        event_of(event_type::artifact_created, {{"name", one.artifact.name},
                                                {"sha256", one.artifact.sha256},
                                                {"media_type", one.artifact.media_type},
                                                {"bytes", one.artifact.bytes}}));
    results_.emplace_back(std::move(one));
  }
  last_events_.push_back(event_of(event_type::report_sealed, verification_event(run_->counts)));
  co_return proto::result<void>{};
}

void job_run::end(std::optional<proto::problem> failure) {
  live_.job.ended_ms = unix_ms(around_.time);
  live_.job.state = failure ? proto::job_state::failed : proto::job_state::completed;
  std::vector<proto::event> events =
      failure ? std::vector<proto::event>() : std::move(last_events_);
  std::vector<store::change> results = failure ? std::vector<store::change>() : std::move(results_);
  if (failure) {
    events.push_back(event_of(event_type::job_failed, problem_data(*failure)));
    live_.job.error = std::move(failure);
  } else {
    events.push_back(event_of(event_type::job_completed, {}));
  }
  live_.record(std::move(events), std::move(results));
}

}  // namespace chimera::service
