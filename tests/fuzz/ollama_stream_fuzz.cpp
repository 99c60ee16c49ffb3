// What a server that says it is Ollama may send: an answer or one problem, wherever it is cut.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "daemon/inference/ollama/answer_stream.hpp"
#include "daemon/inference/ollama/model_cards.hpp"
#include "daemon/inference/ollama/refusal.hpp"

namespace {

using namespace chimera;
using namespace chimera::inference;

class stopped_clock final : public chimera::clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override { return {}; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds /*duration*/) const override { co_return; }
};

struct heard {
  std::string told;
  proto::result<generation> outcome;
};

heard hear(std::string_view bytes, std::size_t cut) {
  const stopped_clock time;
  call_timer timer({}, time.now(), "it");
  heard out;
  const auto keep = [&out](std::string_view token) {
    if (token.empty() || !simdjson::validate_utf8(token.data(), token.size())) std::abort();
    out.told += token;
  };
  answer_state state("it", timer, time, keep);
  const auto refusal = [](std::string_view message) {
    return refusal_in_stream("it", "tiny", message).what;
  };
  answer_stream stream("it", state, timer, time, refusal);
  bool more = stream.push(bytes.substr(0, cut));
  more = more && stream.push(bytes.substr(cut));
  if (more) stream.end();
  out.outcome = state.take();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const heard whole = hear(bytes, bytes.size());
  const std::size_t cut = size == 0 ? 0 : data[size - 1] * size / 256;
  const heard halves = hear(bytes, cut);
  if (whole.told != halves.told || whole.outcome.has_value() != halves.outcome.has_value())
    std::abort();
  if (whole.outcome) {
    if (whole.outcome->text != whole.told || whole.told.empty()) std::abort();
  } else if (whole.outcome.error().code != halves.outcome.error().code ||
             !whole.outcome.error().code.starts_with("backend.")) {
    std::abort();
  }
  for (const unsigned status : {200U, 400U, 404U, 500U})
    if (refusal_of("it", "tiny", status, bytes).what.code.empty()) std::abort();
  (void)installed_models("it", bytes);
  (void)resident_models("it", bytes);
  (void)shown("it", bytes);
  return 0;
}
