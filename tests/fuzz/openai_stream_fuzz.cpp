// Bytes of an OpenAI-compatible answer: whatever they are and wherever they are cut, one outcome,
// and text that is whole UTF-8. The first byte says how they are cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "daemon/inference/openai/completion_stream.hpp"
#include "daemon/inference/openai/refusal.hpp"

namespace {

using namespace chimera::inference;

class stopped_clock final : public chimera::clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override { return {}; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }
  [[nodiscard]] chimera::task<> sleep(std::chrono::nanoseconds) const override { co_return; }
};

struct outcome {
  std::string text;
  std::string code;
  bool operator==(const outcome&) const = default;
};

outcome read(std::string_view bytes, std::size_t piece) {
  outcome out;
  const stopped_clock time;
  call_timer timer({}, {}, "it");
  const auto keep = [&out](std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) std::abort();
    out.text += text;
  };
  answer_state state("it", timer, time, keep);
  const auto refusal = [](std::string_view object) {
    return problem_of("it", "m", {200, std::string(object), {}});
  };
  completion_stream stream("it", state, timer, time, refusal);
  bool more = true;
  while (more && !bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    more = stream.push(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  stream.end();
  const auto answer = state.take();
  if (!answer) out.code = answer.error().code;
  if (answer && answer->text != out.text) std::abort();
  if (answer && out.text.empty()) std::abort();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const outcome whole = read(bytes, bytes.size() + 1);
  const outcome cut = read(bytes, std::size_t{data[0]} + 1);
  // Where a runaway is noticed depends on the pieces; all else does not.
  if (whole.code == "backend.repetition" || cut.code == "backend.repetition") return 0;
  if (!(whole == cut)) std::abort();
  return 0;
}
