// The statistics of whole columns against DuckDB's, which tests/bench/make_oracle.mjs wrote down.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "agents/evidence/facts/dataset.hpp"
#include "proto/decimal.hpp"

using namespace chimera;

namespace {

const proto::fact* whole_column(const evidence::dataset& data, const std::string& file,
                                const std::string& column, const std::string& agg) {
  const auto at = std::ranges::find_if(data.facts, [&](const proto::fact& f) {
    return f.file == file && f.where.path == column && f.agg == agg && f.filter.empty();
  });
  return at == data.facts.end() ? nullptr : &*at;
}

evidence::dataset read_folder(const std::string& folder) {
  auto built = evidence::build_dataset(std::string(CHIMERA_TEST_DATA "/") + folder, {});
  REQUIRE(built);
  return std::move(*built);
}

}  // namespace

TEST_CASE("count, mean, deviation, extremes, quantiles and sum of a column equal DuckDB's") {
  std::ifstream in(CHIMERA_TEST_DATA "/oracle/duckdb.json");
  const auto oracle = nlohmann::json::parse(in);
  const std::string folder = GENERATE(as<std::string>{}, "sample", "oracle");
  const evidence::dataset data = read_folder(folder);
  // A parameter of the runs and their number are told from measurements: no statistic is made.
  const std::set<std::string> no_measurement = {"threads", "run"};
  int compared = 0;
  for (const auto& column : oracle["columns"]) {
    if (column["folder"] != folder) continue;
    const std::string file = column["file"];
    const std::string name = column["column"];
    for (const auto& [agg, expected] : column.items()) {
      if (!expected.is_number()) continue;
      CAPTURE(file, name, agg);
      const proto::fact* f = whole_column(data, file, name, agg);
      CHECK((f == nullptr) == no_measurement.contains(name));
      if (f == nullptr) continue;
      const double value = proto::parse_decimal(f->value).value_or(std::nan(""));
      // 1e-9 of what DuckDB says; an absolute margin would hide tiny values.
      CHECK(value == Approx(expected.get<double>()).epsilon(1e-9).margin(0));
      ++compared;
    }
  }
  CHECK(compared == (folder == "sample" ? 3 : 16) * 8);
}
