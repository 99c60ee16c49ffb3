// Jobs leave with everything that is theirs alone.
#include <array>

#include "daemon/store/writer.hpp"

namespace chimera::store {
namespace {

// Each takes the job's id as ?1.
constexpr std::array<const char*, 6> own_rows = {
    "DELETE FROM segments WHERE id > ?1 << 32 AND id < (?1 + 1) << 32",
    "DELETE FROM steps WHERE job = ?1",
    "DELETE FROM artifacts WHERE job = ?1",
    "DELETE FROM labels WHERE job = ?1 AND key IN (SELECT key FROM json_each("
    "(SELECT coalesce(json_extract(request, '$.labels'), '{}') FROM jobs WHERE id = ?1)))",
    "DELETE FROM idempotency WHERE job = ?1 AND (tenant, key) = "
    "(SELECT tenant, idempotency_key FROM jobs WHERE id = ?1)",
    "DELETE FROM jobs WHERE id = ?1"};

}  // namespace

bool release_content(connection& db, std::int64_t id, outcome& out) {
  statement use = db.prepared("UPDATE contents SET refs = refs - 1 WHERE id = ?1");
  if (!use.bind(1, id).run()) return false;
  statement query =
      db.prepared("SELECT sha256, size, on_shelf FROM contents WHERE id = ?1 AND refs <= 0");
  if (!query.bind(1, id).row()) return !db.failed();
  if (query.number(2) != 0) {
    out.orphans.emplace_back(query.text(0));
    out.shelf_bytes -= query.number(1);
  }
  query.reset();
  statement remove = db.prepared("DELETE FROM contents WHERE id = ?1");
  return remove.bind(1, id).run();
}

bool remove_job(connection& db, std::int64_t id, std::string_view name, outcome& out) {
  std::vector<std::int64_t> contents;
  {
    statement query = db.prepared("SELECT content FROM artifacts WHERE job = ?1");
    query.bind(1, id);
    while (query.row()) contents.push_back(query.number(0));
    if (db.failed()) return false;
    statement definition = db.prepared("SELECT definition FROM jobs WHERE id = ?1");
    if (definition.bind(1, id).row() && definition.number(0) != 0)
      --out.definitions[definition.number(0)];
  }
  for (const std::int64_t content : contents)
    if (!release_content(db, content, out)) return false;
  for (const char* sql : own_rows) {
    statement remove = db.prepared(sql);
    if (!remove.bind(1, id).run()) return false;
  }
  statement note = db.prepared("INSERT OR IGNORE INTO removed(name) VALUES(?1)");
  if (!note.bind(1, name).run()) return false;
  --out.jobs;
  return true;
}

std::vector<finished_job> oldest_finished(connection& db, std::int64_t before_ms,
                                          std::size_t at_most) {
  std::vector<finished_job> found;
  statement query = db.prepared(
      "SELECT id, name FROM jobs INDEXED BY jobs_by_end WHERE state >= 4 AND ended_ms < ?1 "
      "ORDER BY ended_ms LIMIT ?2");
  query.bind(1, before_ms).bind(2, static_cast<std::int64_t>(at_most));
  while (query.row()) found.push_back({query.number(0), std::string(query.text(1))});
  return found;
}

}  // namespace chimera::store
