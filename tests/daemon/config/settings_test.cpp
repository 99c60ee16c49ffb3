#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/config/load_settings.hpp"

namespace chimera::config {
namespace {

namespace fs = std::filesystem;

const variables home = {{"HOME", "/home/someone"}};
const std::string source = CHIMERA_SOURCE_DIR;

proto::result<settings> read(const std::string& yaml, const flag_values& flags = {},
                             variables environment = home) {
  return read_settings(yaml, "chimera.yaml", environment, flags);
}

std::string error_of(const proto::result<settings>& s) {
  REQUIRE_FALSE(s);
  return to_text(s.error());
}

TEST_CASE("without file, flag and variable the daemon keeps to this machine and needs nothing") {
  const auto s = load_settings({}, home, {});
  REQUIRE(s);
  CHECK(s->listen == listen_address{"127.0.0.1", 7717});
  CHECK(s->data == "/home/someone/.local/state/chimera");
  CHECK(s->roots == std::vector<fs::path>{fs::current_path()});
  CHECK(s->personas.empty());
  REQUIRE(s->backends.size() == 1);
  CHECK(s->backends[0].type == "narrator");
  CHECK(s->default_backend == "narrator");
  CHECK(s->running_max == 64);
  CHECK(s->waiting_max == 10'000);
  CHECK(s->tenant_waiting_max == 1000);
  CHECK(s->grace == std::chrono::seconds(10));
  CHECK(s->keep.age.count() == 0);
  CHECK_FALSE(s->insecure);
}

TEST_CASE("the state folder follows the user's choice if it is absolute") {
  variables environment = home;
  environment["XDG_STATE_HOME"] = "/var/state";
  CHECK(load_settings({}, environment, {})->data == "/var/state/chimera");
  environment["XDG_STATE_HOME"] = "state";
  CHECK(load_settings({}, environment, {})->data == "/home/someone/.local/state/chimera");
  CHECK(error_of(load_settings({}, {}, {})).find("--data") != std::string::npos);
}

TEST_CASE("everything can be written in the file") {
  const auto s = read(
      "listen: \"[::1]:8080\"\n"
      "data: /var/lib/chimera\n"
      "roots: [/, " +
      source +
      "]\n"
      "personas: [" +
      source +
      "/personas]\n"
      "backends:\n"
      "  - {name: gpu0, type: ollama, url: \"http://127.0.0.1:11434\", slots: 2}\n"
      "  - {name: far, type: openai, url: \"https://example.org\", key_file: keys/far}\n"
      "  - {name: own, type: llama, file: models/a.gguf, waiting_max: 5}\n"
      "  - {name: sim, type: simulated, tokens: 3, fail_rate: 0.25, ttft: 20ms, seed: 7}\n"
      "defaults: {backend: gpu0, model: \"gemma3:latest\"}\n"
      "auth: {token_file: /etc/chimera/tokens}\n"
      "limits: {running_max: 8, waiting_max: 100, tenant_waiting_max: 10, upload_bytes: 1MiB}\n"
      "retention: {age: 30d, bytes: 10GB}\n"
      "grace: 3s\n"
      "allowed_origins: [https://example.org]\n"
      "allowed_hosts: [bench.example.org]\n"
      "insecure: false\n");
  REQUIRE(s);
  CHECK(s->listen == listen_address{"::1", 8080});
  CHECK(s->data == "/var/lib/chimera");
  CHECK(s->roots.size() == 2);
  REQUIRE(s->backends.size() == 5);
  CHECK(s->backends[0].url == "http://127.0.0.1:11434");
  CHECK(s->backends[0].slots == 2);
  CHECK(s->backends[0].origin == "chimera.yaml");
  CHECK(s->backends[0].line == 6);
  CHECK(s->backends[1].key_file == fs::current_path() / "keys/far");
  CHECK(s->backends[2].file == fs::current_path() / "models/a.gguf");
  CHECK(s->backends[2].waiting_max == 5);
  CHECK(s->backends[3].simulated.tokens == 3);
  CHECK(s->backends[3].simulated.fail_rate == 0.25);
  CHECK(s->backends[3].simulated.ttft == std::chrono::milliseconds(20));
  CHECK(s->backends[3].simulated.seed == 7);
  CHECK(s->backends[4].type == "narrator");
  CHECK(s->default_backend == "gpu0");
  CHECK(s->default_model == "gemma3:latest");
  CHECK(s->token_file == "/etc/chimera/tokens");
  CHECK(s->running_max == 8);
  CHECK(s->upload.bytes == 1U << 20U);
  CHECK(s->keep.age == std::chrono::hours(720));
  CHECK(s->keep.bytes == 10'000'000'000);
  CHECK(s->grace == std::chrono::seconds(3));
  CHECK(s->allowed_origins == std::vector<std::string>{"https://example.org"});
  CHECK(s->allowed_hosts == std::vector<std::string>{"bench.example.org"});
}

TEST_CASE("an empty file says nothing") {
  for (const char* yaml : {"", "# only a remark\n", "---\n"}) {
    INFO(yaml);
    CHECK(read(yaml));
  }
}

TEST_CASE("a flag goes over a variable, a variable over the file, the file over the default") {
  const std::string yaml = "limits: {running_max: 3}\n";
  variables environment = home;
  CHECK(read("")->running_max == 64);
  CHECK(read(yaml)->running_max == 3);
  environment["CHIMERA_RUNNING_MAX"] = "4";
  CHECK(read(yaml, {}, environment)->running_max == 4);
  CHECK(read(yaml, {{"running-max", {"5"}}}, environment)->running_max == 5);
}

TEST_CASE("a list in a variable is separated, a flag is repeated") {
  variables environment = home;
  environment["CHIMERA_ROOTS"] = "/:" + source;
  environment["CHIMERA_ALLOWED_ORIGINS"] = "https://a.example,https://b.example";
  const auto s = read("roots: [/proc]", {}, environment);
  REQUIRE(s);
  CHECK(s->roots == std::vector<fs::path>{"/", source});
  CHECK(s->allowed_origins.size() == 2);
  CHECK(read("", {{"root", {"/", source}}})->roots.size() == 2);
}

TEST_CASE("the default backend may be defined where it is named") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"narrator", "narrator"},
      {"simulated", "simulated"},
      {"http://127.0.0.1:11434", "ollama"},
      {"llama:model.gguf", "llama"}};
  for (const auto& [text, type] : table) {
    INFO(text);
    const auto s = read("", {{"backend", {text}}});
    REQUIRE(s);
    const auto found = std::ranges::find(s->backends, s->default_backend, &backend_settings::name);
    REQUIRE(found != s->backends.end());
    CHECK(found->type == type);
  }
}

TEST_CASE("an address beyond this machine needs a token or the word that it is meant") {
  CHECK(error_of(read("listen: 0.0.0.0:7717")).starts_with("chimera.yaml:1:9: listen: '0.0.0.0'"));
  CHECK(error_of(read("", {{"listen", {":80"}}})).starts_with("--listen: "));
  CHECK(read("listen: 0.0.0.0:7717\ninsecure: true"));
  CHECK(read("listen: 0.0.0.0:7717\nauth: {token_file: tokens}"));
}

TEST_CASE("what is wrong is told with place, field, what is allowed and the nearest name") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"lisen: 127.0.0.1:1", "chimera.yaml:1:1: lisen: unknown field: did you mean 'listen'?"},
      {"listen: here", "chimera.yaml:1:9: listen: 'here' is not accepted (allowed: host:port"},
      {"limits:\n  runing_max: 3",
       "chimera.yaml:2:3: limits.runing_max: unknown field: did you mean 'running_max'?"},
      {"limits: {running_max: 0}", "chimera.yaml:1:23: limits.running_max: '0' is not accepted"},
      {"roots: [/nowhere/at/all]", "chimera.yaml:1:8: roots: '/nowhere/at/all' is no folder"},
      {"grace: soon", "chimera.yaml:1:8: grace: 'soon' is not accepted (allowed: a duration"},
      {"insecure: perhaps", "chimera.yaml:1:11: insecure: 'perhaps' is not accepted"},
      {"limits: 3", "chimera.yaml:1:9: limits: expected a mapping"},
      {"backends: 3", "chimera.yaml:1:11: backends: expected a list"},
      {"backends: [{name: a, type: olama}]",
       "chimera.yaml:1:28: backends[0].type: 'olama' is none of the allowed values: did you mean "
       "'ollama'?"},
      {"backends: [{name: a, type: ollama}]",
       "chimera.yaml:1:12: backends[0].url: the field is missing"},
      {"backends: [{name: a, type: narrator, url: \"http://x\"}]",
       "chimera.yaml:1:38: backends[0].url: unknown field"},
      {"backends: [{name: a, type: narrator}, {name: a, type: narrator}]",
       "chimera.yaml:1:46: backends[1].name: a second backend is named 'a'"},
      {"backends: [{name: a, type: simulated, fail_rate: 2}]",
       "chimera.yaml:1:50: backends[0].fail_rate: '2' is out of range"},
      {"backends: [{name: a, type: simulated, fail_rate: 0.6, cut_rate: 0.6}]",
       "chimera.yaml:1:12: backends[0]: fail_rate, cut_rate"},
      {"defaults: {backend: naratorr}",
       "chimera.yaml:1:21: defaults.backend: no backend is named 'naratorr': did you mean "
       "'narrator'? (allowed: narrator, simulated"},
      {"a: [", "chimera.yaml:1:1: no valid YAML"},
      {"--- {}\n--- {}\n", "chimera.yaml: more than one YAML document: settings are one"},
  };
  for (const auto& [yaml, expected] : table) {
    INFO(yaml);
    const std::string error = error_of(read(yaml));
    INFO(error);
    CHECK(error.starts_with(expected));
  }
}

TEST_CASE("a wrong flag or variable is told by its name") {
  variables environment = home;
  environment["CHIMERA_GRACE"] = "soon";
  CHECK(error_of(read("", {}, environment)).starts_with("CHIMERA_GRACE: 'soon' is not accepted"));
  CHECK(error_of(read("", {{"grace", {"1s", "2s"}}})).starts_with("--grace: "));
  environment = {{"HOME", "/"}, {"CHIMERA_CONFIG", "/nowhere/chimera.yaml"}};
  CHECK(error_of(load_settings({}, environment, {}))
            .starts_with("'/nowhere/chimera.yaml' could not be read: No such file"));
}

TEST_CASE("an error never shows a password") {
  const std::string secret = "sesame";
  const std::string url = "http://me:sesame@example.org";
  const std::string backends = "backends: [{name: a, type: ollama, url: \"" + url + "\"}]";
  CHECK(error_of(read(backends)).find(secret) == std::string::npos);
  CHECK(error_of(read("", {{"backend", {url}}})).find(secret) == std::string::npos);
}

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

TEST_CASE("the schema for editors knows the same fields as the reader") {
  std::ifstream in(source + "/proto/schemas/chimera.schema.json", std::ios::binary);
  const auto schema = nlohmann::json::parse(in);
  CHECK(keys_of(schema) == fields_of(read("zzzz: 1").error().allowed));
  for (const char* section : {"limits", "retention", "defaults", "auth"}) {
    INFO(section);
    const std::string yaml = std::string(section) + ": {zzzz: 1}";
    CHECK(keys_of(schema["properties"][section]) == fields_of(read(yaml).error().allowed));
  }
  const auto& backend = schema["properties"]["backends"]["items"];
  CHECK(keys_of(backend) == fields_of(read("backends: [{zzzz: 1}]").error().allowed));
}

TEST_CASE("every flag and variable is a name of its own") {
  std::set<std::string> names;
  for (const outside_key& key : outside_keys()) {
    CHECK(names.insert(key.name).second);
    CHECK(names.insert(key.variable).second);
    CHECK_FALSE(key.help.empty());
  }
}

}  // namespace
}  // namespace chimera::config
