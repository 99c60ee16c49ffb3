#include "agents/personas/yaml_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_document.hpp"
#include "proto/decimal.hpp"

namespace chimera::personas {
namespace {

constexpr std::size_t word_bytes_max = 64;

const char* type_name(const YAML::Node& node) {
  if (node.IsSequence()) return "a list";
  if (node.IsMap()) return "a mapping";
  if (node.IsScalar()) return "a text";
  return "nothing";
}

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

constexpr std::int64_t duration_max_ms = 30LL * 24 * 3600 * 1000;

struct duration_unit {
  std::string_view name;
  std::int64_t ms;
};
// "ms" stands before "m" and "s": the first that fits is taken.
constexpr std::array<duration_unit, 4> duration_units = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

// Milliseconds, or -1.
std::int64_t read_duration(std::string_view text) {
  for (const duration_unit& unit : duration_units) {
    if (!text.ends_with(unit.name)) continue;
    text.remove_suffix(unit.name.size());
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool sound =
        error == std::errc() && stop == end && value > 0 && value <= duration_max_ms / unit.ms;
    return sound ? value * unit.ms : -1;
  }
  return -1;
}

std::string meant(std::string_view word, const std::vector<std::string>& allowed) {
  const std::string near = nearest(word, allowed);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
}

}  // namespace

std::string listed(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

yaml_fields::yaml_fields(const YAML::Node& map, const std::string& file, std::string path,
                         std::vector<std::string> allowed, std::optional<proto::problem>& first)
    : map_(map), file_(file), path_(std::move(path)), allowed_(std::move(allowed)), first_(first) {
  if (!map_.IsMap()) {
    refuse(map_, "", fmt::format("expected a mapping, found {}", type_name(map_)), "",
           listed(allowed_));
    return;
  }
  for (const auto& pair : map_) take_key(pair.first, pair.second);
}

void yaml_fields::take_key(const YAML::Node& key, const YAML::Node& value) {
  if (!key.IsScalar()) {
    refuse(key, "", fmt::format("a key must be a text, found {}", type_name(key)), "",
           listed(allowed_));
    return;
  }
  const std::string& name = key.Scalar();
  if (std::ranges::find(allowed_, name) == allowed_.end()) {
    refuse(key, name, "unknown field", meant(name, allowed_), listed(allowed_));
    return;
  }
  if (has(name)) {
    refuse(key, name, "the field stands here a second time", "keep one of them", "");
    return;
  }
  fields_.push_back({name, key, value});
}

void yaml_fields::refuse(const YAML::Node& at, std::string_view key, std::string title,
                         std::string detail, std::string allowed) {
  if (first_) return;
  proto::problem p = problem_at(file_, at.IsDefined() ? at.Mark() : map_.Mark(), "yaml.field",
                                std::move(title), std::move(detail));
  p.field = path_ + std::string(key);
  if (key.empty() && p.field.ends_with('.')) p.field.pop_back();
  p.allowed = std::move(allowed);
  first_ = std::move(p);
}

std::uint64_t yaml_fields::line() const {
  return map_.Mark().is_null() ? 0 : static_cast<std::uint64_t>(map_.Mark().line) + 1;
}

const YAML::Node* yaml_fields::find(std::string_view key) const {
  const auto found = std::ranges::find(fields_, key, &field::key);
  return found == fields_.end() ? nullptr : &found->value;
}

bool yaml_fields::has(std::string_view key) const { return find(key) != nullptr; }

YAML::Node yaml_fields::node(std::string_view key) const {
  const YAML::Node* found = find(key);
  return found == nullptr ? YAML::Node(YAML::NodeType::Undefined) : *found;
}

std::optional<std::string> yaml_fields::scalar(const YAML::Node& value, std::string_view key) {
  if (value.IsScalar() && !value.Scalar().empty()) return value.Scalar();
  const char* found = value.IsScalar() ? "an empty one" : type_name(value);
  // A missing value has the place of what follows it; its key says better where it is missing.
  const auto of_key = std::ranges::find(fields_, key, &field::key);
  const bool missing = value.IsNull() && of_key != fields_.end();
  refuse(missing ? of_key->key_node : value, key, fmt::format("expected a text, found {}", found),
         "", "");
  return std::nullopt;
}

std::string yaml_fields::text(std::string_view key) {
  const YAML::Node* found = find(key);
  if (found == nullptr) {
    refuse(map_, key, "the field is missing", "", "");
    return {};
  }
  return scalar(*found, key).value_or("");
}

std::string yaml_fields::text_or(std::string_view key, std::string fallback) {
  const YAML::Node* found = find(key);
  return found == nullptr ? fallback : scalar(*found, key).value_or("");
}

std::string yaml_fields::choice(std::string_view key, const std::vector<std::string>& allowed) {
  std::string value = text(key);
  if (!first_ && std::ranges::find(allowed, value) == allowed.end())
    refuse(node(key), key, fmt::format("'{}' is none of the allowed values", value),
           meant(value, allowed), listed(allowed));
  return value;
}

std::string yaml_fields::word(std::string_view key) {
  std::string value = text(key);
  if (!first_ && (value.size() > word_bytes_max || !std::ranges::all_of(value, in_word)))
    refuse(node(key), key, "is no plain word", "it becomes part of file names",
           fmt::format("letters, digits, '-', '_' and '.', at most {}", word_bytes_max));
  return value;
}

std::uint32_t yaml_fields::count_or(std::string_view key, std::uint32_t fallback,
                                    std::uint32_t least, std::uint32_t most) {
  if (!has(key)) return fallback;
  const std::string value = text(key);
  std::uint32_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  const bool sound = error == std::errc() && stop == end && number >= least && number <= most;
  if (!sound)
    refuse(node(key), key, fmt::format("'{}' is out of range or no whole number", value), "",
           fmt::format("{} to {}", least, most));
  return sound ? number : fallback;
}

double yaml_fields::decimal_or(std::string_view key, double fallback, double least, double most) {
  if (!has(key)) return fallback;
  const std::string value = text(key);
  const auto number = proto::parse_decimal(value);
  if (number && std::isfinite(*number) && *number >= least && *number <= most) return *number;
  refuse(node(key), key, fmt::format("'{}' is out of range or no number", value), "",
         fmt::format("{} to {}", least, most));
  return fallback;
}

std::int64_t yaml_fields::duration_or(std::string_view key, std::int64_t fallback_ms) {
  if (!has(key)) return fallback_ms;
  const std::string value = text(key);
  const std::int64_t ms = read_duration(value);
  if (ms > 0) return ms;
  refuse(node(key), key, fmt::format("'{}' is no duration", value), "",
         "a whole number and its unit, as 500ms, 30s, 10m or 2h; at most 30 days");
  return fallback_ms;
}

std::vector<std::string> yaml_fields::texts(std::string_view key) {
  std::vector<std::string> values;
  const YAML::Node* found = find(key);
  if (found == nullptr) return values;
  if (!found->IsSequence()) {
    refuse(*found, key, fmt::format("expected a list, found {}", type_name(*found)),
           "write it as [a, b]", "");
    return values;
  }
  for (const auto& item : *found)
    if (auto value = scalar(item, key)) values.push_back(std::move(*value));
  return values;
}

}  // namespace chimera::personas
