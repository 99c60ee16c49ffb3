#include "daemon/inference/llama/engine/sampling.hpp"

#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

TEST_CASE("options of a request, and those in effect") {
  const auto s = sampling_of({{"temperature", "0.2"},
                              {"top_k", "7"},
                              {"repeat_penalty", "1.1"},
                              {"seed", "42"},
                              {"num_predict", "30"},
                              {"stop", R"(["a","b"])"},
                              {"num_gpu", "80"},
                              {"keep_alive", "5m"}});
  REQUIRE(s);
  CHECK(s->stop == std::vector<std::string>{"a", "b"});
  const auto shown = in_effect(*s);
  CHECK(shown == std::map<std::string, std::string>{{"temperature", "0.2"},
                                                    {"top_k", "7"},
                                                    {"top_p", "0.95"},
                                                    {"min_p", "0.05"},
                                                    {"repeat_penalty", "1.1"},
                                                    {"repeat_last_n", "64"},
                                                    {"seed", "42"},
                                                    {"num_predict", "30"},
                                                    {"stop", R"(["a","b"])"}});
}

TEST_CASE("at temperature 0 nothing is drawn") {
  const auto shown = in_effect(*sampling_of({{"temperature", "0"}}));
  CHECK_FALSE(shown.contains("seed"));
  CHECK_FALSE(shown.contains("top_k"));
}

TEST_CASE("a stop that is no list is one text") {
  CHECK(sampling_of({{"stop", "END"}})->stop == std::vector<std::string>{"END"});
  CHECK(sampling_of({{"stop", "\"END\""}})->stop == std::vector<std::string>{"END"});
}

TEST_CASE("an option that cannot be is refused by name") {
  struct row {
    std::string name;
    std::string value;
  };
  for (const row& r :
       {row{"temperature", "hot"}, row{"top_p", "1.5"}, row{"top_k", "-1"}, row{"top_k", "2.5"},
        row{"num_predict", "-3"}, row{"stop", "[1]"}, row{"seed", "99999999999"}}) {
    CAPTURE(r.name, r.value);
    const auto s = sampling_of({{r.name, r.value}});
    REQUIRE_FALSE(s);
    CHECK(s.error().code == "backend.refused");
    CHECK(s.error().field == "options." + r.name);
  }
}

}  // namespace
}  // namespace chimera::embedded
