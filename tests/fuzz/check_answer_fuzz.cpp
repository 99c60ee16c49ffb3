// Any bytes as a model's answer, over a small book: spans in order and inside the text, and no bare
// number left that is neither an issue nor a non-claim.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_answer.hpp"

namespace {

using chimera::proto::fact;

fact make(const char* id, const char* column, const char* agg, const char* tag, const char* value,
          const char* unit) {
  fact f;
  f.id = id;
  f.file = "quant.csv";
  f.where = {"csv", column};
  f.filter = {{"tag", "=", tag}};
  f.agg = agg;
  f.n = 5;
  f.value = value;
  f.unit = unit;
  f.polarity = "lower";
  f.kind = "aggregate";
  return f;
}

const std::vector<fact>& facts() {
  static const std::vector<fact> all = {
      make("median-ttft-q-a", "ttft_s", "median", "q4_0", "0.0877", "s"),
      make("mean-ttft-q-b", "ttft_s", "mean", "q4_0", "0.0881", "s"),
      make("median-ttft-q-c", "ttft_s", "median", "q8_0", "0.0969", "s"),
      make("median-tokens-q-d", "tokens_s", "median", "q4_0", "76.88", "tok/s"),
      make("median-tokens-q-e", "tokens_s", "median", "q8_0", "46.64", "tok/s")};
  return all;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace chimera::claims;
  static const fact_book book(facts());
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const checked_answer answer = check_answer(text, book, {});
  std::size_t at = 0;
  for (const text_issue& issue : answer.issues) {
    require(issue.start >= at && issue.start <= issue.end && issue.end <= answer.markdown.size());
    at = issue.start;
  }
  for (const replaced_number& r : answer.replaced) require(book.find(r.fact) != nullptr);
  std::size_t claimed = 0;
  for (const matched_number& m : match_numbers(answer.markdown, book))
    claimed += m.judgement != chimera::proto::verdict::non_claim ? 1 : 0;
  std::size_t numbers = 0;
  for (const text_issue& issue : answer.issues) numbers += issue.rule == "number" ? 1 : 0;
  require(numbers == claimed);
  require(with_strikes(answer).size() >= answer.markdown.size());
  require(!repair_prompt("", answer).empty());
  return 0;
}
