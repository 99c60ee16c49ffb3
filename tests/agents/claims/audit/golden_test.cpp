// A small set of documents beside its data: every verdict as it stands in expected.txt.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"

using namespace chimera;

TEST_CASE("The golden documents get the verdicts of expected.txt", "[audit]") {
  const std::filesystem::path root = std::filesystem::path(CHIMERA_TEST_DATA) / "audit";
  const auto data = evidence::build_dataset(root / "tree", {});
  REQUIRE(data);
  const claims::auditor audits(*data);
  std::string shown;
  for (const evidence::prose& p : data->texts) {
    const auto made = audits.audit(p.file, p.text);
    for (const auto& c : made.claims) {
      if (c.claim.judgement == proto::verdict::non_claim) continue;
      shown += fmt::format("{}:{}:{} {} {} | {} | {} | {} | {}\n", p.file, c.claim.line,
                           c.claim.start, c.claim.text, proto::to_text(c.claim.judgement),
                           c.claim.rule, c.key, c.truth, c.where);
    }
    for (const auto& r : made.remarks) shown += fmt::format("{}:{} {}\n", p.file, r.line, r.text);
  }
  std::ifstream stream(root / "expected.txt", std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(stream), {}};
  CHECK(shown == expected);
}
