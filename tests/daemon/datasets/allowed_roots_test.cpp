#include "daemon/datasets/allowed_roots.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/datasets/scratch_space.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;
namespace fs = std::filesystem;

/// base/{data/{runs/a,file.csv,links...},data2,second,outside,alias -> data}
class two_roots {
 public:
  two_roots() {
    for (const char* folder : {"data/runs/a", "data2", "second/b", "outside/there"})
      fs::create_directories(space / folder);
    space.write("data/file.csv", "x");
    fs::create_directory_symlink("runs", space / "data/inner");
    fs::create_directory_symlink("../outside", space / "data/out");
    fs::create_directory_symlink(space / "outside", space / "data/out-absolute");
    fs::create_directory_symlink(space / "outside/missing", space / "data/out-dangling");
    fs::create_directory_symlink(space / "second/b", space / "data/across");
    fs::create_directory_symlink(space / "data/runs", space / "data/absolute");
    fs::create_directory_symlink("../data/runs", space / "data/around");
    fs::create_directory_symlink("nothing", space / "data/dangling");
    fs::create_directory_symlink("circle-b", space / "data/circle-a");
    fs::create_directory_symlink("circle-a", space / "data/circle-b");
    fs::create_directory_symlink("self/x", space / "data/self");
    fs::create_symlink("file.csv", space / "data/to-file");
    fs::create_directory_symlink("data", space / "alias");
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (space / name).string(); }
  [[nodiscard]] proto::result<fs::path> resolve(std::string_view asked) const {
    const std::vector<fs::path> folders{space / "data", space / "second"};
    return allowed_roots::open(folders).value().resolve(asked);
  }
  scratch_space space;
};

TEST_CASE("a folder inside a root becomes its canonical path", "[roots]") {
  const two_roots t;
  const std::vector<std::pair<std::string, std::string>> table{
      {t.at("data"), "data"},
      {t.at("data") + "/", "data"},
      {t.at("data") + "//runs/./a/", "data/runs/a"},
      {t.at("data/runs/../runs/a"), "data/runs/a"},
      {t.at("second/b"), "second/b"},
      {"runs/a", "data/runs/a"},
      {".", "data"},
      {"./runs/..", "data"},
      {"inner/a", "data/runs/a"},
      {"inner/a/..", "data/runs"},
      {"absolute/a", "data/runs/a"},
      {"across", "second/b"},
      {t.at("data/across"), "second/b"},
  };
  for (const auto& [asked, wanted] : table) {
    INFO(asked);
    const auto found = t.resolve(asked);
    REQUIRE(found.has_value());
    CHECK(*found == t.space / wanted);
  }
}

TEST_CASE("what is not a folder inside a root is refused", "[roots]") {
  const two_roots t;
  const std::vector<std::pair<std::string, std::string>> table{
      {"missing", "dataset.not-found"},
      {t.at("data/missing/x"), "dataset.not-found"},
      {"missing/../runs", "dataset.not-found"},
      {"dangling", "dataset.not-found"},
      {"circle-a", "dataset.not-found"},
      {"self", "dataset.not-found"},
      {std::string(300, 'n'), "dataset.not-found"},
      {"file.csv", "dataset.not-a-folder"},
      {"file.csv/..", "dataset.not-a-folder"},
      {"file.csv/x", "dataset.not-a-folder"},
      {"to-file", "dataset.not-a-folder"},
      {"", "dataset.bad-path"},
      {std::string("runs\0/a", 7), "dataset.bad-path"},
      {std::string(4097, 'a'), "dataset.bad-path"},
  };
  for (const auto& [asked, code] : table) {
    INFO(asked);
    const auto found = t.resolve(asked);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == code);
  }
}

TEST_CASE("what is outside is refused alike, whether it exists or not", "[roots]") {
  const two_roots t;
  const std::vector<std::string> table{
      "/",
      "/etc",
      "/no/such/folder",
      t.at("outside/there"),
      t.at("outside/missing"),
      t.at("data2"),
      t.at("data3"),
      t.at("data") + "/../data2",
      t.at("data") + "/../data/runs",
      t.at("alias/runs"),
      "..",
      "../data",
      "../nothing",
      "runs/../../data2",
      "out",
      "out/there",
      "out/missing",
      "out/../data",
      "out-absolute/there",
      "out-absolute/missing",
      "out-dangling",
      "around/a",
  };
  for (const std::string& asked : table) {
    INFO(asked);
    const auto found = t.resolve(asked);
    REQUIRE_FALSE(found.has_value());
    const proto::problem& p = found.error();
    CHECK(p.code == "dataset.outside-roots");
    CHECK(p.title == "'" + asked + "' is outside the folders that jobs may read");
    CHECK(p.detail == t.resolve("/no/such/folder").error().detail);
    CHECK(p.allowed == t.at("data") + ", " + t.at("second"));
    CHECK(p.file.empty());
  }
}

TEST_CASE("a root may be given through a link, and is asked for either way", "[roots]") {
  const two_roots t;
  const std::vector<fs::path> folders{t.space / "alias"};
  const allowed_roots roots = allowed_roots::open(folders).value();
  CHECK(roots.roots() == std::vector<std::string>{t.at("data")});
  CHECK(roots.resolve(t.at("alias/runs")).value() == t.space / "data/runs");
  CHECK(roots.resolve(t.at("data/runs")).value() == t.space / "data/runs");
  CHECK(roots.resolve("runs").value() == t.space / "data/runs");
}

TEST_CASE("the root folder '/' allows everything, no root allows nothing", "[roots]") {
  const two_roots t;
  const std::vector<fs::path> all{"/"};
  const allowed_roots everything = allowed_roots::open(all).value();
  CHECK(everything.resolve(t.at("data2")).value() == t.space / "data2");
  CHECK(everything.resolve("/").value() == "/");
  CHECK(everything.resolve("/..").value() == "/");
  const allowed_roots nothing = allowed_roots::open({}).value();
  CHECK(nothing.resolve(t.at("data")).error().code == "dataset.outside-roots");
  CHECK(nothing.resolve("runs").error().code == "dataset.outside-roots");
}

TEST_CASE("a root that is missing or a file is refused by name", "[roots]") {
  const two_roots t;
  for (const char* name : {"missing", "data/file.csv"}) {
    const std::vector<fs::path> folders{t.space / "data", t.space / name};
    const auto made = allowed_roots::open(folders);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == "dataset.bad-root");
    CHECK(made.error().title.find(name) != std::string::npos);
  }
}

}  // namespace
