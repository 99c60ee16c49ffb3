#include "daemon/store/job_row.hpp"

#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proto/json_text.hpp"

namespace chimera::store {
namespace {

using nlohmann::json;

void put(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  proto::append_key(out, key);
  proto::append_quoted(out, value);
}

void put(std::string& out, std::string_view key, std::uint64_t value) {
  if (value == 0) return;
  proto::append_key(out, key);
  out += fmt::format_int(value).str();
}

void put(std::string& out, std::string_view key, const std::map<std::string, std::string>& pairs) {
  if (pairs.empty()) return;
  proto::append_key(out, key);
  out += '{';
  for (const auto& [name, value] : pairs) {
    proto::append_key(out, name);
    proto::append_quoted(out, value);
  }
  out += '}';
}

std::optional<json> object_of(std::string_view text) {
  json read = json::parse(text, nullptr, false);
  if (!read.is_object()) return std::nullopt;
  return read;
}

}  // namespace

std::string request_json(const proto::job_request& r) {
  std::string out = "{";
  put(out, "pipeline", r.pipeline);
  put(out, "path", r.path);
  put(out, "dataset", r.dataset);
  put(out, "backend", r.backend);
  put(out, "model", r.model);
  put(out, "options", r.options);
  put(out, "labels", r.labels);
  if (r.priority != 0) {
    proto::append_key(out, "priority");
    out += fmt::format_int(r.priority).str();
  }
  put(out, "conflict_key", r.conflict_key);
  put(out, "on_conflict", r.on_conflict);
  put(out, "token_budget", r.token_budget);
  if (r.seconds_budget != 0) {
    proto::append_key(out, "seconds_budget");
    out += fmt::format("{}", r.seconds_budget);
  }
  return out += '}';
}

std::optional<proto::job_request> read_request(std::string_view text) {
  const std::optional<json> read = object_of(text);
  if (!read) return std::nullopt;
  try {
    proto::job_request r;
    r.pipeline = read->value("pipeline", "");
    r.path = read->value("path", "");
    r.dataset = read->value("dataset", "");
    r.backend = read->value("backend", "");
    r.model = read->value("model", "");
    if (read->contains("options")) read->at("options").get_to(r.options);
    if (read->contains("labels")) read->at("labels").get_to(r.labels);
    r.priority = read->value("priority", std::int32_t{0});
    r.conflict_key = read->value("conflict_key", "");
    r.on_conflict = read->value("on_conflict", "");
    r.token_budget = read->value("token_budget", std::uint64_t{0});
    r.seconds_budget = read->value("seconds_budget", 0.0);
    return r;
  } catch (const json::exception&) {
    return std::nullopt;  // a member of another type
  }
}

std::string problem_json(const std::optional<proto::problem>& problem) {
  if (!problem) return {};
  std::string out = "{";
  put(out, "code", problem->code);
  put(out, "title", problem->title);
  put(out, "detail", problem->detail);
  put(out, "file", problem->file);
  put(out, "line", problem->line);
  put(out, "column", problem->column);
  put(out, "field", problem->field);
  put(out, "allowed", problem->allowed);
  return out += '}';
}

bool read_problem(std::string_view text, std::optional<proto::problem>& problem) {
  problem.reset();
  if (text.empty()) return true;
  const std::optional<json> read = object_of(text);
  if (!read) return false;
  try {
    proto::problem p;
    p.code = read->value("code", "");
    p.title = read->value("title", "");
    p.detail = read->value("detail", "");
    p.file = read->value("file", "");
    p.line = read->value("line", std::uint64_t{0});
    p.column = read->value("column", std::uint64_t{0});
    p.field = read->value("field", "");
    p.allowed = read->value("allowed", "");
    problem = std::move(p);
    return true;
  } catch (const json::exception&) {
    return false;  // a member of another type
  }
}

std::optional<proto::job> read_job(const statement& row) {
  proto::job job;
  const std::int64_t state = row.number(1);
  std::optional<proto::job_request> request = read_request(row.text(9));
  if (!request || !read_problem(row.text(8), job.error) || state < 0 ||
      state > static_cast<std::int64_t>(proto::job_state::rejected))
    return std::nullopt;
  job.id = row.text(0);
  job.state = static_cast<proto::job_state>(state);
  job.tenant = row.text(2);
  job.created_ms = row.number(3);
  job.started_ms = row.number(4);
  job.ended_ms = row.number(5);
  job.epoch = row.text(6);
  job.evidence_sha256 = row.text(7);
  job.request = std::move(*request);
  job.last_seq = static_cast<std::uint64_t>(row.number(10));
  job.definition = row.text(11);
  return job;
}

}  // namespace chimera::store
