// A job as a row: its request and problem as JSON text, its columns in one order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/store/sqlite.hpp"
#include "proto/job.hpp"

namespace chimera::store {

[[nodiscard]] std::string request_json(const proto::job_request& request);
/// nullopt: not written by `request_json`.
[[nodiscard]] std::optional<proto::job_request> read_request(std::string_view json);

/// "" for none.
[[nodiscard]] std::string problem_json(const std::optional<proto::problem>& problem);
[[nodiscard]] bool read_problem(std::string_view json, std::optional<proto::problem>& problem);

/// For `SELECT ... FROM jobs j`: what `read_job` expects, in its order.
inline constexpr std::string_view job_columns =
    "j.name, j.state, j.tenant, j.created_ms, j.started_ms, j.ended_ms, j.epoch, j.evidence, "
    "j.error, j.request, "
    "coalesce((SELECT id & 4294967295 FROM segments WHERE id > j.id << 32 "
    "AND id < (j.id + 1) << 32 ORDER BY id DESC LIMIT 1), 0), "
    "coalesce((SELECT text FROM definitions d WHERE d.id = j.definition), '')";
[[nodiscard]] std::optional<proto::job> read_job(const statement& row);

}  // namespace chimera::store
