// The three parts that a draft of a report has, however a model marks them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::roles {

inline constexpr std::array<std::string_view, 3> report_part_names = {"Verdict", "Key findings",
                                                                      "Recommendations"};

/// `markdown` with its parts under "### Verdict", "### Key findings" and "### Recommendations", in
/// this order, each once: headings of another level or case, bold lines, lines that end in a colon
/// and "Verdict: text" are taken as such headings; a part that comes twice is joined; other
/// headings of the third level become lower ones. What stands before the first part belongs to the
/// verdict, titles apart. A part that is not there stays so; text without any is given back as it
/// is. Linear.
[[nodiscard]] std::string with_part_headings(std::string_view markdown);

/// The names of the parts whose heading ("### Verdict") is not there.
[[nodiscard]] std::vector<std::string> missing_parts(std::string_view markdown);

/// True if none is missing.
[[nodiscard]] bool has_report_parts(std::string_view markdown);

/// What a repair prompt says of them, for the model.
[[nodiscard]] std::string ask_for_parts(const std::vector<std::string>& missing);

}  // namespace chimera::roles
