// What an agent wrote, made fit to stand inside a section of a report.
#pragma once

#include <string>
#include <string_view>

namespace chimera::roles {

/// Takes away what would change the form of the report around the text: headings above `level`
/// become headings of it (ATX) or plain paragraphs (underlined), "fold:" headings lose that word,
/// '<' before a letter, '/', '!' or '?' is escaped outside fenced code, a fence left open is
/// closed, carriage returns and NUL go. References are left for the renderer. Linear.
[[nodiscard]] std::string clean_answer(std::string_view markdown, int level);

}  // namespace chimera::roles
