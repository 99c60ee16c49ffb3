#include "agents/evidence/facts/comparison.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

evidence_table evidence(std::string file, const std::vector<std::string>& names,
                        const rows_of_cells& rows) {
  return examine(std::move(file), "", make_table(names, rows));
}

// Three quantisations of one model, five prompts each; the first run of two of them is cold.
evidence_table quantisations() {
  const std::vector<std::vector<std::string>> ttft = {
      {"0.1382", "0.0987", "0.0837", "0.078", "0.0877"},
      {"6.4097", "0.1016", "0.0915", "0.0692", "0.0996"},
      {"9.6085", "0.1554", "0.0893", "0.0988", "0.0866"}};
  const std::vector<std::vector<std::string>> load = {
      {"0.0704", "0.0904", "0.077", "0.07", "0.0785"},
      {"6.2012", "0.084", "0.0846", "0.0617", "0.0913"},
      {"9.1216", "0.0933", "0.0791", "0.0889", "0.0789"}};
  const std::vector<std::vector<std::string>> rate = {
      {"74.11", "76.96", "76.72", "78.26", "76.88"},
      {"64.85", "65.03", "65.14", "65.89", "65.01"},
      {"46.04", "46.79", "46.54", "46.85", "46.64"}};
  const std::vector<std::string> tags = {"q4_0", "q5_K_M", "q8_0"};
  rows_of_cells rows;
  for (std::size_t tag = 0; tag < 3; ++tag) {
    for (std::size_t i = 0; i < 5; ++i) {
      rows.push_back({"llama3.1:8b-instruct-" + tags[tag], tags[tag], "prompt " + std::to_string(i),
                      ttft[tag][i], rate[tag][i], load[tag][i], ""});
    }
  }
  return evidence("quant.csv",
                  {"model", "tag", "prompt_text", "ttft_s", "tokens_s", "load_s", "error"}, rows);
}

// A sweep: every context with every temperature, one run each.
evidence_table sweep(std::string file, double rate) {
  rows_of_cells rows;
  int run = 0;
  for (const char* context : {"1024", "2048", "4096"}) {
    for (const char* heat : {"0.2", "0.4", "0.8"}) {
      const double noise = (run * 5 % 9) * 0.1;
      rows.push_back({context, heat, std::to_string(rate + noise), std::to_string(0.1 + noise)});
      ++run;
    }
  }
  return evidence(std::move(file), {"num_ctx", "temperature", "tokens_s", "ttft_s"}, rows);
}

std::vector<comparison> of_metric(const std::vector<comparison>& all, std::string_view metric,
                                  bool warm_only = false) {
  std::vector<comparison> found;
  std::ranges::copy_if(all, std::back_inserter(found), [&](const comparison& c) {
    return c.metric == metric && c.a.warm_only == warm_only;
  });
  return found;
}

std::vector<comparison> compare(std::vector<evidence_table> tables) {
  return compare_all(tables, 1);
}

}  // namespace

TEST_CASE("throughput of three quantisations differs in every pair") {
  const auto all = compare({quantisations()});
  const auto found = of_metric(all, "throughput");
  REQUIRE(found.size() == 3);
  const comparison& c = found[0];
  CHECK(c.a.factor == "tag");
  CHECK(c.a.level == "q4_0");
  CHECK(c.b.level == "q5_K_M");
  CHECK(c.test.u == 25);
  CHECK(c.test.exact);
  CHECK(c.test.p == Approx(0.00793651).epsilon(1e-6));
  CHECK(c.p_holm == Approx(0.0238095).epsilon(5e-6));
  CHECK(c.family_size == 3);
  CHECK(c.a12 == 1);
  CHECK(c.hl_shift == Approx(11.82));
  CHECK(c.ratio_of_means == Approx(1.17492).epsilon(5e-6));
  CHECK(c.ratio_of_medians == Approx(1.18222).epsilon(5e-6));
  CHECK(c.better == polarity::higher);
  CHECK(c.confounds.empty());
  CHECK(c.effect() == Approx(std::log(1.18222)).epsilon(1e-4));
  for (const comparison& x : found) CHECK(x.said == judgement::different);
}

TEST_CASE("cold rows are compared too, named as confound, and once more without them") {
  const auto all = compare({quantisations()});
  const auto pooled = of_metric(all, "ttft");
  REQUIRE(pooled.size() == 3);
  CHECK(pooled[0].test.p == Approx(0.547619).epsilon(1e-5));
  CHECK(pooled[1].test.p == Approx(0.222222).epsilon(1e-5));
  CHECK(pooled[2].test.p == 1.0);
  for (const comparison& c : pooled) CHECK(c.said == judgement::not_distinguishable);
  CHECK(pooled[0].confounds == std::vector<std::string>{"cold rows"});
  CHECK(pooled[1].confounds == std::vector<std::string>{"cold rows"});
  CHECK(pooled[2].confounds.empty());

  const auto warm = of_metric(all, "ttft", true);
  REQUIRE(warm.size() == 3);
  CHECK(warm[0].a.stats.n == 5);
  CHECK(warm[0].b.stats.n == 4);
  CHECK(warm[0].family != pooled[0].family);
  CHECK(of_metric(all, "throughput", true).empty());
}

TEST_CASE("columns that name the same groups are one factor, the shorter names are taken") {
  for (const comparison& c : compare({quantisations()})) CHECK(c.a.factor == "tag");
}

TEST_CASE("a parameter that changes with the factor is a confound, a balanced one is none") {
  rows_of_cells rows;
  for (int i = 0; i < 12; ++i) {
    const bool second = i >= 6;
    rows.push_back({second ? "b" : "a", second ? "4096" : "1024", i % 2 == 0 ? "0.2" : "0.8",
                    std::to_string(50 + i)});
  }
  const auto found = of_metric(
      compare({evidence("x.csv", {"backend", "num_ctx", "temperature", "tokens_s"}, rows)}),
      "throughput");
  // backend and num_ctx make the same groups: one factor, and the other one is named.
  REQUIRE(found.size() == 2);
  CHECK(found[0].a.factor == "backend");
  CHECK(found[0].confounds == std::vector<std::string>{"num_ctx"});
  CHECK(found[0].said == judgement::different);
  CHECK(found[1].a.factor == "temperature");
  CHECK(found[1].confounds.empty());
}

TEST_CASE("prompts that were given to one group alone are a confound") {
  rows_of_cells rows;
  for (int i = 0; i < 8; ++i) {
    const bool second = i >= 4;
    const std::string prompt = (second ? "long prompt " : "short prompt ") + std::to_string(i % 2);
    rows.push_back({second ? "m2" : "m1", prompt, std::to_string(50 + i)});
  }
  const auto found =
      of_metric(compare({evidence("x.csv", {"model", "prompt", "tokens_s"}, rows)}), "throughput");
  REQUIRE(!found.empty());
  CHECK(found[0].a.factor == "model");
  CHECK(found[0].confounds == std::vector<std::string>{"prompt"});
}

TEST_CASE("groups too small to ever be significant are called untestable") {
  struct expected {
    std::size_t levels, rows;
    judgement said;
    std::size_t pairs, family;
  };
  // Values of different levels never overlap, so only the sizes decide.
  const std::vector<expected> table = {
      {2, 2, judgement::untestable, 1, 0}, {2, 3, judgement::untestable, 1, 0},
      {2, 4, judgement::different, 1, 1},  {3, 4, judgement::untestable, 3, 3},
      {3, 5, judgement::different, 3, 3},  {8, 5, judgement::untestable, 28, 28}};
  for (const expected& e : table) {
    rows_of_cells rows;
    for (std::size_t level = 0; level < e.levels; ++level) {
      for (std::size_t i = 0; i < e.rows; ++i)
        rows.push_back({"level " + std::to_string(level), std::to_string(10 * level + i + 1)});
    }
    INFO(e.levels << " levels of " << e.rows);
    const auto found = compare({evidence("x.csv", {"backend", "tokens_s"}, rows)});
    REQUIRE(found.size() == e.pairs);
    for (const comparison& c : found) {
      CHECK(c.said == e.said);
      CHECK(c.family_size == e.family);
    }
  }
}

TEST_CASE("nine levels, levels of one row and counts without polarity are not compared") {
  rows_of_cells nine;
  rows_of_cells single;
  rows_of_cells counts;
  for (int i = 0; i < 18; ++i) {
    nine.push_back({"l" + std::to_string(i % 9), std::to_string(i + 1)});
    if (i < 8) single.push_back({"l" + std::to_string(i), std::to_string(i + 1)});
    counts.push_back({"l" + std::to_string(i % 2), std::to_string(i + 1)});
  }
  CHECK(compare({evidence("x.csv", {"backend", "tokens_s"}, nine)}).empty());
  CHECK(compare({evidence("x.csv", {"backend", "tokens_s"}, single)}).empty());
  CHECK(compare({evidence("x.csv", {"backend", "prompt_eval_count"}, counts)}).empty());
}

TEST_CASE("failed rows are left out of both sides") {
  rows_of_cells rows;
  for (int i = 0; i < 12; ++i) {
    const bool failed = i == 0 || i == 11;
    rows.push_back(
        {i < 6 ? "a" : "b", failed ? "0" : std::to_string(50 + i), failed ? "timed out" : ""});
  }
  const auto found = compare({evidence("x.csv", {"backend", "tokens_s", "error"}, rows)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].a.stats.n == 5);
  CHECK(found[0].a.stats.min == 51);
  CHECK(found[0].b.stats.n == 5);
}

TEST_CASE("sweeps of two models are compared as a whole") {
  std::vector<evidence_table> tables = {sweep("one.csv", 100), sweep("two.csv", 76)};
  tables[0].about.model = "gemma3:latest";
  tables[1].about.model = "llama3.1:8b";
  const auto all = compare(tables);
  std::vector<comparison> whole;
  std::ranges::copy_if(all, std::back_inserter(whole),
                       [](const comparison& c) { return c.a.factor.empty(); });
  const auto found = of_metric(whole, "throughput");
  REQUIRE(found.size() == 1);
  CHECK(found[0].a.level == "gemma3:latest");
  CHECK(found[0].b.level == "llama3.1:8b");
  CHECK(found[0].a12 == 1);
  CHECK(found[0].ratio_of_medians == Approx(100.4 / 76.4));
  CHECK(found[0].said == judgement::different);
  CHECK(found[0].confounds.empty());
  CHECK(of_metric(whole, "ttft").size() == 1);
  CHECK(of_metric(whole, "ttft")[0].said == judgement::not_distinguishable);
}

TEST_CASE("tables of one model are told apart by their files") {
  std::vector<evidence_table> tables = {sweep("one.csv", 100), sweep("two.csv", 76)};
  for (evidence_table& t : tables) t.about.model = "m";
  const auto all = compare(tables);
  REQUIRE(!all.empty());
  CHECK(all.back().a.level == "one.csv");
  CHECK(all.back().b.level == "two.csv");
}

TEST_CASE("summaries, repeated rows and tables of other parameters are not compared") {
  const auto whole = [](const std::vector<evidence_table>& tables) {
    const auto all = compare_all(tables, 1);
    return std::ranges::count_if(all, [](const comparison& c) { return c.a.factor.empty(); });
  };
  std::vector<evidence_table> tables = {sweep("one.csv", 100), sweep("two.csv", 76)};
  CHECK(whole(tables) == 2);
  tables[1].summary = true;
  CHECK(whole(tables) == 0);
  tables[1].summary = false;
  tables[1].same_as = 0;
  CHECK(whole(tables) == 0);
  tables[1].same_as = evidence_table::npos;
  tables[1].data.kind = "md";
  CHECK(whole(tables) == 0);
  tables[1] = evidence("two.csv", {"num_gpu", "tokens_s"},
                       {{"1", "5"}, {"1", "6"}, {"2", "7"}, {"2", "8"}, {"3", "9"}});
  CHECK(whole(tables) == 0);
}

TEST_CASE("measures in different units are compared in the base unit") {
  const auto with = [](std::string file, const char* name, double factor) {
    rows_of_cells rows;
    for (int i = 1; i <= 6; ++i) rows.push_back({"1024", std::to_string(i * factor)});
    return evidence(std::move(file), {"num_ctx", name}, rows);
  };
  const auto found = compare({with("one.csv", "ttft_ms", 200), with("two.csv", "ttft_s", 0.1)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].ratio_of_medians == Approx(2));
  CHECK(found[0].a.stats.max == Approx(1.2));
}

TEST_CASE("of more than twelve tables of a kind the first twelve are compared") {
  std::vector<evidence_table> tables;
  for (int i = 10; i < 24; ++i) {
    rows_of_cells rows;
    for (int row = 0; row < 5; ++row) rows.push_back({"512", std::to_string(i + row)});
    tables.push_back(evidence(std::to_string(i) + ".csv", {"num_ctx", "tokens_s"}, rows));
  }
  const auto found = compare(tables);
  CHECK(found.size() == 66);
  CHECK(found.back().b.table == 11);
}

TEST_CASE("zeros have no ratio and are not compared") {
  rows_of_cells rows;
  for (int i = 0; i < 8; ++i) rows.push_back({i < 4 ? "a" : "b", i < 4 ? "0" : "5"});
  CHECK(compare({evidence("x.csv", {"backend", "power_w"}, rows)}).empty());
}

TEST_CASE("an interval close around 1 makes the indistinguishable equivalent") {
  const auto pair = [](double spread) {
    rows_of_cells rows;
    for (int i = 0; i < 24; ++i)
      rows.push_back({i % 2 == 0 ? "a" : "b", std::to_string(100 + (i * 7 % 24) * spread)});
    const std::vector<evidence_table> tables = {evidence("x.csv", {"backend", "tokens_s"}, rows)};
    auto found = compare_all(tables, 1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].said == judgement::not_distinguishable);
    add_interval(found[0], tables, 42);
    REQUIRE(found[0].ratio_ci);
    return found[0];
  };
  const comparison close = pair(0.01);
  CHECK(close.said == judgement::equivalent);
  CHECK(close.ratio_ci->low > 0.99);
  CHECK(close.ratio_ci->high < 1.01);
  CHECK(pair(20).said == judgement::not_distinguishable);
}

TEST_CASE("the interval of a difference leaves the verdict alone") {
  const std::vector<evidence_table> tables = {quantisations()};
  auto found = of_metric(compare_all(tables, 1), "throughput");
  add_interval(found[0], tables, 7);
  REQUIRE(found[0].ratio_ci);
  CHECK(found[0].said == judgement::different);
  CHECK(found[0].ratio_ci->low > 1.1);
  CHECK(found[0].ratio_ci->high < 1.25);
}

TEST_CASE("the number of threads changes nothing") {
  std::vector<evidence_table> tables = {quantisations()};
  for (int i = 0; i < 9; ++i) tables.push_back(sweep("s" + std::to_string(i), 50 + i));
  const auto one = compare_all(tables, 1);
  const auto four = compare_all(tables, 4);
  REQUIRE(one.size() == four.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].family == four[i].family);
    CHECK(one[i].a.level == four[i].a.level);
    CHECK(one[i].p_holm == four[i].p_holm);
    CHECK(one[i].confounds == four[i].confounds);
  }
}

TEST_CASE("rows in any order give the same comparisons") {
  const evidence_table t = sweep("x.csv", 100);
  CHECK(rc::check("permutation", [&] {
    std::vector<std::size_t> order(t.data.rows);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    order = *rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), [order](std::uint32_t seed) {
      auto mixed = order;
      for (std::size_t i = mixed.size(); i > 1; --i) {
        seed = seed * 1664525U + 1013904223U;
        std::swap(mixed[i - 1], mixed[seed % i]);
      }
      return mixed;
    });
    rows_of_cells rows;
    for (const std::size_t row : order) {
      rows.emplace_back();
      for (const column& c : t.data.columns) rows.back().push_back(c.text(row));
    }
    const auto sorted = [](std::vector<comparison> all) {
      std::vector<std::tuple<std::string, std::string, double, double>> found;
      for (const comparison& c : all) {
        const bool swap = c.a.level > c.b.level;
        found.emplace_back(c.family, swap ? c.b.level + c.a.level : c.a.level + c.b.level, c.p_holm,
                           swap ? -c.hl_shift : c.hl_shift);
      }
      std::ranges::sort(found);
      return found;
    };
    const auto mixed = evidence("x.csv", {"num_ctx", "temperature", "tokens_s", "ttft_s"}, rows);
    RC_ASSERT(sorted(compare_all(std::span(&t, 1), 1)) ==
              sorted(compare_all(std::span(&mixed, 1), 1)));
  }));
}
