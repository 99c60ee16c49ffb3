#include "proto/problem.hpp"

#include <fmt/format.h>

namespace chimera::proto {

std::string to_text(const problem& p) {
  std::string text;
  if (!p.file.empty()) {
    text += p.file;
    if (p.line != 0) text += fmt::format(":{}", p.line);
    if (p.column != 0) text += fmt::format(":{}", p.column);
    text += ": ";
  }
  if (!p.field.empty()) text += p.field + ": ";
  text += p.title;
  if (!p.detail.empty()) text += ": " + p.detail;
  if (!p.allowed.empty()) text += fmt::format(" (allowed: {})", p.allowed);
  return text;
}

}  // namespace chimera::proto
