// The rows of a real benchmark tree that are no measurements, or of another kind: failed and cold
// ones.
#include <catch2/catch.hpp>

#include <algorithm>

#include "acceptance/real_tree.hpp"

using namespace chimera;
using namespace chimera::tests;

TEST_CASE("77 of 274 rows failed, in 8 files, 7 of them wholly") {
  NEEDS_TREE(data);
  CHECK(tree_count(*data, "rows/csv") == 274);
  CHECK(tree_count(*data, "rows/csv/failed") == 77);
  CHECK(tree_count(*data, "rows/csv/files") == 18);
  CHECK(tree_count(*data, "rows/csv/failed-files") == 8);
  CHECK(tree_count(*data, "rows/csv/wholly-failed-files") == 7);
  CHECK(value(*data, gemma_270m, "tokens_s", {}, "mean") == six_digits(286.542));
  CHECK(find(*data, gemma_270m, "tokens_s", {}, "mean")->excluded.failed == 2);
  for (const proto::fact& f : data->facts) CHECK_FALSE(f.shown.text.starts_with("270.62"));
}

TEST_CASE("43 cold rows of 142 in four sweeps, each the first of its configuration block") {
  NEEDS_TREE(data);
  struct row {
    const char* file;
    std::uint64_t cold;
  };
  for (const row& r : {row{gemma, 8}, row{gemma_1b, 12}, row{gemma_270m, 11}, row{llama, 12}}) {
    const auto found = std::ranges::find(data->tables, r.file, &evidence::evidence_table::file);
    REQUIRE(found != data->tables.end());
    CHECK(found->rows.cold == r.cold);
    CHECK(found->rows.cold_first_in_block == r.cold);
  }
  CHECK(tree_count(*data, "rows/sweeps/cold") == 43);
  CHECK(tree_count(*data, "rows/sweeps/ok") == 142);
  CHECK(tree_count(*data, "rows/sweeps/cold/first") == 43);
  const terms warm = {{"row", "is", "warm"}};
  CHECK(value(*data, gemma, "ttft_s", warm, "count") == 28);
  CHECK(value(*data, gemma, "ttft_s", warm, "mean") == six_digits(0.136102));
  CHECK(value(*data, gemma, "ttft_s", warm, "sd") == six_digits(0.0110257));
  CHECK(value(*data, gemma, "ttft_s", warm, "median") == six_digits(0.134245));
  CHECK(find(*data, gemma, "ttft_s", warm, "mean")->excluded.cold == 8);
}
