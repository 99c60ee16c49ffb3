#include "daemon/datasets/dataset_store.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "daemon/datasets/packing.hpp"
#include "daemon/datasets/scratch_space.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;
namespace fs = std::filesystem;

const std::vector<packed_entry> entries{{"b.csv", "2"}, {"a/x.csv", "1\n"}};

dataset_store open_store(const scratch_space& space) {
  return dataset_store::open(space / "datasets", {}).value();
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST_CASE("an upload is kept under the id of its content", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const auto added = store.add(space.write("upload", pack(entries)), "application/x-tar");
  REQUIRE(added.has_value());
  CHECK(is_dataset_id(added->id));
  CHECK(added->added);
  CHECK(added->files == 2);
  CHECK(added->bytes == 3);
  CHECK(tree_of(added->folder) == tree{{"a/", ""}, {"a/x.csv", "1\n"}, {"b.csv", "2"}});
  CHECK(fs::exists(space / "upload"));
  const auto found = open_store(space).find(added->id).value();
  REQUIRE(found.has_value());
  CHECK(found->folder == added->folder);
  CHECK(found->files == 2);
  CHECK(found->bytes == 3);
  const auto described = store.describe(added->id).value();
  REQUIRE(described.has_value());
  REQUIRE(described->files.size() == 2);
  CHECK(described->files[0].path == "a/x.csv");
  CHECK(
      described->files[1] ==
      dataset_file{"b.csv", 1, "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"});
}

TEST_CASE("the same content again is the same dataset, however it is packed", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const dataset first = store.add(space.write("one", pack(entries)), "").value();
  const std::vector<packed_entry> reversed{entries[1], entries[0], {".git/HEAD", "ref"}};
  const dataset second =
      store.add(space.write("two", pack(reversed, {.format = "zip"})), "").value();
  CHECK(first.id == second.id);
  CHECK_FALSE(second.added);
  CHECK(entries_in(space / "datasets") == 1);
}

TEST_CASE("the id depends on names, contents and their borders", "[datasets]") {
  const std::vector<std::vector<dataset_file>> lists{
      {},
      {{"a", 1, "h"}},
      {{"b", 1, "h"}},
      {{"a", 2, "h"}},
      {{"a", 1, "i"}},
      {{"a", 1, "h"}, {"b", 1, "h"}},
      {{"a\nb", 1, "h"}},
  };
  std::set<std::string> ids;
  for (const auto& list : lists) ids.insert(identity_of(list));
  CHECK(ids.size() == lists.size());
}

TEST_CASE("a folder has the id of its upload", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const dataset added = store.add(space.write("upload", pack(entries)), "").value();
  space.write("tree/b.csv", "2");
  space.write("tree/a/x.csv", "1\n");
  space.write("tree/.git/HEAD", "ref");
  fs::create_symlink("b.csv", space / "tree/link.csv");
  const auto described = describe_folder(space / "tree", {});
  REQUIRE(described.has_value());
  CHECK(described->id == added.id);
  CHECK(*described == store.describe(added.id).value());
  space.write("tree/b.csv", "3");
  CHECK(describe_folder(space / "tree", {})->id != added.id);
  fs::create_directories(space / "hollow");
  CHECK(describe_folder(space / "hollow", {}).error().code == "dataset.empty");
  CHECK_FALSE(describe_folder(space / "missing", {}).has_value());
}

TEST_CASE("a refused upload leaves the store as it was", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const std::vector<std::vector<packed_entry>> table{
      {{"a", "1"}, {"../x", "1"}}, {}, {{".git/HEAD", "ref"}}};
  for (const auto& hostile : table) {
    CHECK_FALSE(store.add(space.write("upload", pack(hostile)), "").has_value());
    CHECK(fs::is_empty(space / "datasets"));
  }
  CHECK_FALSE(store.add(space / "no-upload", "").has_value());
  CHECK(fs::is_empty(space / "datasets"));
}

TEST_CASE("an id that is none finds nothing and removes nothing", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const std::string id = store.add(space.write("upload", pack(entries)), "").value().id;
  const std::vector<std::string> table{"",
                                       "ds_",
                                       "..",
                                       "ds_/../" + id,
                                       "./" + id,
                                       id + "/",
                                       id + "/files",
                                       id.substr(0, 34),
                                       id + "0",
                                       "DS_" + id.substr(3),
                                       "ds_" + std::string(32, '0'),
                                       "ds_" + std::string(32, 'g'),
                                       id + std::string(1, '\0')};
  for (const std::string& wrong : table) {
    INFO(wrong);
    CHECK_FALSE(store.find(wrong).value().has_value());
    CHECK_FALSE(store.describe(wrong).value().has_value());
    CHECK_FALSE(store.remove(wrong).value());
  }
  CHECK(store.find(id).value().has_value());
  CHECK(entries_in(space / "datasets") == 1);
}

TEST_CASE("datasets are listed by id and go when removed", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  CHECK(store.list().value().empty());
  std::set<std::string> ids;
  for (const char* content : {"1", "2", "3"})
    ids.insert(store.add(space.write("upload", pack({{"a", content}})), "").value().id);
  std::vector<std::string> listed;
  for (const dataset& d : store.list().value()) listed.push_back(d.id);
  CHECK(listed == std::vector<std::string>(ids.begin(), ids.end()));
  CHECK(store.remove(listed[1]).value());
  CHECK_FALSE(store.remove(listed[1]).value());
  CHECK_FALSE(store.find(listed[1]).value().has_value());
  CHECK(entries_in(space / "datasets") == 2);
}

TEST_CASE("a start removes what an earlier process left half done", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const std::string id = store.add(space.write("upload", pack(entries)), "").value().id;
  space.write("datasets/.incoming-abc/files/deep/x", "1");
  fs::create_directories(space / "datasets/.incoming-def");
  CHECK(store.clean().value() == 2);
  CHECK(store.clean().value() == 0);
  CHECK(store.find(id).value().has_value());
  CHECK(entries_in(space / "datasets") == 1);
}

TEST_CASE("a damaged list of files is named, not believed", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const std::string id = store.add(space.write("upload", pack(entries)), "").value().id;
  const std::string place = "datasets/" + id + "/manifest.json";
  const std::string sound = content_of(space / place);
  std::string other = sound;
  other.replace(other.find("b.csv"), 1, "c");
  const std::vector<std::string> table{
      "",    "{}",
      "[1]", sound.substr(0, sound.size() / 2),
      other, to_json(make_manifest({{"x", 1, std::string(64, '0')}}))};
  for (const std::string& damage : table) {
    space.write(place, damage);
    REQUIRE_FALSE(store.find(id).has_value());
    CHECK(store.find(id).error().code == "dataset.damaged");
    CHECK(store.find(id).error().title.find(id) != std::string::npos);
    CHECK(store.list().value().empty());
  }
  CHECK(store.remove(id).value());
  CHECK(store.add(space / "upload", "").value().added);
}

TEST_CASE("the same content from several threads is kept once", "[datasets]") {
  const scratch_space space;
  dataset_store store = open_store(space);
  const fs::path upload = space.write("upload", pack(entries));
  std::vector<proto::result<dataset>> results(4, proto::fail("none", "not run"));
  {
    std::vector<std::jthread> threads;
    for (auto& result : results)
      threads.emplace_back([&] { result = store.add(upload, "application/x-tar"); });
  }
  int added = 0;
  for (const auto& result : results) {
    REQUIRE(result.has_value());
    CHECK(result->id == results.front()->id);
    added += result->added ? 1 : 0;
  }
  CHECK(added == 1);
  CHECK(entries_in(space / "datasets") == 1);
}

}  // namespace
