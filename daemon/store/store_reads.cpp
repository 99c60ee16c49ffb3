// The reads of the SQLite store: each on a connection of its own, seeing the last commit.
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/store/job_queries.hpp"
#include "daemon/store/job_row.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace chimera::store {
namespace {

constexpr std::size_t idle_readers_max = 4;
constexpr const char* reader_settings =
    "PRAGMA query_only = 1; PRAGMA cache_size = -256; PRAGMA mmap_size = 0; "
    "PRAGMA temp_store = MEMORY";

std::unexpected<proto::problem> corrupt(std::string_view what, std::string_view job) {
  return proto::fail("store.corrupt", fmt::format("{} of {} cannot be read", what, job),
                     "stop, keep a copy of the data folder, and restore a backup");
}

// Jobs of a query that selects job_columns.
proto::result<std::vector<proto::job>> jobs_of(connection& db, statement& query) {
  std::vector<proto::job> jobs;
  while (query.row()) {
    std::optional<proto::job> job = read_job(query);
    if (!job) return corrupt("the row", query.text(0));
    jobs.push_back(std::move(*job));
  }
  if (db.failed()) return std::unexpected(db.problem());
  return jobs;
}

std::size_t weight(const proto::event& e) {
  return sizeof e + e.step.size() + e.text.size() + e.data.size();
}

}  // namespace

sqlite_store::reader::~reader() {
  if (db_) from_.give_back(std::move(db_));
}

void sqlite_store::give_back(std::unique_ptr<connection> db) {
  const std::scoped_lock lock(reading_);
  if (free_.size() < idle_readers_max) free_.push_back(std::move(db));
}

proto::result<sqlite_store::reader> sqlite_store::lease() {
  {
    const std::scoped_lock lock(reading_);
    if (!free_.empty()) {
      std::unique_ptr<connection> db = std::move(free_.back());
      free_.pop_back();
      return reader(*this, std::move(db));
    }
  }
  auto db = std::make_unique<connection>();
  if (auto opened = db->open(options_.database.string(), false); !opened)
    return std::unexpected(opened.error());
  if (auto set = db->execute(reader_settings); !set) return std::unexpected(set.error());
  return reader(*this, std::move(db));
}

proto::result<std::optional<proto::job>> sqlite_store::find_job(std::string_view id) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  static const std::string sql =
      fmt::format("SELECT {} FROM jobs j WHERE j.name = ?1", job_columns);
  statement query = (*db)->prepared(sql.c_str());
  query.bind(1, id);
  auto jobs = jobs_of(**db, query);
  if (!jobs) return std::unexpected(jobs.error());
  if (jobs->empty()) return std::optional<proto::job>();
  return std::optional<proto::job>(std::move(jobs->front()));
}

proto::result<std::vector<proto::job>> sqlite_store::list_jobs(const job_filter& f) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  return list(**db, f);
}

proto::result<std::vector<proto::job>> sqlite_store::unfinished_jobs() {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  static const std::string sql = fmt::format(
      "SELECT {} FROM jobs j INDEXED BY jobs_unfinished WHERE j.state < 4 ORDER BY j.id",
      job_columns);
  statement query = (*db)->prepared(sql.c_str());
  return jobs_of(**db, query);
}

proto::result<std::optional<idempotent_job>> sqlite_store::find_idempotent(std::string_view tenant,
                                                                           std::string_view key) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  statement query = (*db)->prepared(
      "SELECT j.name, i.fingerprint FROM idempotency i JOIN jobs j ON j.id = i.job "
      "WHERE i.tenant = ?1 AND i.key = ?2");
  std::optional<idempotent_job> found;
  if (query.bind(1, tenant).bind(2, key).row())
    found = idempotent_job{std::string(query.text(0)), std::string(query.text(1))};
  else if ((*db)->failed())
    return std::unexpected((*db)->problem());
  return found;
}

proto::result<std::vector<proto::event>> sqlite_store::read_events(std::string_view job,
                                                                   std::uint64_t after,
                                                                   std::size_t bytes_max) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  std::vector<proto::event> events;
  if (after >= UINT32_MAX) return events;
  statement query = (*db)->prepared(
      "SELECT s.bytes FROM jobs j CROSS JOIN segments s WHERE j.name = ?1 "
      "AND s.id > (j.id << 32) + ?2 AND s.id < (j.id + 1) << 32 ORDER BY s.id");
  query.bind(1, job).bind(2, static_cast<std::int64_t>(after));
  std::size_t bytes = 0;
  while (query.row()) {
    for (std::string_view rest = query.text(0); !rest.empty();) {
      std::optional<proto::event> e = proto::decode(rest);
      if (!e) return corrupt("the log", job);
      if (e->seq <= after) continue;
      bytes += weight(*e);
      if (bytes > bytes_max && !events.empty()) return events;
      events.push_back(std::move(*e));
    }
  }
  if ((*db)->failed()) return std::unexpected((*db)->problem());
  return events;
}

proto::result<std::vector<stored_step>> sqlite_store::read_steps(std::string_view job) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  statement query = (*db)->prepared(
      "SELECT s.step, s.attempt, s.state, s.record FROM jobs j JOIN steps s ON s.job = j.id "
      "WHERE j.name = ?1 ORDER BY s.step");
  query.bind(1, job);
  std::vector<stored_step> steps;
  while (query.row())
    steps.push_back({std::string(query.text(0)), static_cast<std::uint32_t>(query.number(1)),
                     std::string(query.text(2)), std::string(query.text(3))});
  if ((*db)->failed()) return std::unexpected((*db)->problem());
  return steps;
}

proto::result<std::vector<proto::artifact>> sqlite_store::list_artifacts(std::string_view job) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  statement query = (*db)->prepared(
      "SELECT a.step, a.name, c.sha256, a.media_type, c.size FROM jobs j "
      "JOIN artifacts a ON a.job = j.id JOIN contents c ON c.id = a.content "
      "WHERE j.name = ?1 ORDER BY a.step, a.name");
  query.bind(1, job);
  std::vector<proto::artifact> artifacts;
  while (query.row())
    artifacts.push_back({std::string(job), std::string(query.text(0)), std::string(query.text(1)),
                         std::string(query.text(2)), std::string(query.text(3)),
                         static_cast<std::uint64_t>(query.number(4))});
  if ((*db)->failed()) return std::unexpected((*db)->problem());
  return artifacts;
}

proto::result<std::optional<store::content>> sqlite_store::find_content(std::string_view sha256) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  statement query =
      (*db)->prepared("SELECT size, on_shelf, media_type, bytes FROM contents WHERE sha256 = ?1");
  if (!query.bind(1, sha256).row()) {
    if ((*db)->failed()) return std::unexpected((*db)->problem());
    return std::optional<content>();
  }
  content found;
  found.size = static_cast<std::uint64_t>(query.number(0));
  found.media_type = query.text(2);
  if (query.number(1) == 0) {
    found.bytes = query.text(3);
    return std::optional<content>(std::move(found));
  }
  found.file = shelf_.file_of(sha256).string();
  struct stat there = {};
  if (::stat(found.file.c_str(), &there) != 0 ||
      static_cast<std::uint64_t>(there.st_size) != found.size) {
    auto bad = corrupt("a file of the shelf", sha256);
    bad.error().file = found.file;
    return bad;
  }
  return std::optional<content>(std::move(found));
}

proto::result<void> sqlite_store::check_content(std::string_view sha256) {
  const auto found = find_content(sha256);
  if (!found) return std::unexpected(found.error());
  if (!*found) return proto::fail("store.unknown-content", fmt::format("no content {}", sha256));
  evidence::sha256_stream hash;
  hash.add((*found)->bytes);
  if (!(*found)->file.empty()) {
    std::ifstream in((*found)->file, std::ios::binary);
    std::string piece(std::size_t{64} << 10U, '\0');
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
      hash.add(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  if (hash.hex() != sha256) return corrupt("the content", sha256);
  return {};
}

proto::result<bool> sqlite_store::was_removed(std::string_view job) {
  auto db = lease();
  if (!db) return std::unexpected(db.error());
  statement query = (*db)->prepared("SELECT 1 FROM removed WHERE name = ?1");
  const bool found = query.bind(1, job).row();
  if (!found && (*db)->failed()) return std::unexpected((*db)->problem());
  return found;
}

}  // namespace chimera::store
