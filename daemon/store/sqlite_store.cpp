#include "daemon/store/sqlite_store.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "daemon/faults/faults.hpp"
#include "daemon/store/fault_vfs.hpp"
#include "daemon/store/schema.hpp"

namespace chimera::store {
namespace {

using faults::point;

// The cache holds the pages of one large commit; the log is copied back each 4,000 pages (16 MB)
// and is cut when it was longer than 64 MB.
constexpr const char* writer_settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4000; "
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; "
    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0";

std::unexpected<proto::problem> unsynced() {
  return proto::fail("store.io", "the store does not take writes any more",
                     "a sync of its files failed, so what is on the disk is unknown; check the "
                     "disk and start again: reading it anew shows what is there");
}

}  // namespace

proto::result<std::unique_ptr<sqlite_store>> sqlite_store::open(options o) {
  std::unique_ptr<sqlite_store> opened(new sqlite_store(std::move(o)));
  if (auto started = opened->start(); !started) return std::unexpected(started.error());
  return opened;
}

proto::result<void> sqlite_store::start() {
  bad_syncs_ = vfs_counters().failed_syncs;
  if (auto opened = db_.open(options_.database.string(), true); !opened) return opened;
  if (auto set = db_.execute(writer_settings); !set) return set;
  if (auto current = bring_up_to_date(db_); !current) return current;
  {
    statement query = db_.prepared("SELECT value FROM meta WHERE key = 'epoch'");
    if (query.row()) last_epoch_ = query.text(0);
    if (db_.failed()) return std::unexpected(db_.problem());
  }
  if (!options_.epoch.empty()) {
    statement note = db_.prepared("INSERT OR REPLACE INTO meta(key, value) VALUES('epoch', ?1)");
    if (!note.bind(1, options_.epoch).run()) return std::unexpected(db_.problem());
  }
  jobs_ = db_.number("SELECT count(*) FROM jobs");
  if (db_.failed()) return std::unexpected(db_.problem());
  shelf_bytes_ = db_.number("SELECT coalesce(sum(size), 0) FROM contents WHERE on_shelf = 1");
  if (db_.failed()) return std::unexpected(db_.problem());
  shelf_.sweep([this](std::string_view sha256) {
    statement query = db_.prepared("SELECT 1 FROM contents WHERE sha256 = ?1");
    return query.bind(1, sha256).row() || db_.failed();
  });
  return {};
}

proto::result<void> sqlite_store::set_sync(bool sync) {
  if (sync == synced_) return {};
  auto set = db_.execute(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  if (set) synced_ = sync;
  return set;
}

proto::result<void> sqlite_store::transact(bool sync,
                                           const std::function<proto::result<outcome>()>& work) {
  if (failed_) return unsynced();
  if (auto set = set_sync(sync); !set) return set;
  if (faults::hit(point::store_commit_before) != 0)
    return proto::fail("store.io", "the commit failed, as wished");
  auto done = [&]() -> proto::result<outcome> {
    if (auto begun = db_.execute("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
    auto made = work();
    if (!made) return made;
    if (faults::hit(point::store_commit_middle) != 0)
      return proto::fail("store.io", "the commit failed, as wished");
    if (auto ended = db_.execute("COMMIT"); !ended) return std::unexpected(ended.error());
    return made;
  }();
  if (!done) {
    // SQLite may have rolled back by itself; a failing rollback leaves nothing to be committed.
    if (db_.in_transaction() && !db_.execute("ROLLBACK")) failed_ = true;
    writer_.forget();
  }
  // Seen here also when copying the log back failed, of which a commit says nothing.
  if (vfs_counters().failed_syncs != bad_syncs_) {
    failed_ = true;
    db_.leave_log();
  }
  if (!done) return std::unexpected(done.error());
  jobs_ += done->jobs;
  shelf_bytes_ += done->shelf_bytes;
  for (const std::string& sha256 : done->shelved) shelf_.release(sha256);
  if (!done->orphans.empty() && faults::hit(point::store_prune_after) == 0)
    for (const std::string& sha256 : done->orphans) shelf_.remove(sha256);
  return {};
}

proto::result<outcome> sqlite_store::probe() {
  statement note =
      db_.prepared("INSERT OR REPLACE INTO meta(key, value) VALUES('probe', hex(randomblob(16)))");
  if (!note.run()) return std::unexpected(db_.problem());
  return outcome{};
}

proto::result<void> sqlite_store::commit(const batch& b) {
  const std::scoped_lock lock(writing_);
  bool sync = b.sync;
  // Files may only go once the rows that name them are gone for good.
  for (const change& c : b.changes) sync = sync || std::holds_alternative<delete_job>(c);
  // Files first: one without a row is swept away at a start, a row without its file would be a
  // loss.
  for (const change& c : b.changes) {
    const auto* made = std::get_if<put_artifact>(&c);
    if (made == nullptr || made->on_shelf || made->content.size() <= inline_bytes_max) continue;
    if (auto put = shelf_.put(made->artifact.sha256, made->content); !put) return put;
  }
  const bool probes = b.changes.empty() && troubled_;
  auto done = transact(sync, [&] { return probes ? probe() : writer_.apply(b); });
  troubled_ = !done;
  if (done && faults::hit(point::store_commit_after) != 0)
    return proto::fail("store.io", "the answer to a commit was lost, as wished");
  return done;
}

std::uint64_t sqlite_store::used_bytes() {
  const std::int64_t pages = db_.number("PRAGMA page_count") - db_.number("PRAGMA freelist_count");
  return static_cast<std::uint64_t>(pages * db_.number("PRAGMA page_size") + shelf_bytes_);
}

proto::result<outcome> sqlite_store::remove_finished(const retention& r, std::size_t at_most,
                                                     std::vector<std::string>& removed) {
  outcome out;
  const std::int64_t any_age = std::numeric_limits<std::int64_t>::max();
  const std::int64_t before = r.bytes_max != 0 ? any_age : r.older_than_ms;
  for (const finished_job& job : oldest_finished(db_, before, at_most)) {
    statement ended = db_.prepared("SELECT ended_ms FROM jobs WHERE id = ?1");
    const bool old = ended.bind(1, job.id).row() && ended.number(0) < r.older_than_ms;
    ended.reset();
    const bool full =
        r.bytes_max != 0 && static_cast<std::int64_t>(used_bytes()) + out.shelf_bytes >
                                static_cast<std::int64_t>(r.bytes_max);
    if (!old && !full) break;
    if (!remove_job(db_, job.id, job.name, out)) return std::unexpected(db_.problem());
    removed.push_back(job.name);
  }
  if (!writer_.settle_definitions(out)) return std::unexpected(db_.problem());
  writer_.forget();
  return out;
}

proto::result<std::vector<std::string>> sqlite_store::prune(const retention& r,
                                                            std::size_t at_most) {
  const std::scoped_lock lock(writing_);
  std::vector<std::string> removed;
  auto done = transact(true, [&] { return remove_finished(r, at_most, removed); });
  if (!done) return std::unexpected(done.error());
  return removed;
}

proto::result<void> sqlite_store::put_on_shelf(std::string_view sha256, std::string_view bytes) {
  return shelf_.put(sha256, bytes);
}

proto::result<store::totals> sqlite_store::count() {
  auto leased = lease();
  if (!leased) return std::unexpected(leased.error());
  connection& db = **leased;
  const std::int64_t pages = db.number("PRAGMA page_count") - db.number("PRAGMA freelist_count");
  const std::int64_t bytes = pages * db.number("PRAGMA page_size") + shelf_bytes_;
  return totals{static_cast<std::uint64_t>(jobs_.load()), static_cast<std::uint64_t>(bytes)};
}

}  // namespace chimera::store
