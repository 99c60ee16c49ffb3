// Any bytes as a document audited against a small tree: no crash, no hang, claims in order and
// within their lines, accusations with a true value and its place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"

namespace {

using namespace chimera;

void demand(bool holds) {
  if (!holds) std::abort();
}

evidence::dataset small_tree() {
  namespace fs = std::filesystem;
  std::string name = (fs::temp_directory_path() / "chimera-fuzz-XXXXXX").string();
  demand(mkdtemp(name.data()) != nullptr);
  const fs::path root(name);
  std::ofstream(root / "sweep.csv") << "num_gpu,num_ctx,temperature,config_name,ttft_s,tokens_s\n"
                                       "40,1024,0.2,g40_c1024_t0.2,0.151,101.20\n"
                                       "40,1024,0.8,g40_c1024_t0.8,0.142,103.15\n"
                                       "80,2048,0.2,g80_c2048_t0.2,0.133,102.40\n";
  std::ofstream(root / "quant.csv") << "model,tag,prompt_text,ttft_s,tokens_s\n"
                                       "llama3.1:8b-q4_0,q4_0,Player failed a mission.,0.1,76\n"
                                       "llama3.1:8b-q8_0,q8_0,Player failed a mission.,0.2,46\n";
  std::ofstream(root / "summary.json")
      << R"({"model":{"name":"mlp","device":"cuda"},"backends":{"eager":{"mean_time_ms":1.5},)"
         R"("jit":{"mean_time_ms":1.25}}})";
  std::ofstream(root / "notes_one.md") << "| tag | mean_tokens_s |\n|---|---|\n| q4_0 | 76 |\n";
  auto built = evidence::build_dataset(root, {});
  fs::remove_all(root);
  demand(built.has_value());
  return std::move(*built);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const evidence::dataset tree = small_tree();
  static const claims::auditor audits(tree);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const claims::document_audit made = audits.audit("report.md", text);
  std::uint64_t line = 0;
  std::uint64_t end = 0;
  for (const claims::audited_claim& c : made.claims) {
    demand(c.claim.line >= line);
    if (c.claim.line > line) end = 0;
    demand(c.claim.start >= end && c.claim.end > c.claim.start);
    demand(!c.claim.struck);
    if (c.claim.judgement == proto::verdict::contradicted)
      demand(!c.truth.empty() && !c.where.empty() && !c.key.empty());
    line = c.claim.line;
    end = c.claim.end;
  }
  for (std::size_t i = 1; i < made.remarks.size(); ++i)
    demand(made.remarks[i - 1].line <= made.remarks[i].line);
  return 0;
}
