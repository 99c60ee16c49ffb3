// When the data were taken, by what stands in them: file times are often those of a checkout.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agents/evidence/source/inventory.hpp"

namespace chimera::evidence {

/// Appends the earliest and the latest ISO 8601 date or time that stands in `text` (one entry if
/// they are the same, none if there is none), with `where` = "line N". If `record`, this is done
/// twice: for those that are a whole value (a CSV field; a string in a file of a JSON type), which
/// count as records, and for those in the midst of other words, which do not: generated text in a
/// JSON string names many a date. Recognised: a date YYYY-MM-DD of the years 1990 to 2099 that
/// exists in the calendar, alone or followed by 'T' or one space and HH:MM, HH:MM:SS, a fraction,
/// 'Z' or an offset; written out with 'T' and as much precision as stands there. A date inside a
/// longer word or number ("gpt-4o-2024-08-06", "12025-10-08") is none. Epoch numbers are not
/// converted. Pure, thread-safe.
void find_times(std::string_view file, std::string_view text, bool record,
                std::vector<content_time>& out);

/// The date or time in a path, as in "ollama/20251002-151824/runs.csv", "log_2025-10-02.csv",
/// "20251004_170151.json": the most precise one, of these the last. Pure, thread-safe.
[[nodiscard]] std::optional<content_time> time_in_name(std::string_view path);

/// Four entries: earliest and latest of the records, then of all; without records the first two
/// have an empty text. Nothing at all for no times. Compared as wall times, without offsets, where
/// a date stands before every time of its day. Among equals the first file in byte order.
[[nodiscard]] std::vector<content_time> first_last(std::vector<content_time> times);

}  // namespace chimera::evidence
