// An answer while it arrives: the one place that decides how a call ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "daemon/inference/stream/call_timer.hpp"
#include "daemon/inference/stream/repetition_guard.hpp"
#include "daemon/inference/stream/utf8_pieces.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// Every backend that reads a stream feeds one of these for each call, from its dialect:
///
///     text()  a piece of the answer          -> on_token, at once, as whole UTF-8
///     finish() the server's mark of the end  -> the answer, or "backend.empty" without text
///     fail()  an error of the server or of the way to it -> that problem
///     end()   the stream ended               -> "backend.cut", unless it was over before
///
/// The first of finish(), fail(), end() and a runaway repetition ("backend.repetition") decides;
/// whatever comes later changes nothing and is not given on. A problem's detail says how much had
/// arrived. The time of the call goes to `timer`, which run_within() watches; if a budget is
/// spent, that is why a call failed, whatever else it says.
class answer_state {
 public:
  /// `who` is the backend as people know it: "ollama at http://...". `timer`, `time` and what
  /// `on_token` refers to outlive it; `on_token` may be empty.
  answer_state(std::string who, call_timer& timer, const clock& time,
               std::function<void(std::string_view)> on_token);

  /// Bytes of the answer, cut anywhere. False: it is over, read no more. Empty text is no token.
  bool text(std::string_view bytes);
  /// `reason`: "stop", "length", or what the server calls it.
  void finish(std::string reason);
  void fail(proto::problem what);
  /// `cause`: why the stream ended, if known ("connection reset by peer").
  void end(std::string_view cause = {});

  [[nodiscard]] bool is_over() const { return over_; }
  /// So far; of an answer that failed, for the record only.
  [[nodiscard]] const std::string& partial() const { return draft_.text; }
  [[nodiscard]] std::uint64_t pieces() const { return pieces_; }
  /// What the server says of its answer besides the text: usage, model, digest, options.
  [[nodiscard]] generation& draft() { return draft_; }

  /// How it ended; once. Not over: as end(). Of the usage, what the server did not say is filled
  /// in: a piece of text counts as a token, ttft_ns and total_ns are from the clock.
  [[nodiscard]] proto::result<generation> take();

 private:
  bool give(std::string_view whole);
  [[nodiscard]] std::string arrived() const;

  std::string who_;
  call_timer& timer_;
  const clock& time_;
  std::function<void(std::string_view)> on_token_;
  utf8_pieces characters_;
  repetition_guard guard_;
  generation draft_;
  std::uint64_t pieces_ = 0;
  bool over_ = false;
  proto::problem problem_;  ///< its code is empty for an answer
};

}  // namespace chimera::inference
