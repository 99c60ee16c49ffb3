// A file of an older version reads on; a newer one is refused. The golden file is made anew by
// CHIMERA_UPDATE_GOLDEN=1, only while its version is the newest.
#include "daemon/store/schema.hpp"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "daemon/store/scripted_history.hpp"

using namespace chimera;
using namespace chimera::store;
namespace fs = std::filesystem;

namespace {
constexpr std::uint64_t golden_batches = 6;
const fs::path golden = fs::path(CHIMERA_TEST_DATA) / "store" / "v1.sqlite3";
}  // namespace

TEST_CASE("a store of version 1 opens and reads the same") {
  const scratch_folder folder;
  if (std::getenv("CHIMERA_UPDATE_GOLDEN") != nullptr && schema_version == 1) {
    auto made = must(open_store(folder.path()));
    for (std::uint64_t k = 0; k < golden_batches; ++k) must(made->commit(scripted_batch(k)));
    made = nullptr;
    fs::create_directories(golden.parent_path());
    fs::copy_file(folder.path() / "store.sqlite3", golden, fs::copy_options::overwrite_existing);
  }
  fs::copy_file(golden, folder.path() / "store.sqlite3", fs::copy_options::overwrite_existing);
  auto kept = must(open_store(folder.path()));
  check_history(*kept, golden_batches);
  must(kept->commit(scripted_batch(golden_batches)));
  check_history(*kept, golden_batches + 1);
}

TEST_CASE("a newer store, one of another program and a file that is none are refused by name") {
  const scratch_folder folder;
  const fs::path file = folder.path() / "store.sqlite3";
  {
    connection db;
    must(db.open(file.string(), true));
    must(db.execute(fmt::format("PRAGMA user_version = {}", schema_version + 1).c_str()));
  }
  CHECK(open_store(folder.path()).error().code == "store.newer");
  fs::remove(file);
  {
    connection db;
    must(db.open(file.string(), true));
    must(db.execute("CREATE TABLE theirs(a)"));
  }
  CHECK(open_store(folder.path()).error().code == "store.foreign");
  fs::remove(file);
  std::ofstream(file) << std::string(5000, 'x');
  CHECK(open_store(folder.path()).error().code == "store.corrupt");
}
