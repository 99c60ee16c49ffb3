#include "daemon/backends/backend_set.hpp"

#include <catch2/catch.hpp>

#include "daemon/config/load_settings.hpp"
#include "daemon/inference/virtual_time.hpp"

namespace chimera::inference {
namespace {

config::settings settings_of(const std::string& yaml) {
  const auto s = config::read_settings(yaml, "chimera.yaml", {{"HOME", "/"}}, {});
  REQUIRE(s);
  return *s;
}

struct bench {
  virtual_time time;

  proto::result<std::shared_ptr<const backend_set>> build(const std::string& yaml,
                                                          const backend_set* before = nullptr) {
    return backend_set::build(settings_of(yaml), time, before);
  }
  // With a backend of a type that the reader of settings knows and this program does not.
  proto::result<std::shared_ptr<const backend_set>> build_with_unknown(
      const std::string& yaml, const backend_set* before = nullptr) {
    config::settings s = settings_of(yaml);
    for (config::backend_settings& what : s.backends)
      if (what.name == "unknown") what.type = "oracle";
    return backend_set::build(s, time, before);
  }
};

TEST_CASE("the backends of the settings are found by name, the default without one") {
  bench b;
  const auto all = b.build(
      "backends: [{name: a, type: simulated, slots: 2, waiting_max: 7}]\n"
      "defaults: {backend: narrator}");
  REQUIRE(all);
  CHECK((*all)->all().size() == 2);
  REQUIRE((*all)->find("a"));
  CHECK((*all)->find("a")->behind->bounds() == gate_limits{2, 7});
  CHECK((*all)->find("")->what.name == "narrator");
  const auto unknown = (*all)->find("naratorr");
  REQUIRE_FALSE(unknown);
  CHECK(to_text(unknown.error()) ==
        "no backend is named 'naratorr': did you mean 'narrator'? (allowed: a, narrator)");
}

TEST_CASE("a type that this program cannot talk to is refused at its place") {
  bench b;
  const auto all = b.build_with_unknown("backends:\n  - {name: unknown, type: simulated}\n");
  REQUIRE_FALSE(all);
  CHECK(to_text(all.error()) ==
        "chimera.yaml:2:5: type: backend 'unknown' is of type 'oracle', which this program cannot "
        "talk to (allowed: narrator, simulated, ollama, openai, llama)");
}

TEST_CASE("a reload keeps the gates that stay the same and changes their slots in place") {
  bench b;
  const auto first = b.build(
      "backends:\n"
      "  - {name: a, type: simulated, slots: 1}\n"
      "  - {name: b, type: simulated, seed: 1}\n");
  REQUIRE(first);
  const auto second = b.build(
      "backends:\n\n"
      "  - {name: a, type: simulated, slots: 3}\n"
      "  - {name: b, type: simulated, seed: 2}\n",
      first->get());
  REQUIRE(second);
  CHECK((*second)->find("a")->behind == (*first)->find("a")->behind);
  CHECK((*second)->find("a")->behind->bounds().slots == 3);
  CHECK((*second)->find("b")->behind != (*first)->find("b")->behind);
}

TEST_CASE("the embedded engine is made anew for another number of slots") {
  bench b;
  const std::string yaml = "backends: [{name: a, type: llama, file: m.gguf, slots: ";
  const auto first = b.build(yaml + "1}]");
  REQUIRE(first);
  CHECK((*b.build(yaml + "1}]", first->get()))->find("a")->behind == (*first)->find("a")->behind);
  CHECK((*b.build(yaml + "3}]", first->get()))->find("a")->behind != (*first)->find("a")->behind);
}

TEST_CASE("a refused reload changes no gate") {
  bench b;
  const auto first = b.build("backends: [{name: a, type: simulated, slots: 1}]");
  REQUIRE(first);
  const auto second = b.build_with_unknown(
      "backends: [{name: a, type: simulated, slots: 3}, {name: unknown, type: simulated}]",
      first->get());
  CHECK_FALSE(second);
  CHECK((*first)->find("a")->behind->bounds().slots == 1);
}

}  // namespace
}  // namespace chimera::inference
