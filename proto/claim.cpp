#include "proto/claim.hpp"

#include <fmt/format.h>

#include "proto/json_text.hpp"

namespace chimera::proto {

std::string_view to_text(verdict v) {
  switch (v) {
    case verdict::verified:
      return "verified";
    case verdict::verified_approx:
      return "verified-approx";
    case verdict::verified_literal:
      return "verified-literal";
    case verdict::contradicted:
      return "contradicted";
    case verdict::unsupported:
      return "unsupported";
    case verdict::non_claim:
      return "non-claim";
  }
  return "unsupported";
}

void append_json(std::string& out, const claim& c) {
  const auto text = [&](std::string_view key, std::string_view value) {
    append_key(out, key);
    append_quoted(out, value);
  };
  const auto count = [&](std::string_view key, std::uint64_t value) {
    append_key(out, key);
    out += fmt::to_string(value);
  };
  out += '{';
  count("line", c.line);
  count("start", c.start);
  count("end", c.end);
  text("text", c.text);
  text("verdict", to_text(c.judgement));
  append_key(out, "facts");
  out += '[';
  for (const std::string& id : c.facts) {
    if (out.back() != '[') out += ',';
    append_quoted(out, id);
  }
  out += ']';
  text("rule", c.rule);
  if (!c.literal.empty()) text("literal", c.literal);
  append_key(out, "struck");
  out += c.struck ? "true}" : "false}";
}

}  // namespace chimera::proto
