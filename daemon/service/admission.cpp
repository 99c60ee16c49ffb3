// What must hold before a job is taken: agents, backend, dataset, place, key; then it is stored.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/pipeline_json.hpp"
#include "daemon/jobs/commit_wait.hpp"
#include "daemon/service/job_events.hpp"
#include "daemon/service/job_service.hpp"
#include "daemon/service/wall_time.hpp"

namespace chimera::service {
namespace {

using proto::event_type;
using proto::job_state;

std::unexpected<proto::problem> refuse(std::string code, std::string pointer, std::string title,
                                       std::string detail, std::string allowed = {}) {
  proto::problem p;
  p.code = std::move(code);
  p.field = std::move(pointer);
  p.title = std::move(title);
  p.detail = std::move(detail);
  p.allowed = std::move(allowed);
  return std::unexpected(std::move(p));
}

proto::problem at(proto::problem p, std::string pointer) {
  p.field = std::move(pointer);
  return p;
}

// Words for the instructions, as tokenizers go: about four bytes each.
std::uint64_t tokens_estimated(std::string_view text) { return (text.size() + 3) / 4; }

}  // namespace

proto::result<job_service::admitted> job_service::choose_agents(
    const proto::job_request& request) const {
  auto pipeline = library::find_pipeline(*known_, request.pipeline);
  if (!pipeline) return std::unexpected(at(std::move(pipeline.error()), "#/pipeline"));
  admitted all;
  all.pipeline = std::move(*pipeline);
  for (const proto::pipeline_step& step : all.pipeline.steps) {
    if (std::ranges::find(all.personas, step.persona, &proto::persona::name) != all.personas.end())
      continue;
    auto who = library::find_persona(*known_, step.persona);
    if (!who) return std::unexpected(at(std::move(who.error()), "#/pipeline"));
    const std::string& model = request.model.empty() ? settings_.default_model : request.model;
    if (who->model == "default" && !model.empty()) who->model = model;
    for (const auto& [name, value] : request.options) who->options.insert_or_assign(name, value);
    all.personas.push_back(std::move(*who));
  }
  if (!request.options.empty()) {
    // Held to the rules of persona files, so that no job fails by what could be seen now.
    auto sound = personas::read_definition(personas::write_definition(all.pipeline, all.personas));
    if (!sound) {
      const std::string field = sound.error().field.substr(sound.error().field.rfind('.') + 1);
      return std::unexpected(at(std::move(sound.error()), "#/params/options/" + field));
    }
  }
  return all;
}

task<proto::result<job_service::admitted>> job_service::check(proto::job_request request) {
  auto all = choose_agents(request);
  if (!all) co_return all;
  if (around_.backend(request.backend) == nullptr) {
    std::vector<std::string> names;
    for (const jobs::backend_view& one : around_.backends()) names.push_back(one.name);
    const std::string near = personas::nearest(request.backend, names);
    co_return refuse("request.backend", "#/params/backend",
                     fmt::format("no backend is named '{}'", request.backend),
                     near.empty() ? "" : fmt::format("did you mean '{}'?", near),
                     fmt::format("{}", fmt::join(names, ", ")));
  }
  const bool has_inputs = !request.path.empty() || !request.dataset.empty();
  if (!personas::needs_dataset(all->pipeline)) {
    if (has_inputs)
      co_return refuse("request.inputs", "#/inputs",
                       fmt::format("pipeline '{}' takes no dataset", request.pipeline),
                       "none of its steps has 'dataset' among its inputs");
    co_return all;
  }
  if (!has_inputs)
    co_return refuse("request.inputs", "#/inputs",
                     fmt::format("pipeline '{}' needs a dataset", request.pipeline),
                     "name a folder under an allowed root, or an uploaded dataset",
                     "{\"path\": ...} or {\"dataset\": ...}");
  const std::string pointer = request.path.empty() ? "#/inputs/dataset" : "#/inputs/path";
  auto work = [&locate = around_.locate, request] { return locate(request); };
  auto folder = co_await around_.files.run(std::move(work));
  if (!folder) co_return std::unexpected(at(std::move(folder.error()), pointer));
  co_return all;
}

task<proto::result<jobs::dry_run>> job_service::validate(proto::job_request request) {
  auto all = co_await check(request);
  if (!all) co_return std::unexpected(std::move(all.error()));
  jobs::dry_run plan;
  plan.pipeline = all->pipeline.name;
  for (const proto::pipeline_step& step : all->pipeline.steps) {
    const proto::persona& who =
        *std::ranges::find(all->personas, step.persona, &proto::persona::name);
    jobs::dry_run::step one;
    one.name = step.name;
    one.persona = step.persona;
    one.model = who.model;
    one.inputs = step.inputs;
    one.output = step.output;
    one.for_each = step.for_each;
    one.prompt_tokens_estimated = tokens_estimated(who.instructions);
    plan.steps.push_back(std::move(one));
  }
  co_return plan;
}

task<proto::result<std::optional<jobs::submission>>> job_service::find_replay(
    jobs::submit_options how) {
  std::optional<jobs::submission> replay;
  if (how.idempotency_key.empty()) co_return replay;
  auto work = [&kept = around_.kept, how] {
    return kept.find_idempotent(how.tenant, how.idempotency_key);
  };
  auto known = co_await around_.files.run(std::move(work));
  if (!known) co_return std::unexpected(std::move(known.error()));
  if (!*known) co_return replay;
  if ((*known)->fingerprint != how.fingerprint)
    co_return proto::fail("idempotency.mismatch",
                          "the idempotency key was used with another request",
                          fmt::format("it made job {}; use a new key", (*known)->job));
  auto view = co_await find((*known)->job);
  if (!view) co_return std::unexpected(std::move(view.error()));
  replay = jobs::submission{std::move(*view), true};
  co_return replay;
}

task<proto::result<void>> job_service::settle_conflict(const proto::job_request* request,
                                                       std::string tenant) {
  if (request->conflict_key.empty() || request->on_conflict == "enqueue")
    co_return proto::result<void>{};
  const auto holder = queue_.holder_of(tenant, request->conflict_key);
  if (!holder) co_return proto::result<void>{};
  if (request->on_conflict == "reject")
    co_return refuse("job.conflict", "#/conflict_key",
                     fmt::format("job {} of the same conflict key has not ended", *holder),
                     "wait for it, cancel it, or submit with another policy",
                     "on_conflict: enqueue, reject or cancel_previous");
  if (const live_pointer previous = live(*holder))
    cancel_now(previous, "replaced by a job of the same conflict key");
  co_return proto::result<void>{};
}

task<proto::result<jobs::submission>> job_service::submit(proto::job_request request,
                                                          jobs::submit_options how) {
  if (auto why = not_ready()) co_return std::unexpected(std::move(*why));
  auto replay = co_await find_replay(how);
  if (!replay) co_return std::unexpected(std::move(replay.error()));
  if (*replay) co_return std::move(**replay);
  auto all = co_await check(request);
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (auto room = queue_.has_room(how.tenant); !room)
    co_return std::unexpected(std::move(room.error()));
  auto settled = co_await settle_conflict(&request, how.tenant);
  if (!settled) co_return std::unexpected(std::move(settled.error()));
  proto::job job;
  job.id = new_id("job_");
  job.epoch = new_id("");
  job.tenant = how.tenant;
  job.request = std::move(request);
  job.definition = personas::write_definition(all->pipeline, all->personas);
  job.created_ms = unix_ms(around_.time);
  auto stored = co_await store_new(std::move(job), std::move(*all), how);
  if (stored) co_return jobs::submission{view_of(**stored), false};
  if (stored.error().code != "store.duplicate")
    co_return std::unexpected(std::move(stored.error()));
  // A request of the same key was stored after this one had looked for it.
  auto other = co_await find_replay(std::move(how));
  if (!other) co_return std::unexpected(std::move(other.error()));
  if (*other) co_return std::move(**other);
  co_return std::unexpected(std::move(stored.error()));
}

task<proto::result<job_service::live_pointer>> job_service::store_new(proto::job job,
                                                                      admitted agents,
                                                                      jobs::submit_options how) {
  const std::string in_flight =
      how.idempotency_key.empty() ? "" : how.tenant + '\n' + how.idempotency_key;
  if (!in_flight.empty() && !keys_in_flight_.insert(in_flight).second)
    co_return proto::fail("idempotency.in-flight", "a request of this idempotency key is under way",
                          "try again in a moment: its answer will be given");
  auto live = std::make_shared<live_job>(std::move(job), log_, loop_);
  live->agents = std::move(agents);
  store::insert_job insert;
  insert.job = live->job;
  insert.idempotency_key = std::move(how.idempotency_key);
  insert.fingerprint = std::move(how.fingerprint);
  const nlohmann::ordered_json data = {{"pipeline", live->job.request.pipeline},
                                       {"tenant", live->job.tenant}};
  // A job that is stored is taken, even if the one who asked has gone meanwhile.
  const jobs::commit_wait answer(loop_);
  queue_.reserve(live->job.tenant);
  auto stored = [this, live, in_flight,
                 tell = answer.done()](const std::optional<proto::problem>& failure) {
    keys_in_flight_.erase(in_flight);
    queue_.release(live->job.tenant);
    if (!failure) {
      ++counted_.jobs_submitted;
      queue_up(live);
    }
    tell(failure);
  };
  log_.begin(std::move(insert), only(event_of(event_type::job_queued, data)), std::move(stored));
  auto taken = co_await answer.result();
  if (!taken) co_return std::unexpected(std::move(taken.error()));
  co_return live;
}

std::string job_service::new_id(std::string_view prefix) {
  const std::uint64_t high = random_();
  return proto::make_id(prefix, unix_ms(around_.time), high, static_cast<std::uint16_t>(random_()));
}

}  // namespace chimera::service
