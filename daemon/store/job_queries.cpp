#include "daemon/store/job_queries.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "daemon/store/job_row.hpp"

namespace chimera::store {
namespace {

constexpr int id_column = 12;                    // behind job_columns
constexpr std::int64_t clock_slack_ms = 60'000;  // how far an id's time may be off its job's

struct numbered_job {
  std::int64_t id = 0;
  proto::job job;
};

// Jobs with above < id < below are meant.
struct bounds {
  std::int64_t above = 0;
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
};

bounds bounds_of(connection& db, const job_filter& f) {
  bounds b;
  if (!f.before.empty()) {
    statement query =
        db.prepared("SELECT id, name FROM jobs WHERE name <= ?1 ORDER BY name DESC LIMIT 1");
    b.below = 0;
    if (query.bind(1, f.before).row())
      b.below = query.number(0) + (query.text(1) == f.before ? 0 : 1);
  }
  if (f.created_after_ms > clock_slack_ms) {
    const std::string first = proto::make_id("job_", f.created_after_ms - clock_slack_ms, 0, 0);
    statement query = db.prepared("SELECT id FROM jobs WHERE name >= ?1 ORDER BY name LIMIT 1");
    b.above = query.bind(1, first).row() ? query.number(0) - 1
                                         : std::numeric_limits<std::int64_t>::max() - 1;
  }
  return b;
}

std::string query_text(const job_filter& f, std::optional<proto::job_state> state) {
  const bool by_value = f.label.find('=') != std::string::npos;
  std::string from = "jobs j NOT INDEXED";
  std::string where;
  std::string order = "j.id";
  if (!f.label.empty()) {
    from = by_value ? "labels l CROSS JOIN jobs j"
                    : "labels l INDEXED BY labels_by_key CROSS JOIN jobs j";
    where = " AND j.id = l.job AND l.key = ?5 AND l.job > ?1 AND l.job < ?2";
    if (by_value) where += " AND l.value = ?6";
    order = "l.job";
  } else if (state && *state < proto::job_state::completed) {
    from = "jobs j INDEXED BY jobs_unfinished";
    where = " AND j.state < 4";
  } else if (state && *state > proto::job_state::completed) {
    from = "jobs j INDEXED BY jobs_not_completed";
    where = " AND j.state > 4";
  } else if (!f.pipeline.empty()) {
    from = "jobs j INDEXED BY jobs_by_pipeline";
  } else if (!f.tenant.empty()) {
    from = "jobs j INDEXED BY jobs_by_tenant";
  }
  if (state) where += " AND j.state = ?4";
  if (!f.tenant.empty()) where += " AND j.tenant = ?7";
  if (!f.pipeline.empty()) where += " AND j.pipeline = ?8";
  if (f.created_after_ms != 0) where += " AND j.created_ms > ?9";
  return fmt::format(
      "SELECT {}, j.id FROM {} WHERE j.id > ?1 AND j.id < ?2{} ORDER BY {} DESC LIMIT ?3",
      job_columns, from, where, order);
}

proto::result<void> list_state(connection& db, const job_filter& f, const bounds& b,
                               std::optional<proto::job_state> state,
                               std::vector<numbered_job>& into) {
  const std::string_view label = f.label;
  const std::size_t equals = std::min(label.find('='), label.size());
  const std::string_view value = equals < label.size() ? label.substr(equals + 1) : "";
  statement query = db.prepared_text(query_text(f, state));
  query.bind(1, b.above).bind(2, b.below).bind(3, static_cast<std::int64_t>(f.limit));
  if (state) query.bind(4, static_cast<std::int64_t>(*state));
  query.bind(5, label.substr(0, equals)).bind(6, value).bind(7, f.tenant).bind(8, f.pipeline);
  query.bind(9, f.created_after_ms);
  while (query.row()) {
    std::optional<proto::job> job = read_job(query);
    if (!job)
      return proto::fail("store.corrupt", fmt::format("job {} cannot be read", query.text(0)));
    into.push_back({query.number(id_column), std::move(*job)});
  }
  if (db.failed()) return std::unexpected(db.problem());
  return {};
}

}  // namespace

proto::result<std::vector<proto::job>> list(connection& db, const job_filter& f) {
  const bounds b = bounds_of(db, f);
  std::vector<std::optional<proto::job_state>> states(f.states.begin(), f.states.end());
  std::ranges::sort(states);
  states.erase(std::unique(states.begin(), states.end()), states.end());
  if (states.empty()) states.emplace_back(std::nullopt);
  std::vector<numbered_job> found;
  for (const auto state : states)
    if (auto listed = list_state(db, f, b, state, found); !listed)
      return std::unexpected(listed.error());
  std::ranges::sort(found, std::greater<>(), &numbered_job::id);
  if (found.size() > f.limit) found.resize(f.limit);
  std::vector<proto::job> jobs;
  jobs.reserve(found.size());
  for (numbered_job& n : found) jobs.push_back(std::move(n.job));
  return jobs;
}

}  // namespace chimera::store
