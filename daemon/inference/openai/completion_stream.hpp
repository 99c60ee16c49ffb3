// The bytes of a streamed chat completion, fed to the state of an answer. Pure; fuzzed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "daemon/inference/openai/chunk.hpp"
#include "daemon/inference/stream/answer_state.hpp"
#include "daemon/inference/stream/call_timer.hpp"
#include "daemon/inference/stream/sse_events.hpp"

namespace chimera::inference {

/// The answer is done with `[DONE]`, or where the stream ends after a finish_reason: some servers
/// never say [DONE]. A bare [DONE] without text, reason and usage is none: vLLM sends that where it
/// has lost an error. Text that came with one push() is given on as one piece.
class completion_stream {
 public:
  /// `who` as in answer_state; what is referred to outlives it. `refusal` makes a problem from an
  /// error object of the server.
  completion_stream(std::string who, answer_state& state, call_timer& timer, const clock& time,
                    std::function<proto::problem(std::string_view object)> refusal);

  /// Cut anywhere. False: the answer is over, read no more.
  bool push(std::string_view chunk);
  /// A whole answer in one JSON object, from a server that does not stream.
  void take_whole(std::string object);
  /// The stream ended; `cause` says why if it was not by itself.
  void end(std::string_view cause = {});

 private:
  void take(sse_event event, bool is_whole);
  void take_chunk(const completion_chunk& chunk);
  void take_done();
  void take_usage(const chunk_usage& usage);
  /// Gives on the text that is kept.
  void give();
  void finish();
  void protocol(std::string_view why, std::string_view data);

  std::string who_;
  answer_state& state_;
  call_timer& timer_;
  const clock& time_;
  std::function<proto::problem(std::string_view)> refusal_;
  sse_events events_;
  chunk_reader reader_;
  std::string text_;    ///< not yet given on
  std::string reason_;  ///< "" = none was told yet
  bool has_usage_ = false;
  bool was_thinking_ = false;  ///< since the last give()
  std::uint64_t counted_ = 0;  ///< chunks with text or thoughts
};

}  // namespace chimera::inference
