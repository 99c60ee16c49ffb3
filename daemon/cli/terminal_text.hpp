// Text for terminals: cut to a width, aligned, without what a terminal would obey.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/clock.hpp"

namespace chimera::cli {

/// Without control characters (each becomes '?', a tab or line end a space) and with U+FFFD for
/// bytes that are no UTF-8: text of a server must not move the cursor.
[[nodiscard]] std::string printable(std::string_view text);

/// Code points; wide letters count one.
[[nodiscard]] std::size_t width_of(std::string_view utf8);
/// At most that wide; what was cut ends in "...".
[[nodiscard]] std::string cut_to(std::string_view utf8, std::size_t width);

/// "850 ms", "2.6 s", "1 m 05 s", "2 h 03 m", "3 d 04 h".
[[nodiscard]] std::string duration_text(std::int64_t ms);

/// Unix milliseconds.
[[nodiscard]] std::int64_t unix_ms(const clock& time);

/// Rows with columns as wide as their widest cell, two spaces between them, none at line ends. A
/// column without text takes no room.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows);

/// How output may look.
struct screen {
  bool terminal = false;  ///< may be redrawn
  bool colours = false;
  std::size_t columns = 80;
  std::size_t rows = 24;
};
/// Of stdout: TERM "dumb" is no terminal, NO_COLOR turns colours off.
[[nodiscard]] screen screen_of_stdout();

}  // namespace chimera::cli
