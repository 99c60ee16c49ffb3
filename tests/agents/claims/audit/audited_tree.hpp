// A small tree with a document to audit.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"
#include "agents/evidence/source/scratch_tree.hpp"

namespace chimera::tests {

/// Files (path, content) as a dataset, and audits against it.
class audited_tree {
 public:
  audited_tree(std::initializer_list<std::pair<std::string, std::string_view>> files)
      : data_(read(files)), audits_(data_) {}

  [[nodiscard]] claims::document_audit audit(std::string_view file, std::string_view text) const {
    return audits_.audit(file, text);
  }
  /// The claim whose text is `number` (the first one); fails the test if there is none.
  [[nodiscard]] claims::audited_claim claim(std::string_view text, std::string_view number) const {
    const claims::document_audit made = audit("report.md", text);
    for (const claims::audited_claim& c : made.claims)
      if (c.claim.text == number) return c;
    FAIL("no claim '" << number << "'");
    return {};
  }
  [[nodiscard]] std::string verdict(std::string_view text, std::string_view number) const {
    return std::string(proto::to_text(claim(text, number).claim.judgement));
  }

 private:
  static evidence::dataset read(
      std::initializer_list<std::pair<std::string, std::string_view>> files) {
    const evidence::scratch_tree tree;
    for (const auto& [path, bytes] : files) tree.write(path, bytes);
    auto built = evidence::build_dataset(tree.root(), {});
    REQUIRE(built.has_value());
    return std::move(*built);
  }

  evidence::dataset data_;
  claims::auditor audits_;
};

constexpr std::string_view sweep_csv =
    "num_gpu,num_ctx,temperature,config_name,ttft_s,tokens_s,error\n"
    "40,1024,0.2,g40_c1024_t0.2,0.151,101.20,\n"
    "40,1024,0.8,g40_c1024_t0.8,0.142,103.15,\n"
    "80,1024,0.2,g80_c1024_t0.2,0.133,102.40,\n"
    "80,1024,0.8,g80_c1024_t0.8,0.138,101.90,\n"
    "999,2048,0.2,g999_c2048_t0.2,0.129,100.75,\n"
    "999,2048,0.8,g999_c2048_t0.8,0.131,102.05,\n";

constexpr std::string_view quant_csv =
    "tag,prompt_text,ttft_s,tokens_s,error\n"
    "q4_0,Player failed a mission but needs encouragement.,0.10,76.00,\n"
    "q4_0,Give a battle quote for a co-op shooter win.,0.08,78.00,\n"
    "q4_0,Craft a witty remark after a close racing finish.,0.09,77.00,\n"
    "q8_0,Player failed a mission but needs encouragement.,0.11,46.00,\n"
    "q8_0,Give a battle quote for a co-op shooter win.,0.09,47.00,\n"
    "q8_0,Craft a witty remark after a close racing finish.,0.10,48.00,\n";

}  // namespace chimera::tests
