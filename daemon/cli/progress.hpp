// What a run is doing, on stderr: one line that changes on a terminal, a line a stage elsewhere.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "agents/ports/clock.hpp"

namespace chimera::cli {

/// Thread-safe.
class progress {
 public:
  enum class style { silent, lines, terminal };
  /// Silent if `quiet`; a changing line if stderr is a terminal and it knows how (TERM is not
  /// "dumb"). No colour is used, so NO_COLOR has nothing to turn off.
  [[nodiscard]] static style style_for(bool quiet);

  /// `time` outlives this.
  progress(style how, const clock& time) : how_(how), time_(time) {}
  ~progress() { end(); }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// `of` = 0: no count is shown. Shown at most every so often within a stage.
  void show(std::string_view stage, std::size_t done, std::size_t of, std::string_view now = {});
  /// Ends the changing line, so that other text may follow.
  void end();

 private:
  const style how_;
  const clock& time_;
  std::mutex lock_;
  std::string stage_;
  std::int64_t shown_ns_ = 0;
  bool open_ = false;
};

}  // namespace chimera::cli
