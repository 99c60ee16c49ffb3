#include "daemon/cli/watch_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::cli {
namespace {

queue_place place_in(const nlohmann::json& data) {
  queue_place place;
  const auto queue = data.find("queue");
  if (queue == data.end() || !queue->is_object()) return place;
  place.position = count_in(*queue, "position");
  const auto eta = queue->find("eta_seconds");
  if (eta != queue->end() && eta->is_number()) place.eta_seconds = eta->get<double>();
  return place;
}

// Title and detail of the problem in an event or a job.
std::string problem_in(const nlohmann::json& data) {
  const auto error = data.find("error");
  if (error == data.end() || !error->is_object()) return text_in(data, "reason");
  const std::string detail = text_in(*error, "detail");
  return text_in(*error, "title") + (detail.empty() ? "" : ": " + detail);
}

bool is_end(std::string_view state) {
  return state == "completed" || state == "failed" || state == "canceled" || state == "rejected";
}

// The state that an event of a step leads to; "" = the same as before.
std::string state_after(std::string_view type) {
  if (type == "step.ready" || type == "step.attempt_discarded") return "waits";
  if (type == "step.started") return "running";
  if (type == "step.retrying") return "retrying";
  if (type == "step.completed") return "completed";
  if (type == "step.failed") return "failed";
  if (type == "step.skipped") return "skipped";
  if (type == "step.canceled") return "canceled";
  return {};
}

}  // namespace

void watch_model::look(const nlohmann::json& job) {
  pipeline_ = text_in(job, "pipeline");
  if (seq_ == 0 && !text_in(job, "state").empty()) state_ = text_in(job, "state");
  place_ = place_in(job);
  queued_ms_ = time_of(text_in(job, "created_at")).value_or(queued_ms_);
  if (const std::string why = problem_in(job); !why.empty()) why_ = why;
}

bool watch_model::ended() const { return is_end(state_); }

std::string watch_model::cursor() const {
  return seq_ == 0 ? std::string() : fmt::format("{}:{}", epoch_, seq_);
}

void watch_model::restart() {
  watch_model fresh(job_);
  fresh.pipeline_ = pipeline_;
  *this = std::move(fresh);
}

bool watch_model::take(const stream_event& e) {
  if (e.seq <= seq_) return false;
  seq_ = e.seq;
  if (e.is_of_stream()) return false;
  if (!e.epoch.empty()) epoch_ = e.epoch;
  if (e.step.empty())
    take_of_job(e);
  else
    take_of_step(e);
  return true;
}

void watch_model::take_of_job(const stream_event& e) {
  const std::string type = e.type;
  if (type == "job.queued") {
    queued_ms_ = e.time_ms;
    if (const std::string name = text_in(e.data, "pipeline"); !name.empty()) pipeline_ = name;
    state_ = "queued";
  } else if (type == "job.started" || type == "job.resumed") {
    state_ = "running";
    if (started_ms_ == 0) started_ms_ = e.time_ms;
    place_ = {};
  } else if (type == "job.retried") {
    state_ = "queued";
    why_.clear();
    ended_ms_ = started_ms_ = 0;
    sealed_ = nullptr;
  } else if (type == "job.canceling") {
    state_ = "canceling";
  } else if (type == "job.completed" || type == "job.failed" || type == "job.canceled") {
    state_ = type.substr(4);
    ended_ms_ = e.time_ms;
    place_ = {};
    if (const std::string why = problem_in(e.data); !why.empty()) why_ = why;
  } else if (type == "evidence.ready") {
    evidence_ = e.data;
  } else if (type == "report.sealed") {
    sealed_ = e.data;
  }
}

void watch_model::take_of_step(const stream_event& e) {
  watched_step& s = step(e.step);
  if (e.attempt != 0) s.attempt = e.attempt;
  of_ = count_in(e.data, "of", of_);
  done_ = count_in(e.data, "done", done_);
  if (e.type == "token.delta") {
    if (text_in(e.data, "text").empty()) return;  // numbers of tokens that a killed daemon lost
    if (s.first_token_ms == 0) s.first_token_ms = e.time_ms;
    s.last_token_ms = e.time_ms;
    s.tokens += e.seq - std::min(e.first_seq, e.seq) + 1;
    s.place = {};
    return;
  }
  if (e.type == "llm.usage") {
    s.usage_tokens += count_in(e.data, "output_tokens");
    s.tokens = std::max(s.tokens, s.usage_tokens);
  }
  if (e.data.contains("queue")) s.place = place_in(e.data);
  const std::string next = state_after(e.type);
  if (next.empty()) return;
  s.state = next;
  s.place = {};
  s.why = problem_in(e.data);
  if (next == "waits" || next == "retrying") {
    s.started_ms = 0;
  } else if (next == "running") {
    watched_step fresh;
    fresh.name = s.name;
    fresh.state = next;
    fresh.attempt = s.attempt;
    fresh.started_ms = e.time_ms;
    s = std::move(fresh);
  } else {
    s.ended_ms = e.time_ms;
  }
}

watched_step& watch_model::step(const std::string& name) {
  const auto found = std::ranges::find(steps_, name, &watched_step::name);
  if (found != steps_.end()) return *found;
  watched_step fresh;
  fresh.name = name;
  return steps_.emplace_back(std::move(fresh));
}

}  // namespace chimera::cli
