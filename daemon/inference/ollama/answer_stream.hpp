// The bytes of Ollama's answer, fed to the state of an answer. Pure; fuzzed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "daemon/inference/ollama/answer_line.hpp"
#include "daemon/inference/stream/answer_state.hpp"
#include "daemon/inference/stream/lines.hpp"

namespace chimera::inference {

class answer_stream {
 public:
  /// `who` as in answer_state; what is referred to outlives it. `refusal` makes a problem from a
  /// message of the server.
  answer_stream(std::string who, answer_state& state, call_timer& timer, const clock& time,
                std::function<proto::problem(std::string_view message)> refusal);

  /// Cut anywhere. False: the answer is over, read no more.
  bool push(std::string_view chunk);
  /// The stream ended. A last line without its line end counts if it is whole.
  void end();

 private:
  bool take(std::string_view line, bool is_whole);
  void protocol(std::string_view why, std::string_view line);

  std::string who_;
  answer_state& state_;
  call_timer& timer_;
  const clock& time_;
  std::function<proto::problem(std::string_view)> refusal_;
  lines lines_;
  answer_line_reader reader_;
};

}  // namespace chimera::inference
