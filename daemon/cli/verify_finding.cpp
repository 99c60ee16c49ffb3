#include "daemon/cli/verify_finding.hpp"

#include <algorithm>

namespace chimera::cli {

std::uint64_t code_points(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void place_columns(std::vector<verify_finding>& findings, const std::string& file,
                   std::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts.push_back(at + 1);
  for (verify_finding& f : findings) {
    if (f.file != file || f.line == 0 || f.line > starts.size()) continue;
    f.column = 1 + code_points(text.substr(starts[f.line - 1]).substr(0, f.start));
  }
}

}  // namespace chimera::cli
