// Which sequences run, what they share and what is computed next: pure decisions, without the
// library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "daemon/inference/llama/engine/cells.hpp"

namespace chimera::embedded {

using token_id = std::int32_t;

struct schedule_limits {
  std::size_t cells = 0;      ///< tokens of all sequences together
  std::size_t slots = 1;      ///< sequences that run at a time
  std::size_t kept = 0;       ///< prompts that are kept for later ones with the same beginning
  std::size_t batch = 1;      ///< tokens that are computed at a time
  bool share = true;          ///< false for models whose memory cannot be cut or copied in part
  std::size_t share_min = 8;  ///< tokens; for less nobody waits
};

/// What is to be done to the library's memory, in this order.
struct memory_step {
  enum class kind : std::uint8_t { cut, copy };
  kind what = kind::cut;
  std::size_t sequence = 0;  ///< cut: keeps its first `tokens`; copy: gets the first of `from`
  std::size_t from = 0;
  std::size_t tokens = 0;

  bool operator==(const memory_step&) const = default;
};

struct started_call {
  std::uint64_t id = 0;
  std::size_t shared = 0;  ///< tokens that need not be computed
};

/// Tokens of one sequence in the next batch.
struct portion {
  std::uint64_t id = 0;
  std::size_t sequence = 0;
  std::size_t first = 0;  ///< position
  std::vector<token_id> tokens;
  bool asks = false;  ///< its last token's prediction is wanted
};

/// First come, first served: a call that does not fit holds up those behind it, so that small calls
/// never starve a large one. One that shares its beginning with a call whose prompt is being
/// computed waits for that beginning and lets others go on meanwhile. A prompt and the tokens that
/// may follow it are reserved before a call starts, so that it never runs out of room.
class schedule {
 public:
  explicit schedule(schedule_limits limits)
      : limits_(limits),
        cells_(limits.cells, limits.slots + limits.kept),
        taken_(limits.slots + limits.kept, false) {}

  /// `answer_max` tokens at least 1. The caller has checked that both together fit the cells.
  void submit(std::uint64_t id, std::vector<token_id> prompt, std::size_t answer_max);
  /// Starts what may start. Steps are added to `memory`, to be done before the next batch.
  [[nodiscard]] std::vector<started_call> admit(std::vector<memory_step>& memory);
  /// One token of each sequence that is writing, then prompts, oldest first, up to the batch's
  /// size. Empty: nothing to do.
  [[nodiscard]] std::vector<portion> next_batch() const;
  /// The library has computed it.
  void computed(const std::vector<portion>& batch);
  /// The call's next token, to be computed with the next batch.
  void produced(std::uint64_t id, token_id token);
  /// The call has ended; `keep` its prompt for others. Unknown ids change nothing.
  void finish(std::uint64_t id, bool keep, std::vector<memory_step>& memory);
  /// Lets go of every kept prompt; false if there was none.
  bool forget(std::vector<memory_step>& memory);

  [[nodiscard]] bool idle() const { return running_.empty() && waiting_.empty(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t running() const { return running_.size(); }
  [[nodiscard]] std::size_t kept() const { return kept_.size(); }
  [[nodiscard]] const cells& memory() const { return cells_; }

 private:
  struct call {
    std::uint64_t id = 0;
    std::size_t sequence = 0;
    std::vector<token_id> tokens;  ///< the prompt, then what was produced
    std::size_t prompt = 0;        ///< tokens of it
    std::size_t end = 0;           ///< tokens that it may have
  };
  struct source {
    std::size_t sequence = 0;
    std::size_t now = 0;      ///< tokens that can be shared at once
    std::size_t planned = 0;  ///< tokens that will be, once they are computed
    bool kept = false;
  };
  [[nodiscard]] source best_source(const std::vector<token_id>& prompt) const;
  [[nodiscard]] std::size_t reserved() const;
  [[nodiscard]] bool make_room(std::size_t need, const source& from,
                               std::vector<memory_step>& memory);
  void start(call c, const source& from, std::vector<memory_step>& memory);
  void cut(std::size_t sequence, std::size_t tokens, std::vector<memory_step>& memory);
  void let_go(std::size_t kept_index, std::vector<memory_step>& memory);
  void touch(std::size_t sequence);

  schedule_limits limits_;
  cells cells_;
  std::vector<bool> taken_;  ///< sequences by number
  std::deque<call> waiting_;
  std::vector<call> running_;  ///< in the order of their start
  std::vector<call> kept_;     ///< least lately used first
};

/// How many tokens both begin with.
[[nodiscard]] std::size_t common_prefix(const std::vector<token_id>& a,
                                        const std::vector<token_id>& b);

}  // namespace chimera::embedded
