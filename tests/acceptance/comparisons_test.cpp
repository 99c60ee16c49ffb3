// What a real benchmark tree says of one thing against another: ranks, groups, files.
#include <catch2/catch.hpp>

#include <algorithm>

#include "acceptance/real_tree.hpp"

using namespace chimera;
using namespace chimera::tests;

TEST_CASE("configurations are ranked, with the lint that a single sample ranks noise") {
  NEEDS_TREE(data);
  const auto rank = [&](const char* name) {
    return value(*data, gemma, "tokens_s", {{"config_name", "=", name}}, "rank");
  };
  CHECK(rank("g60_c2048_t0.8") == 1);
  CHECK(rank("g60_c4096_t0.4") == 2);
  CHECK(rank("g80_c2048_t0.8") == 3);
  CHECK(rank("g999_c4096_t0.4") == 22);
  CHECK(value(*data, gemma, "tokens_s", {{"config_name", "=", "g60_c2048_t0.8"}}, "value") ==
        six_digits(103.156));
  CHECK(value(*data, gemma, "tokens_s", {}, "cv") == Approx(0.00500).epsilon(0.001));
  CHECK(std::ranges::find(data->lints, "one-sample-per-configuration", &proto::lint::rule) !=
        data->lints.end());
}

TEST_CASE("quantisations differ in throughput and not in time to first token") {
  NEEDS_TREE(data);
  struct row {
    const char* measure;
    const char* a;
    const char* b;
    double p, means, medians;
  };
  const row rows[] = {{"tokens_s", "q4_0", "q5_K_M", 0.00793651, 1.17492, 1.18222},
                      {"tokens_s", "q4_0", "q8_0", 0.00793651, 1.64446, 1.64837},
                      {"tokens_s", "q5_K_M", "q8_0", 0.00793651, 1.39964, 1.39430}};
  const auto pick = [&](const char* file, const char* measure, const char* x, const char* y) {
    for (const evidence::comparison& c : data->comparisons) {
      const evidence::evidence_table& t = data->tables[c.a.table];
      const bool sides = (c.a.level == x && c.b.level == y) || (c.a.level == y && c.b.level == x);
      if (t.file == file && t.data.columns[c.a.measure].name == measure && sides && !c.a.warm_only)
        return &c;
    }
    return static_cast<const evidence::comparison*>(nullptr);
  };
  for (const row& r : rows) {
    const evidence::comparison* c = pick(quant, r.measure, r.a, r.b);
    REQUIRE(c != nullptr);
    CHECK(c->a.level == r.a);
    CHECK(c->test.p == six_digits(r.p));
    CHECK(c->p_holm == six_digits(3 * r.p));
    CHECK(c->a12 == 1);
    CHECK(c->ratio_of_means == six_digits(r.means));
    CHECK(c->ratio_of_medians == six_digits(r.medians));
    CHECK(c->said == evidence::judgement::different);
  }
  CHECK(pick(quant, "tokens_s", "q4_0", "q5_K_M")->hl_shift == six_digits(11.82));
  CHECK(pick(quant, "tokens_s", "q4_0", "q5_K_M")->test.u == 25);
  CHECK(pick(quant, "ttft_s", "q4_0", "q5_K_M")->test.p == six_digits(0.547619));
  CHECK(pick(quant, "ttft_s", "q4_0", "q8_0")->test.p == six_digits(0.222222));
  CHECK(pick(quant, "ttft_s", "q5_K_M", "q8_0")->test.p == 1);
  for (const char* other : {"q5_K_M", "q8_0"})
    CHECK(pick(quant, "ttft_s", "q4_0", other)->said != evidence::judgement::different);
}

TEST_CASE("the gemma sweep is faster than the llama sweep") {
  NEEDS_TREE(data);
  const auto found = std::ranges::find_if(data->comparisons, [&](const evidence::comparison& c) {
    return data->tables[c.a.table].file == gemma && data->tables[c.b.table].file == llama &&
           c.metric == "throughput";
  });
  REQUIRE(found != data->comparisons.end());
  CHECK(found->ratio_of_medians == six_digits(1.31418));
  CHECK(found->a12 == 1);
}
