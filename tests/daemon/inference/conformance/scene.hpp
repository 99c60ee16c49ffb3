// What may happen to a call for text, whatever the backend: the rows of the conformance tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::inference::conformance {

struct scene {
  enum class ending {
    stop,       ///< the mark: it said all
    length,     ///< the mark: as many tokens as it may say
    none,       ///< the stream ends without the mark
    reset,      ///< the connection is reset
    error,      ///< an error object
    crash,      ///< an error object: the engine died
    garbage,    ///< bytes that are nothing in this dialect
    silence,    ///< nothing more, the connection stays
    unending,   ///< the last text again and again, 20 ms apart
    refused,    ///< no answer, but `status`
    no_context  ///< no answer: a prompt of 5000 tokens does not fit into 4096
  };
  std::string name;
  std::vector<std::string> texts;
  ending then = ending::stop;
  std::string code;  ///< of the problem; "" = an answer
  unsigned status = 200;
  config::call_budgets budgets{std::chrono::seconds(60), std::chrono::seconds(60),
                               std::chrono::seconds(60)};
  std::string field = {};  ///< of the problem, if it matters
};

/// Where a scene is played: a backend and whatever stands behind it. One call a stage.
class stage {
 public:
  virtual ~stage() = default;
  [[nodiscard]] virtual backend& actor() = 0;
  /// How often whoever makes the text has seen that its caller left.
  [[nodiscard]] virtual std::size_t left() const = 0;
  /// Somebody still makes text for the call, or has not seen yet that it is over.
  [[nodiscard]] virtual bool busy() const = 0;
  /// Ends what stands behind the backend.
  virtual task<> close() = 0;
};

/// A backend under test. `arrange` gives null for a scene that cannot happen there.
struct house {
  std::string name;
  std::function<std::unique_ptr<stage>(loop::asio::any_io_executor, const scene&, const clock&)>
      arrange;
};

/// Every backend that is held to the rules. Each has its own file.
[[nodiscard]] std::vector<house> all_houses();
[[nodiscard]] house llama_house();

}  // namespace chimera::inference::conformance
