#include "daemon/library/library.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "support/scratch_folder.hpp"

namespace chimera::library {
namespace {

std::string persona(const std::string& name) {
  return "kind: persona\nname: " + name + "\nversion: 1\nrole: analyst\ninstructions: x\n";
}

TEST_CASE("a library holds every YAML file of its folder, in the order of their names") {
  const test::scratch_folder at;
  at.write("p/b.yaml", persona("Second"));
  at.write("p/a.yml", persona("First"));
  at.write("p/notes.txt", "not: [yaml");
  at.write("p/.a.yaml", "half a fi");
  const auto all = load_library((at / "p").string());
  REQUIRE(all);
  REQUIRE(all->personas.size() == 2);
  CHECK(all->personas[0].name == "First");
  CHECK(all->personas[1].name == "Second");
}

TEST_CASE("a file that is not sound is named with its place") {
  const test::scratch_folder at;
  at.write("p/a.yaml", "kind: persona\nnmae: x\n");
  const auto all = load_library((at / "p").string());
  REQUIRE_FALSE(all);
  CHECK_THAT(proto::to_text(all.error()),
             Catch::Contains("p/a.yaml:2:1: nmae: unknown field: did you mean 'name'?"));
}

TEST_CASE("a pipeline that does not fit its personas is refused with line and column") {
  const test::scratch_folder at;
  at.write("p/a.yaml", persona("First"));
  at.write(
      "p/b.yaml",
      "kind: pipeline\nname: p\nversion: 1\nreport: x\nsteps:\n  - name: a\n    persona: Fist\n"
      "    inputs: [dataset]\n    output: x\n");
  const auto all = load_library((at / "p").string());
  REQUIRE(all);
  const auto checked = check_pipeline(all->pipelines.front(), all->personas);
  REQUIRE_FALSE(checked);
  CHECK_THAT(proto::to_text(checked.error()),
             Catch::Contains("p/b.yaml:7:14: steps[0].persona: no persona is named 'Fist'"));
}

TEST_CASE("two personas of one name are refused with both files") {
  const test::scratch_folder at;
  at.write("p/a.yaml", persona("Same"));
  at.write("p/b.yaml", persona("Same"));
  const auto all = load_library((at / "p").string());
  REQUIRE_FALSE(all);
  CHECK(all.error().title == "two files define 'Same'");
  CHECK_THAT(all.error().detail, Catch::Contains("a.yaml") && Catch::Contains("b.yaml"));
}

TEST_CASE("a folder that is none is refused, and who named it is said") {
  const test::scratch_folder at;
  const auto all = load_library((at / "missing").string());
  REQUIRE_FALSE(all);
  CHECK(all.error().detail == "it was given by --personas");
}

TEST_CASE("an unknown name is answered with the nearest") {
  catalog all;
  all.folder = "personas";
  all.personas.resize(1);
  all.personas[0].name = "Chimera Agent A";
  const auto found = find_persona(all, "chimera agent");
  REQUIRE_FALSE(found);
  CHECK(
      proto::to_text(found.error()) ==
      "no persona is named 'chimera agent' in personas: did you mean 'Chimera Agent A'? (allowed: "
      "Chimera Agent A)");
}

TEST_CASE("a file that is not there is named with the cause") {
  const auto text = read_text("/nowhere/a.yaml");
  REQUIRE_FALSE(text);
  CHECK(proto::to_text(text.error()) ==
        "'/nowhere/a.yaml' could not be read: No such file or directory");
}

}  // namespace
}  // namespace chimera::library
