// The changes of a batch as rows, inside a transaction that the store begins and ends.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

namespace chimera::store {

/// What a transaction changed besides rows; takes effect once it is committed.
struct outcome {
  std::int64_t jobs = 0;             ///< more (or less) of them
  std::int64_t shelf_bytes = 0;      ///< likewise
  std::vector<std::string> orphans;  ///< hashes of files on the shelf nobody refers to any more
  std::vector<std::string> shelved;  ///< hashes whose rows came
  std::unordered_map<std::int64_t, std::int64_t> definitions;  ///< uses more or less, by id
};

/// Removes a job with all that is its own. False after an error of SQLite.
[[nodiscard]] bool remove_job(connection& db, std::int64_t id, std::string_view name, outcome& out);
/// One use of a content less; its row goes with the last one.
[[nodiscard]] bool release_content(connection& db, std::int64_t id, outcome& out);
/// Ids and names of the finished jobs to be removed next, the one that ended first in front.
struct finished_job {
  std::int64_t id = 0;
  std::string name;
};
[[nodiscard]] std::vector<finished_job> oldest_finished(connection& db, std::int64_t before_ms,
                                                        std::size_t at_most);

class writer {
 public:
  explicit writer(connection& db) : db_(db) {}

  /// Makes all changes of `b`. Errors: "store.gap" (events do not follow what is stored),
  /// "store.unknown-job", "store.duplicate", "store.bad-hash", or SQLite's.
  [[nodiscard]] proto::result<outcome> apply(const batch& b);
  /// Writes the counts of uses: last in each transaction, also in one that `apply` did not make.
  [[nodiscard]] bool settle_definitions(outcome& out);
  /// What is remembered of jobs is void: the transaction was rolled back, or removed some.
  void forget();

 private:
  struct known_job {
    std::int64_t id = 0;
    std::uint64_t last_seq = 0;
  };
  struct known_definition {
    std::string text;
    std::int64_t id = 0;
  };

  [[nodiscard]] proto::result<void> make(const insert_job& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const append_events& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const update_job& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const finish_step& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const reopen_steps& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const put_artifact& c, outcome& out);
  [[nodiscard]] proto::result<void> make(const delete_job& c, outcome& out);

  [[nodiscard]] proto::result<known_job*> find(const std::string& job);
  [[nodiscard]] proto::result<std::int64_t> definition_of(const std::string& text);
  [[nodiscard]] proto::result<std::int64_t> content_of(const put_artifact& c, outcome& out);
  [[nodiscard]] bool write_segment(std::int64_t id, std::string& bytes);
  [[nodiscard]] std::unexpected<proto::problem> failed() const;

  connection& db_;
  std::unordered_map<std::string, known_job> jobs_;       // bounded; saves look-ups of live jobs
  std::vector<known_definition> definitions_;             // the last few: most jobs share one
  std::unordered_map<std::int64_t, std::string> bytes_;   // of this transaction, by job
  std::unordered_map<std::int64_t, std::uint64_t> ends_;  // last_seq of these
};

}  // namespace chimera::store
