// The picture of a watched job on stdout: redrawn in place on a terminal, lines elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/cli/terminal_text.hpp"
#include "daemon/cli/watch_model.hpp"

namespace chimera::cli {

class watch_screen {
 public:
  /// `time` outlives it.
  watch_screen(screen on, const clock& time) : on_(on), time_(time) {}

  [[nodiscard]] bool redraws() const { return on_.terminal; }
  /// An event that `model` has just taken: a line, unless the picture shows it.
  void take(const stream_event& e, const watch_model& model);
  /// The picture as it is now; nothing where lines are printed.
  void draw(const watch_model& model);
  /// Makes room for other text.
  void clear();
  /// The last picture, or the lines of the ending.
  void leave(const watch_model& model);

 private:
  screen on_;
  const clock& time_;
  std::size_t drawn_ = 0;  ///< lines on the terminal
  std::vector<std::string> last_;
  std::size_t told_place_ = 0;
};

}  // namespace chimera::cli
