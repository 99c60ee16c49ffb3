#include "daemon/store/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/store/job_row.hpp"
#include "daemon/store/shelf.hpp"

namespace chimera::store {
namespace {

constexpr std::size_t jobs_known_max = 16'384;
constexpr std::size_t definitions_known_max = 8;
constexpr std::size_t segment_bytes_max = 64U << 10U;  // a longer run becomes several rows
constexpr std::uint64_t seq_max = UINT32_MAX;          // half of a segment's id

std::uint64_t first_of(const proto::event& e) {
  return e.first_seq == 0 || e.first_seq > e.seq ? e.seq : e.first_seq;
}

}  // namespace

std::unexpected<proto::problem> writer::failed() const { return std::unexpected(db_.problem()); }

void writer::forget() {
  jobs_.clear();
  definitions_.clear();
  bytes_.clear();
  ends_.clear();
}

proto::result<outcome> writer::apply(const batch& b) {
  outcome out;
  for (const change& c : b.changes) {
    const auto made = std::visit([&](const auto& one) { return make(one, out); }, c);
    if (!made) return std::unexpected(made.error());
  }
  for (auto& [id, bytes] : bytes_)
    if (!write_segment(id, bytes)) return failed();
  bytes_.clear();
  ends_.clear();
  if (!settle_definitions(out)) return failed();
  return out;
}

bool writer::settle_definitions(outcome& out) {
  for (const auto& [id, uses] : out.definitions) {
    if (uses == 0) continue;
    statement update = db_.prepared("UPDATE definitions SET refs = refs + ?2 WHERE id = ?1");
    if (!update.bind(1, id).bind(2, uses).run()) return false;
    if (uses > 0) continue;
    statement unused = db_.prepared("DELETE FROM definitions WHERE id = ?1 AND refs <= 0");
    if (!unused.bind(1, id).run()) return false;
    definitions_.clear();
  }
  return true;
}

proto::result<writer::known_job*> writer::find(const std::string& job) {
  if (const auto at = jobs_.find(job); at != jobs_.end()) return &at->second;
  statement query = db_.prepared(
      "SELECT j.id, coalesce((SELECT id & 4294967295 FROM segments WHERE id > j.id << 32 "
      "AND id < (j.id + 1) << 32 ORDER BY id DESC LIMIT 1), 0) FROM jobs j WHERE j.name = ?1");
  if (!query.bind(1, job).row()) {
    if (db_.failed()) return failed();
    return proto::fail("store.unknown-job", fmt::format("no job {} is stored", job));
  }
  if (jobs_.size() >= jobs_known_max && bytes_.empty()) jobs_.clear();
  known_job found{query.number(0), static_cast<std::uint64_t>(query.number(1))};
  if (const auto end = ends_.find(found.id); end != ends_.end()) found.last_seq = end->second;
  return &(jobs_[job] = found);
}

proto::result<std::int64_t> writer::definition_of(const std::string& text) {
  const auto same = [&](const known_definition& d) { return d.text == text; };
  const auto at = std::ranges::find_if(definitions_, same);
  if (at != definitions_.end()) return at->id;
  evidence::sha256_stream hash;
  hash.add(text);
  const std::string sha256 = hash.hex();
  std::int64_t id = 0;
  statement query = db_.prepared("SELECT id FROM definitions WHERE sha256 = ?1");
  if (query.bind(1, sha256).row()) {
    id = query.number(0);
  } else {
    statement insert =
        db_.prepared("INSERT INTO definitions(refs, sha256, text) VALUES(0, ?1, ?2)");
    if (!insert.bind(1, sha256).bind(2, text).run()) return failed();
    id = db_.last_rowid();
  }
  if (definitions_.size() >= definitions_known_max) definitions_.erase(definitions_.begin());
  definitions_.push_back({text, id});
  return id;
}

proto::result<void> writer::make(const insert_job& c, outcome& out) {
  const proto::job& job = c.job;
  std::int64_t definition = 0;
  if (!job.definition.empty()) {
    const auto known = definition_of(job.definition);
    if (!known) return std::unexpected(known.error());
    definition = *known;
    ++out.definitions[definition];
  }
  const std::string request = request_json(job.request);
  const std::string error = problem_json(job.error);
  statement insert = db_.prepared(
      "INSERT INTO jobs(name, state, tenant, pipeline, created_ms, started_ms, ended_ms, epoch, "
      "definition, evidence, error, request, idempotency_key) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
  insert.bind(1, job.id).bind(2, static_cast<std::int64_t>(job.state)).bind(3, job.tenant);
  insert.bind(4, job.request.pipeline).bind(5, job.created_ms).bind(6, job.started_ms);
  insert.bind(7, job.ended_ms).bind(8, job.epoch).bind(9, definition).bind(10, job.evidence_sha256);
  insert.bind(11, error).bind(12, request).bind(13, c.idempotency_key);
  if (!insert.run()) return failed();
  const std::int64_t id = db_.last_rowid();
  for (const auto& [key, value] : job.request.labels) {
    statement label = db_.prepared("INSERT INTO labels(key, value, job) VALUES(?1, ?2, ?3)");
    if (!label.bind(1, key).bind(2, value).bind(3, id).run()) return failed();
  }
  if (!c.idempotency_key.empty()) {
    statement key = db_.prepared(
        "INSERT INTO idempotency(tenant, key, job, fingerprint) VALUES(?1, ?2, ?3, ?4)");
    key.bind(1, job.tenant).bind(2, c.idempotency_key).bind(3, id).bind(4, c.fingerprint);
    if (!key.run()) return failed();
  }
  if (jobs_.size() >= jobs_known_max && bytes_.empty()) jobs_.clear();
  jobs_[job.id] = {id, 0};
  ++out.jobs;
  return {};
}

proto::result<void> writer::make(const append_events& c, outcome&) {
  const auto job = find(c.job);
  if (!job) return std::unexpected(job.error());
  std::uint64_t& last = (*job)->last_seq;
  std::string& bytes = bytes_[(*job)->id];
  for (const proto::event& e : c.events) {
    if (first_of(e) != last + 1 || e.seq > seq_max)
      return proto::fail("store.gap",
                         fmt::format("event {} of {} does not follow {}", first_of(e), c.job, last),
                         "a fault of the program: please report it");
    proto::encode(e, bytes);
    last = e.seq;
    ends_[(*job)->id] = last;
    if (bytes.size() >= segment_bytes_max && !write_segment((*job)->id, bytes)) return failed();
  }
  return {};
}

bool writer::write_segment(std::int64_t id, std::string& bytes) {
  if (bytes.empty()) return true;
  statement insert = db_.prepared("INSERT INTO segments(id, bytes) VALUES(?1, ?2)");
  const std::int64_t key = (id << 32) | static_cast<std::int64_t>(ends_[id]);
  const bool done = insert.bind(1, key).bind_blob(2, bytes).run();
  insert.reset();
  bytes.clear();
  return done;
}

proto::result<void> writer::make(const update_job& c, outcome&) {
  const auto job = find(c.job);
  if (!job) return std::unexpected(job.error());
  const std::string error = problem_json(c.error);
  statement update = db_.prepared(
      "UPDATE jobs SET state = ?2, started_ms = ?3, ended_ms = ?4, error = ?5, evidence = ?6, "
      "epoch = ?7 WHERE id = ?1");
  update.bind(1, (*job)->id).bind(2, static_cast<std::int64_t>(c.state)).bind(3, c.started_ms);
  update.bind(4, c.ended_ms).bind(5, error).bind(6, c.evidence_sha256).bind(7, c.epoch);
  if (!update.run()) return failed();
  return {};
}

proto::result<void> writer::make(const finish_step& c, outcome&) {
  const auto job = find(c.job);
  if (!job) return std::unexpected(job.error());
  statement replace = db_.prepared(
      "INSERT OR REPLACE INTO steps(job, step, attempt, state, record) VALUES(?1, ?2, ?3, ?4, ?5)");
  replace.bind(1, (*job)->id).bind(2, c.step).bind(3, std::int64_t{c.attempt}).bind(4, c.state);
  if (!replace.bind(5, c.record).run()) return failed();
  return {};
}

proto::result<void> writer::make(const reopen_steps& c, outcome&) {
  const auto job = find(c.job);
  if (!job) return std::unexpected(job.error());
  for (const std::string& step : c.steps) {
    statement remove = db_.prepared("DELETE FROM steps WHERE job = ?1 AND step = ?2");
    if (!remove.bind(1, (*job)->id).bind(2, step).run()) return failed();
  }
  return {};
}

proto::result<std::int64_t> writer::content_of(const put_artifact& c, outcome& out) {
  const proto::artifact& a = c.artifact;
  if (!is_sha256(a.sha256))
    return proto::fail("store.bad-hash", fmt::format("'{}' is no SHA-256", a.sha256));
  const bool on_shelf = c.on_shelf || c.content.size() > inline_bytes_max;
  if (on_shelf) out.shelved.push_back(a.sha256);
  statement query = db_.prepared("SELECT id FROM contents WHERE sha256 = ?1");
  if (query.bind(1, a.sha256).row()) {
    const std::int64_t id = query.number(0);
    statement use = db_.prepared("UPDATE contents SET refs = refs + 1 WHERE id = ?1");
    if (!use.bind(1, id).run()) return failed();
    return id;
  }
  const auto size = static_cast<std::int64_t>(c.on_shelf ? a.bytes : c.content.size());
  statement insert = db_.prepared(
      "INSERT INTO contents(refs, sha256, size, on_shelf, media_type, bytes) "
      "VALUES(1, ?1, ?2, ?3, ?4, ?5)");
  insert.bind(1, a.sha256).bind(2, size).bind(3, std::int64_t{on_shelf ? 1 : 0});
  const std::string_view inside = on_shelf ? std::string_view() : std::string_view(c.content);
  if (!insert.bind(4, a.media_type).bind_blob(5, inside).run()) return failed();
  if (on_shelf) out.shelf_bytes += size;
  return db_.last_rowid();
}

proto::result<void> writer::make(const put_artifact& c, outcome& out) {
  const proto::artifact& a = c.artifact;
  const auto job = find(a.job);
  if (!job) return std::unexpected(job.error());
  const std::int64_t id = (*job)->id;
  const auto content = content_of(c, out);
  if (!content) return std::unexpected(content.error());
  statement insert = db_.prepared(
      "INSERT INTO artifacts(job, step, name, content, media_type) VALUES(?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT DO NOTHING");
  insert.bind(1, id).bind(2, a.step).bind(3, a.name).bind(4, *content).bind(5, a.media_type);
  if (!insert.run()) return failed();
  if (db_.changed() == 1) return {};
  // Made again by a later attempt: the new content takes the place of the old one.
  statement query =
      db_.prepared("SELECT content FROM artifacts WHERE job = ?1 AND step = ?2 AND name = ?3");
  if (!query.bind(1, id).bind(2, a.step).bind(3, a.name).row()) return failed();
  const std::int64_t old = query.number(0);
  statement update = db_.prepared(
      "UPDATE artifacts SET content = ?4, media_type = ?5 WHERE job = ?1 AND step = ?2 "
      "AND name = ?3");
  update.bind(1, id).bind(2, a.step).bind(3, a.name).bind(4, *content).bind(5, a.media_type);
  if (!update.run() || !release_content(db_, old, out)) return failed();
  return {};
}

proto::result<void> writer::make(const delete_job& c, outcome& out) {
  const auto job = find(c.job);
  if (!job) return std::unexpected(job.error());
  const std::int64_t id = (*job)->id;
  bytes_.erase(id);
  ends_.erase(id);
  jobs_.erase(c.job);
  if (!remove_job(db_, id, c.job, out)) return failed();
  return {};
}

}  // namespace chimera::store
