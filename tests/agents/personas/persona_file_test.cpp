#include "agents/personas/persona_file.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace chimera::personas {
namespace {

const std::string sound =
    "kind: persona\n"
    "name: Chimera Agent A\n"
    "version: 2\n"
    "role: analyst\n"
    "instructions: |\n"
    "  Answer.\n"
    "  Briefly.\n";

TEST_CASE("a persona is read with its options as they were written") {
  const auto p = read_persona(sound +
                                  "model: gemma3:latest\n"
                                  "words_max: 120\n"
                                  "options:\n"
                                  "  num_gpu: 80\n"
                                  "  num_ctx: default\n"
                                  "  temperature: 0.70\n"
                                  "  stop: [END, \"</s>\"]\n"
                                  "  keep_alive: 5m\n",
                              "a.yaml");
  REQUIRE(p);
  CHECK(p->name == "Chimera Agent A");
  CHECK(p->version == "2");
  CHECK(p->role == "analyst");
  CHECK(p->instructions == "Answer.\nBriefly.\n");
  CHECK(p->model == "gemma3:latest");
  CHECK(p->words_max == 120);
  CHECK(p->file == "a.yaml");
  CHECK(p->options == std::map<std::string, std::string>{{"num_gpu", "80"},
                                                         {"num_ctx", "default"},
                                                         {"temperature", "0.70"},
                                                         {"stop", R"(["END","</s>"])"},
                                                         {"keep_alive", "5m"}});
}

TEST_CASE("what a persona leaves out is the job's or the usual") {
  const auto p = read_persona(sound, "a.yaml");
  REQUIRE(p);
  CHECK(p->model == "default");
  CHECK(p->options.empty());
  CHECK(p->words_max == 400);
}

struct error_case {
  std::string name;
  std::string yaml;
  std::string message;
};

TEST_CASE("each error of a persona names file, line, column, field and what would be right") {
  const std::vector<error_case> cases = {
      {"unknown field", sound + "modle: x\n",
       "a.yaml:8:1: modle: unknown field: did you mean 'model'? (allowed: kind, name, version, "
       "description, role, instructions, model, options, words_max)"},
      {"unknown option", sound + "options:\n  temprature: 1\n",
       "a.yaml:9:3: options.temprature: unknown field: did you mean 'temperature'? (allowed: "
       "num_gpu, num_ctx, temperature, top_p, top_k, repeat_penalty, seed, num_predict, stop, "
       "keep_alive)"},
      {"field twice", sound + "name: again\n",
       "a.yaml:8:1: name: the field stands here a second time: keep one of them"},
      {"option twice", sound + "options: {seed: 1, seed: 2}\n",
       "a.yaml:8:20: options.seed: the field stands here a second time: keep one of them"},
      {"missing field", "kind: persona\nname: x\n", "a.yaml:1:1: version: the field is missing"},
      {"wrong kind", "kind: pipeline\n",
       "a.yaml:1:7: kind: 'pipeline' is none of the allowed values (allowed: persona)"},
      {"misspelt role", "kind: persona\nname: x\nversion: 1\nrole: analist\ninstructions: x\n",
       "a.yaml:4:7: role: 'analist' is none of the allowed values: did you mean 'analyst'? "
       "(allowed: collector, analyst, reporter, critic, plain)"},
      {"list for text", "kind: persona\nname: [x]\n",
       "a.yaml:2:7: name: expected a text, found a list"},
      {"nothing for text", "kind: persona\nname:\n",
       "a.yaml:2:1: name: expected a text, found nothing"},
      {"empty text", "kind: persona\nname: ''\n",
       "a.yaml:2:7: name: expected a text, found an empty one"},
      {"text for mapping", sound + "options: none\n",
       "a.yaml:8:10: options: expected a mapping, found a text (allowed: num_gpu, num_ctx, "
       "temperature, top_p, top_k, repeat_penalty, seed, num_predict, stop, keep_alive)"},
      {"word for number", sound + "words_max: many\n",
       "a.yaml:8:12: words_max: 'many' is out of range or no whole number (allowed: 20 to 5000)"},
      {"number out of range", sound + "words_max: 10\n",
       "a.yaml:8:12: words_max: '10' is out of range or no whole number (allowed: 20 to 5000)"},
      {"option out of range", sound + "options: {top_p: 1.5}\n",
       "a.yaml:8:18: options.top_p: '1.5' is not accepted (allowed: 0 to 1, or default)"},
      {"fraction for whole", sound + "options: {num_ctx: 10.5}\n",
       "a.yaml:8:20: options.num_ctx: '10.5' is not accepted (allowed: tokens from 1, or default)"},
      {"not a number", sound + "options: {temperature: .nan}\n",
       "a.yaml:8:24: options.temperature: '.nan' is not accepted (allowed: 0 to 5, or default)"},
      {"bad duration", sound + "options: {keep_alive: soon}\n",
       "a.yaml:8:23: options.keep_alive: 'soon' is not accepted (allowed: seconds or a duration as "
       "30s, 5m, 24h, -1, or default)"},
      {"mapping in a list of texts", sound + "options: {stop: [a, {b: c}]}\n",
       "a.yaml:8:21: options.stop: expected a text, found a mapping"},
      {"list as key", "? [a]\n: b\n",
       "a.yaml:1:3: a key must be a text, found a list (allowed: kind, name, version, description, "
       "role, instructions, model, options, words_max)"},
      {"list as document", "- a\n",
       "a.yaml:1:1: expected a mapping, found a list (allowed: kind, name, version, description, "
       "role, instructions, model, options, words_max)"},
      {"no YAML", "kind: [persona\n", "a.yaml:2:1: no valid YAML: end of sequence flow not found"},
      {"empty", "", "a.yaml: the file is empty: it must be a mapping with the key 'kind'"},
      {"two documents", sound + "---\nkind: persona\n",
       "a.yaml: more than one YAML document: write one persona or pipeline a file, without a "
       "second '---'"},
  };
  for (const error_case& c : cases) {
    INFO(c.name);
    const auto p = read_persona(c.yaml, "a.yaml");
    REQUIRE_FALSE(p);
    CHECK(proto::to_text(p.error()) == c.message);
  }
}

TEST_CASE("the kind of a file is told before its other fields are judged") {
  CHECK(read_kind("kind: persona\nnonsense: 1\n", "a.yaml").value() == "persona");
  CHECK(read_kind("kind: pipeline\n", "a.yaml").value() == "pipeline");
  const auto wrong = read_kind("kind: pipline\n", "a.yaml");
  REQUIRE_FALSE(wrong);
  CHECK(proto::to_text(wrong.error()) ==
        "a.yaml:1:7: kind: 'pipline' is none of the allowed values: did you mean 'pipeline'? "
        "(allowed: persona, pipeline)");
}

TEST_CASE("the nearest spelling is offered only when it is near") {
  const std::vector<std::string> words = {"temperature", "top_p", "top_k", "model"};
  CHECK(nearest("temprature", words) == "temperature");
  CHECK(nearest("tempreature", words) == "temperature");
  CHECK(nearest("MODEL", words) == "model");
  CHECK(nearest("modle", words) == "model");
  CHECK(nearest("colour", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(100'000, 'x'), words).empty());
}

}  // namespace
}  // namespace chimera::personas
