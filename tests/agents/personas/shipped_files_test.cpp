#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agents/personas/persona_file.hpp"

namespace chimera::personas {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::filesystem::path source = CHIMERA_SOURCE_DIR;

TEST_CASE("every persona and pipeline that ships is sound") {
  std::vector<proto::persona> agents;
  std::vector<proto::pipeline> pipelines;
  for (const auto& entry : std::filesystem::directory_iterator(source / "personas")) {
    INFO(entry.path());
    const std::string yaml = content(entry.path());
    const auto kind = read_kind(yaml, entry.path());
    REQUIRE(kind);
    if (*kind == "persona") {
      const auto p = read_persona(yaml, entry.path());
      REQUIRE(p);
      agents.push_back(*p);
    } else {
      const auto p = read_pipeline(yaml, entry.path());
      REQUIRE(p);
      pipelines.push_back(*p);
    }
  }
  REQUIRE(agents.size() >= 3);
  REQUIRE_FALSE(pipelines.empty());
  for (const proto::pipeline& p : pipelines) CHECK(check_pipeline(p, agents));
}

// The field names that the reader lists when it meets one that it does not know.
std::set<std::string> fields_of(const std::string& allowed) {
  std::set<std::string> names;
  for (std::size_t at = 0; at < allowed.size();) {
    const std::size_t end = std::min(allowed.find(", ", at), allowed.size());
    names.insert(allowed.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

std::set<std::string> keys_of(const nlohmann::json& schema) {
  std::set<std::string> names;
  for (const auto& [key, value] : schema.at("properties").items()) names.insert(key);
  return names;
}

TEST_CASE("the schemas for editors know the same fields as the readers") {
  const auto persona = nlohmann::json::parse(content(source / "proto/schemas/persona.schema.json"));
  const auto pipeline =
      nlohmann::json::parse(content(source / "proto/schemas/pipeline.schema.json"));
  const std::string options =
      "kind: persona\nname: x\nversion: 1\nrole: analyst\n"
      "instructions: x\noptions: {zzzz: 1}\n";
  CHECK(keys_of(persona) == fields_of(read_persona("zzzz: 1", "a").error().allowed));
  CHECK(keys_of(persona["properties"]["options"]) ==
        fields_of(read_persona(options, "a").error().allowed));
  CHECK(keys_of(pipeline) == fields_of(read_pipeline("zzzz: 1", "a").error().allowed));
  const std::string step = "kind: pipeline\nname: x\nversion: 1\nreport: x\nsteps: [{zzzz: 1}]\n";
  CHECK(keys_of(pipeline["properties"]["steps"]["items"]) ==
        fields_of(read_pipeline(step, "a").error().allowed));
}

}  // namespace
}  // namespace chimera::personas
