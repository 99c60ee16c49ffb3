#include "proto/lint.hpp"

#include <fmt/format.h>

#include "proto/json_text.hpp"

namespace chimera::proto {

std::string_view to_text(severity s) {
  switch (s) {
    case severity::error:
      return "error";
    case severity::warning:
      return "warning";
    case severity::info:
      return "info";
  }
  return "info";
}

void append_json(std::string& out, const lint& l) {
  const auto text = [&](std::string_view key, std::string_view value) {
    append_key(out, key);
    append_quoted(out, value);
  };
  const auto count = [&](std::string_view key, std::uint64_t value) {
    append_key(out, key);
    out += fmt::to_string(value);
  };
  out += '{';
  text("rule", l.rule);
  text("severity", to_text(l.level));
  text("title", l.title);
  text("prevents", l.prevents);
  count("count", l.count);
  count("of", l.of);
  text("counted", l.counted);
  count("files", l.files);
  append_key(out, "places");
  out += '[';
  for (const lint_place& place : l.places) {
    if (out.back() != '[') out += ',';
    out += '{';
    text("file", place.file);
    text("where", place.where);
    text("shows", place.shows);
    out += '}';
  }
  out += "]}";
}

}  // namespace chimera::proto
