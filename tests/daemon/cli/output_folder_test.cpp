#include "daemon/cli/output_folder.hpp"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "support/scratch_folder.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;
using names = std::set<std::string>;

const std::string report = R"({"program":"chimera"})";

output_folder chosen(const test::scratch_folder& at, const std::string& name = "out") {
  auto folder = output_folder::choose(at / name, at / "data");
  REQUIRE(folder);
  return std::move(*folder);
}

TEST_CASE("a report appears in its place only when it is committed") {
  const test::scratch_folder at;
  output_folder folder = chosen(at);
  CHECK(at.names().empty());
  REQUIRE(folder.write("report.md", "text"));
  REQUIRE(folder.write("figures/a.svg", "<svg/>"));
  CHECK_FALSE(fs::exists(at / "out"));
  REQUIRE(folder.commit());
  CHECK(at.names() == names{"out"});
  CHECK(at.read("out/report.md") == "text");
  CHECK(at.read("out/figures/a.svg") == "<svg/>");
}

TEST_CASE("a report that is not committed leaves nothing behind") {
  const test::scratch_folder at;
  {
    output_folder folder = chosen(at);
    REQUIRE(folder.write("report.md", "text"));
  }
  CHECK(at.names().empty());
}

TEST_CASE("an earlier report is replaced as a whole, and stays if the new one is given up") {
  const test::scratch_folder at;
  at.write("out/run.json", report);
  at.write("out/figures/old.svg", "old");
  {
    output_folder folder = chosen(at);
    REQUIRE(folder.write("report.md", "half"));
  }
  CHECK(at.read("out/figures/old.svg") == "old");
  {
    output_folder folder = chosen(at);
    REQUIRE(folder.write("report.md", "new"));
    REQUIRE(folder.commit());
  }
  CHECK(at.names() == names{"out"});
  CHECK(at.read("out/report.md") == "new");
  CHECK_FALSE(fs::exists(at / "out/figures/old.svg"));
}

TEST_CASE("an empty folder may become a report") {
  const test::scratch_folder at;
  fs::create_directory(at / "out");
  output_folder folder = chosen(at);
  REQUIRE(folder.write("report.md", "text"));
  REQUIRE(folder.commit());
  CHECK(at.names() == names{"out"});
}

struct refusal {
  std::string name;
  std::string out;
  std::string title;
};

TEST_CASE("a place that would cost something is refused, with the way out") {
  const test::scratch_folder at;
  at.write("precious/thesis.tex", "years of work");
  at.write("other/run.json", R"({"program":"something else"})");
  at.write("file", "text");
  at.write("data/a.csv", "a\n1\n");
  const std::vector<refusal> cases = {
      {"folder with other things", "precious", "holds something that is no report of chimera"},
      {"run.json of another program", "other", "holds something that is no report of chimera"},
      {"file", "file", "is no folder"},
      {"inside the dataset", "data/report", "lie within each other"},
      {"inside the dataset by a way round", "precious/../data/x/../report",
       "lie within each other"},
      {"the dataset itself", "data/", "lie within each other"},
      {"around the dataset", ".", "lie within each other"},
  };
  for (const refusal& c : cases) {
    INFO(c.name);
    const auto folder = output_folder::choose(at / c.out, at / "data");
    REQUIRE_FALSE(folder);
    CHECK_THAT(folder.error().title, Catch::Contains(c.title));
    CHECK_THAT(folder.error().detail, Catch::Contains("-o"));
  }
}

TEST_CASE("a link that leads into the dataset is seen through") {
  const test::scratch_folder at;
  at.write("data/a.csv", "a\n1\n");
  fs::create_directory_symlink(at / "data", at / "link");
  CHECK_FALSE(output_folder::choose(at / "link/report", at / "data"));
}

TEST_CASE("a file that cannot be written is named with the cause") {
  const test::scratch_folder at;
  output_folder folder = chosen(at);
  REQUIRE(folder.write("a", "text"));
  const auto written = folder.write("a", "again");
  REQUIRE_FALSE(written);
  CHECK(written.error().title == "cannot write '" + (at / "out/a").string() + "'");
  CHECK_THAT(written.error().detail, Catch::Contains("File exists"));
}

}  // namespace
}  // namespace chimera::cli
