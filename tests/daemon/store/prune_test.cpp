// Old jobs leave with what is theirs alone; what others use stays.
#include <fstream>

#include <catch2/catch.hpp>

#include "daemon/store/opened_store.hpp"

using namespace chimera;
using namespace chimera::store;

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t n = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) ++n;
  return n;
}

// Jobs 0 ... n-1, each ended at its number, with an artifact of its own, one on the shelf and one
// that all share.
void fill(sqlite_store& kept, std::uint64_t n) {
  for (std::uint64_t k = 0; k < n; ++k) {
    proto::job job = make_job(k);
    job.request.labels = {{"k", std::to_string(k)}};
    const std::string large = std::string(100'000, 'l') + std::to_string(k);
    must(kept.put_on_shelf(sha256_of(large), large));
    put_artifact on_shelf = make_artifact(job.id, "large", large);
    on_shelf.content.clear();
    on_shelf.on_shelf = true;
    batch b;
    b.changes = {insert_job{job, "key" + std::to_string(k), ""},
                 make_events(job.id, 1, 4),
                 finish_step{job.id, "a", 1, "completed", std::string(5000, 'r')},
                 make_artifact(job.id, "own", "own" + std::to_string(k)),
                 make_artifact(job.id, "shared", "shared"),
                 on_shelf,
                 end_job(job.id, static_cast<std::int64_t>(k))};
    must(kept.commit(b));
  }
}

}  // namespace

TEST_CASE("pruning by age removes the oldest first, at most so many, and never a running job") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  fill(*kept, 5);
  must(kept->commit(one(insert_job{make_job(9), "", ""})));
  CHECK(must(kept->prune({3, 0}, 2)) == std::vector{make_job(0).id, make_job(1).id});
  CHECK(must(kept->prune({3, 0}, 2)) == std::vector{make_job(2).id});
  CHECK(must(kept->prune({3, 0}, 2)).empty());
  CHECK(must(kept->was_removed(make_job(1).id)));
  CHECK_FALSE(must(kept->was_removed(make_job(3).id)));
  CHECK_FALSE(must(kept->find_job(make_job(0).id)));
  CHECK(must(kept->read_events(make_job(0).id, 0, SIZE_MAX)).empty());
  CHECK_FALSE(must(kept->find_idempotent("local", "key0")));
  CHECK_FALSE(must(kept->find_content(sha256_of("own0"))));
  CHECK(must(kept->find_content(sha256_of("shared"))));
  CHECK(files_in(folder.path() / "shelf") == 2);
  job_filter labelled;
  labelled.label = "k";
  CHECK(must(kept->list_jobs(labelled)).size() == 2);
  CHECK(must(kept->prune({INT64_MAX, 0}, 100)).size() == 2);
  CHECK_FALSE(must(kept->find_content(sha256_of("shared"))));
  CHECK(files_in(folder.path() / "shelf") == 0);
  CHECK(must(kept->find_job(make_job(9).id))->definition == make_job(9).definition);
  CHECK(must(kept->count()).jobs == 1);
}

TEST_CASE("pruning by size stops as soon as the store is small enough") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  fill(*kept, 10);
  const std::uint64_t full = must(kept->count()).bytes;
  const auto removed = must(kept->prune({0, full - 250'000}, 100));
  CHECK(removed.size() == 3);
  CHECK(must(kept->count()).bytes <= full - 250'000);
  CHECK(must(kept->prune({0, full}, 100)).empty());
}

TEST_CASE("a deleted job is gone for good; its definition and contents stay for others") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  fill(*kept, 2);
  must(kept->commit(one(delete_job{make_job(0).id})));
  CHECK_FALSE(must(kept->find_job(make_job(0).id)));
  CHECK(must(kept->was_removed(make_job(0).id)));
  CHECK(must(kept->find_job(make_job(1).id))->definition == make_job(1).definition);
  CHECK(must(kept->find_content(sha256_of("shared"))));
  CHECK(files_in(folder.path() / "shelf") == 1);
}

TEST_CASE("a file put on the shelf again while its last job leaves is kept for its new one") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  fill(*kept, 1);
  const std::string large = std::string(100'000, 'l') + "0";
  must(kept->put_on_shelf(sha256_of(large), large));
  must(kept->commit(one(delete_job{make_job(0).id})));
  put_artifact again = make_artifact(make_job(1).id, "large", large);
  again.content.clear();
  again.on_shelf = true;
  batch b;
  b.changes = {insert_job{make_job(1), "", ""}, again};
  must(kept->commit(b));
  must(kept->check_content(sha256_of(large)));
}

TEST_CASE("opening sweeps temporary files and files without a row; a damaged file is told") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  fill(*kept, 1);
  must(kept->put_on_shelf(sha256_of("orphan"), "orphan"));
  std::ofstream(folder.path() / "shelf" / ".tmp-1-1") << "half";
  kept = nullptr;
  kept = must(open_store(folder.path()));
  CHECK(files_in(folder.path() / "shelf") == 1);
  const std::string sha256 = sha256_of(std::string(100'000, 'l') + "0");
  const auto content = must(kept->find_content(sha256));
  REQUIRE(content);
  std::ofstream(content->file) << std::string(100'001, 'x');
  CHECK(must(kept->find_content(sha256)));
  CHECK(kept->check_content(sha256).error().code == "store.corrupt");
  std::ofstream(content->file) << "short";
  CHECK(kept->find_content(sha256).error().code == "store.corrupt");
}
