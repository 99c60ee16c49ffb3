#include "daemon/store/schema.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

namespace chimera::store {
namespace {

// Version 1. Jobs are numbered in the order they came (id); their names are "job_" + ULID. States
// are the numbers of proto::job_state: below 4 a job is unfinished. Everything that belongs to a
// job starts with its id, so that one job's rows lie together and new ones are appended.
//
// segments: id = job << 32 | last_seq, one row for a job and commit; bytes = its encoded events.
// definitions, contents: kept once, `refs` says how often they are used.
constexpr const char* first_version = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE definitions(id INTEGER PRIMARY KEY, refs INTEGER NOT NULL, sha256 TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL) STRICT;
CREATE TABLE jobs(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,
  tenant TEXT NOT NULL, pipeline TEXT NOT NULL, created_ms INTEGER NOT NULL,
  started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, epoch TEXT NOT NULL,
  definition INTEGER NOT NULL, evidence TEXT NOT NULL, error TEXT NOT NULL, request TEXT NOT NULL,
  idempotency_key TEXT NOT NULL) STRICT;
CREATE INDEX jobs_by_tenant ON jobs(tenant);
CREATE INDEX jobs_by_pipeline ON jobs(pipeline);
CREATE INDEX jobs_unfinished ON jobs(state) WHERE state < 4;
CREATE INDEX jobs_not_completed ON jobs(state) WHERE state > 4;
CREATE INDEX jobs_by_end ON jobs(ended_ms) WHERE state >= 4;
CREATE TABLE labels(key TEXT NOT NULL, value TEXT NOT NULL, job INTEGER NOT NULL,
  PRIMARY KEY(key, value, job)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX labels_by_key ON labels(key, job);
CREATE TABLE segments(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE idempotency(tenant TEXT NOT NULL, key TEXT NOT NULL, job INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, PRIMARY KEY(tenant, key)) STRICT, WITHOUT ROWID;
CREATE TABLE steps(job INTEGER NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL,
  state TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY(job, step)) STRICT, WITHOUT ROWID;
CREATE TABLE contents(id INTEGER PRIMARY KEY, refs INTEGER NOT NULL, sha256 TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL, on_shelf INTEGER NOT NULL, media_type TEXT NOT NULL,
  bytes BLOB NOT NULL) STRICT;
CREATE INDEX contents_on_shelf ON contents(size) WHERE on_shelf = 1;
CREATE TABLE artifacts(job INTEGER NOT NULL, step TEXT NOT NULL, name TEXT NOT NULL,
  content INTEGER NOT NULL, media_type TEXT NOT NULL, PRIMARY KEY(job, step, name))
  STRICT, WITHOUT ROWID;
CREATE TABLE removed(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)";

// migrations[n] makes version n + 1 of version n.
constexpr std::array<const char*, schema_version> migrations = {first_version};

}  // namespace

proto::result<void> bring_up_to_date(connection& db) {
  const std::int64_t found = db.number("PRAGMA user_version");
  if (db.failed()) return std::unexpected(db.problem());
  if (found == schema_version) return {};
  if (found > schema_version || found < 0)
    return proto::fail(
        "store.newer",
        fmt::format("the store has version {}, this program knows {}", found, schema_version),
        "it was written by a later Chimera: use that one, or another data folder");
  if (found == 0 && db.number("SELECT count(*) FROM sqlite_schema") != 0)
    return proto::fail("store.foreign", "the store's file is a database of another program",
                       "name another data folder");
  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return begun;
  for (std::int64_t version = found; version < schema_version; ++version) {
    if (auto made = db.execute(migrations[static_cast<std::size_t>(version)]); !made) {
      const auto undone = db.execute("ROLLBACK");
      if (!undone) return undone;
      return made;
    }
  }
  const std::string stamp = fmt::format("PRAGMA user_version = {}; COMMIT", schema_version);
  return db.execute(stamp.c_str());
}

}  // namespace chimera::store
