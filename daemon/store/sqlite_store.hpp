// The store in one SQLite file with a write-ahead log, large artifacts as files beside it.
//
// What a commit promises: with `sync` the log is synced before it returns (synchronous=FULL), so
// the batch survives a power loss, and with it all batches before. Without, it survives the end of
// the process, not that of the machine.
//
// After a failed write (no space, an input/output error) the batch is rolled back and the next
// commit may work. After a failed *sync* nobody knows which pages are on the disk, and a second
// sync may say "fine" without having written them: the store is then failed, each commit returns
// "store.io" until it is opened anew, which reads the log and keeps what is sound of it. Reads go
// on. The batch whose sync failed may be there, whole, after the next opening.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/store/shelf.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/writer.hpp"

namespace chimera::store {

class sqlite_store final : public store {
 public:
  struct options {
    std::filesystem::path database;  ///< "DATA/store.sqlite3"; made if not there
    std::filesystem::path shelf;     ///< an existing folder
    std::string epoch;               ///< of this start, noted if not ""
  };

  /// Brings the tables up to date and sweeps the shelf. Errors: "store.newer", "store.foreign",
  /// "store.corrupt", "store.io", "store.read-only", "store.full".
  [[nodiscard]] static proto::result<std::unique_ptr<sqlite_store>> open(options o);

  [[nodiscard]] proto::result<void> commit(const batch& b) override;
  [[nodiscard]] proto::result<std::optional<proto::job>> find_job(std::string_view id) override;
  [[nodiscard]] proto::result<std::vector<proto::job>> list_jobs(const job_filter& f) override;
  [[nodiscard]] proto::result<std::vector<proto::job>> unfinished_jobs() override;
  [[nodiscard]] proto::result<std::optional<idempotent_job>> find_idempotent(
      std::string_view tenant, std::string_view key) override;
  [[nodiscard]] proto::result<std::vector<proto::event>> read_events(
      std::string_view job, std::uint64_t after, std::size_t bytes_max) override;
  [[nodiscard]] proto::result<std::vector<stored_step>> read_steps(std::string_view job) override;
  [[nodiscard]] proto::result<std::vector<proto::artifact>> list_artifacts(
      std::string_view job) override;
  [[nodiscard]] proto::result<std::optional<content>> find_content(
      std::string_view sha256) override;
  [[nodiscard]] proto::result<void> put_on_shelf(std::string_view sha256,
                                                 std::string_view bytes) override;
  [[nodiscard]] proto::result<std::vector<std::string>> prune(const retention& r,
                                                              std::size_t at_most) override;
  [[nodiscard]] proto::result<bool> was_removed(std::string_view job) override;
  [[nodiscard]] proto::result<totals> count() override;

  /// Reads a content whole and compares its hash ("store.corrupt"); `find_content` compares only
  /// the size of a file on the shelf.
  [[nodiscard]] proto::result<void> check_content(std::string_view sha256);
  /// Epoch of the start before this one; "" at the first.
  [[nodiscard]] const std::string& last_epoch() const { return last_epoch_; }

 private:
  // A connection for reading, given back when it goes.
  class reader {
   public:
    reader(sqlite_store& from, std::unique_ptr<connection> db) : from_(from), db_(std::move(db)) {}
    reader(reader&&) = default;
    reader& operator=(reader&&) = delete;
    ~reader();
    connection& operator*() { return *db_; }
    connection* operator->() { return db_.get(); }

   private:
    sqlite_store& from_;
    std::unique_ptr<connection> db_;
  };

  explicit sqlite_store(options o) : options_(std::move(o)), shelf_(options_.shelf) {}
  [[nodiscard]] proto::result<void> start();
  [[nodiscard]] proto::result<reader> lease();
  void give_back(std::unique_ptr<connection> db);
  // Writes something of no meaning, to see whether that is possible.
  [[nodiscard]] proto::result<outcome> probe();
  // One transaction under the lock; `work` fills the outcome.
  [[nodiscard]] proto::result<void> transact(bool sync,
                                             const std::function<proto::result<outcome>()>& work);
  [[nodiscard]] proto::result<void> set_sync(bool sync);
  [[nodiscard]] std::uint64_t used_bytes();
  [[nodiscard]] proto::result<outcome> remove_finished(const retention& r, std::size_t at_most,
                                                       std::vector<std::string>& removed);

  options options_;
  shelf shelf_;
  std::string last_epoch_;
  std::mutex writing_;
  connection db_;  // the one that writes
  writer writer_{db_};
  bool synced_ = false;          // the pragma as it stands
  std::uint64_t bad_syncs_ = 0;  // of the process when this store was opened
  std::atomic<bool> failed_ = false;
  bool troubled_ = false;  // the last commit failed
  std::atomic<std::int64_t> jobs_ = 0;
  std::atomic<std::int64_t> shelf_bytes_ = 0;
  std::mutex reading_;
  std::vector<std::unique_ptr<connection>> free_;  // few: idle ones beyond are closed
};

}  // namespace chimera::store
