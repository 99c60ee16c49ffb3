// One daemon owns the folder, and knows how the last one went.
#include "daemon/store/data_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "daemon/store/opened_store.hpp"

using namespace chimera::store;
namespace fs = std::filesystem;

TEST_CASE("the folder is made for its owner alone, and locked") {
  const scratch_folder scratch;
  const fs::path path = scratch.path() / "a" / "data";
  {
    const data_folder first = must(data_folder::open(path));
    CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms::owner_all);
    for (const fs::path& part : {first.shelf(), first.datasets(), first.spool()})
      CHECK(fs::is_directory(part));
    const auto second = data_folder::open(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "data.locked");
    CHECK(second.error().file == path.string());
    CHECK(second.error().detail.find(std::to_string(::getpid())) != std::string::npos);
  }
  CHECK(data_folder::open(path));
}

TEST_CASE("a clean stop, a crash and a machine that went down are told apart") {
  const scratch_folder scratch;
  const fs::path path = scratch.path() / "data";
  {
    data_folder folder = must(data_folder::open(path));
    CHECK(folder.was_stopped_cleanly());
    must(folder.stopped());
  }
  {
    const data_folder after_stop = must(data_folder::open(path));
    CHECK(after_stop.was_stopped_cleanly());
    CHECK_FALSE(after_stop.tail_may_be_lost());
  }
  {
    const data_folder after_crash = must(data_folder::open(path));
    CHECK_FALSE(after_crash.was_stopped_cleanly());
    CHECK_FALSE(after_crash.tail_may_be_lost());
  }
  std::ofstream(path / "lock") << "77 another-boot running\n";
  CHECK(must(data_folder::open(path)).tail_may_be_lost());
  std::ofstream(path / "lock") << "77 another-boot stopped\n";
  CHECK_FALSE(must(data_folder::open(path)).tail_may_be_lost());
  std::ofstream(path / "lock") << "";
  std::ofstream(path / "store.sqlite3") << "";
  CHECK(must(data_folder::open(path)).tail_may_be_lost());
}

TEST_CASE("a path that cannot be a folder is refused with the path") {
  const scratch_folder scratch;
  std::ofstream(scratch.path() / "file") << "x";
  const auto refused = data_folder::open(scratch.path() / "file" / "data");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "data.unusable");
}
