#include "agents/personas/generation_options.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agents/personas/yaml_fields.hpp"
#include "proto/decimal.hpp"
#include "proto/json_text.hpp"

namespace chimera::personas {
namespace {

enum class form { whole, decimal, duration, texts };

struct rule {
  std::string_view name;
  form accepts;
  double least;
  double most;
  std::string_view allowed;
};

constexpr double whole_max = std::numeric_limits<std::int32_t>::max();

// As Ollama's and OpenAI's servers take them; -1 means "all layers", "no limit", "for ever".
constexpr std::array<rule, 10> rules = {{
    {"num_gpu", form::whole, -1, 10'000, "whole layers on the GPU, -1 = all, or default"},
    {"num_ctx", form::whole, 1, whole_max, "tokens from 1, or default"},
    {"temperature", form::decimal, 0, 5, "0 to 5, or default"},
    {"top_p", form::decimal, 0, 1, "0 to 1, or default"},
    {"top_k", form::whole, 0, whole_max, "a whole number from 0, or default"},
    {"repeat_penalty", form::decimal, 0, 10, "0 to 10, or default"},
    {"seed", form::whole, -1, whole_max, "a whole number from -1, or default"},
    {"num_predict", form::whole, -2, whole_max, "tokens, -1 = no limit, or default"},
    {"stop", form::texts, 0, 0, "a text, a list of texts, or default"},
    {"keep_alive", form::duration, 0, 0, "seconds or a duration as 30s, 5m, 24h, -1, or default"},
}};

bool is_whole(std::string_view text, const rule& r) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const auto number = static_cast<double>(value);
  return error == std::errc() && stop == end && number >= r.least && number <= r.most;
}

bool is_decimal(std::string_view text, const rule& r) {
  const auto value = proto::parse_decimal(text);
  return value && std::isfinite(*value) && *value >= r.least && *value <= r.most;
}

bool is_duration(std::string_view text) {
  for (const std::string_view unit : {"ms", "s", "m", "h"})
    if (text.ends_with(unit)) {
      text.remove_suffix(unit.size());
      break;
    }
  return is_whole(text, {"", form::whole, -1, whole_max, ""});
}

std::string json_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    proto::append_quoted(out, text);
  }
  return out + ']';
}

std::string read_texts(yaml_fields& fields, const rule& r) {
  std::vector<std::string> texts;
  if (fields.node(r.name).IsSequence())
    texts = fields.texts(r.name);
  else
    texts = {fields.text(r.name)};
  return json_array(texts);
}

bool accepts(const rule& r, std::string_view value) {
  switch (r.accepts) {
    case form::whole:
      return is_whole(value, r);
    case form::decimal:
      return is_decimal(value, r);
    case form::duration:
      return is_duration(value);
    case form::texts:
      return true;
  }
  return false;
}

}  // namespace

std::map<std::string, std::string> read_options(const YAML::Node& options, const std::string& file,
                                                std::optional<proto::problem>& first) {
  std::vector<std::string> names;
  names.reserve(rules.size());
  for (const rule& r : rules) names.emplace_back(r.name);
  yaml_fields fields(options, file, "options.", std::move(names), first);
  std::map<std::string, std::string> values;
  for (const rule& r : rules) {
    if (first || !fields.has(r.name)) continue;
    const YAML::Node node = fields.node(r.name);
    if (node.IsScalar() && node.Scalar() == "default") {
      values.emplace(r.name, "default");
      continue;
    }
    std::string value = r.accepts == form::texts ? read_texts(fields, r) : fields.text(r.name);
    if (!first && !accepts(r, value))
      fields.refuse(node, r.name, fmt::format("'{}' is not accepted", value), "",
                    std::string(r.allowed));
    values.emplace(r.name, std::move(value));
  }
  return values;
}

}  // namespace chimera::personas
