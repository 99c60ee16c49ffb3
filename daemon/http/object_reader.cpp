// object_reader: one member at a time, all errors at once.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "daemon/http/request_body.hpp"

namespace chimera::http {
namespace {

// A reference token of a JSON pointer in a URI fragment (RFC 6901, 6).
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') ||
                       std::string_view("-._!$&'()*+,;=:@").find(c) != std::string_view::npos;
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else if (plain)
      text += c;
    else
      text += fmt::format("%{:02X}", byte);
  }
  return text;
}

std::string quoted_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

object_reader::object_reader(const sorted_json& object, std::string pointer,
                             std::vector<field_error>& errors)
    : object_(&object), pointer_(std::move(pointer)), errors_(errors) {
  if (object.is_object()) return;
  errors_.push_back(
      {"#" + pointer_, fmt::format("must be an object, is {}", object.type_name()), {}});
  object_ = nullptr;
}

std::string object_reader::pointer_to(std::string_view name) const {
  return pointer_ + "/" + escaped(name);
}

void object_reader::wrong(std::string_view name, std::string detail,
                          std::vector<std::string> allowed) {
  errors_.push_back({"#" + pointer_to(name), std::move(detail), std::move(allowed)});
}

const sorted_json* object_reader::member(std::string_view name, bool required) {
  known_.emplace_back(name);
  if (!object_) return nullptr;
  const auto found = object_->find(name);
  if (found != object_->end() && !found->is_null()) return &*found;
  if (required) wrong(name, "is missing");
  return nullptr;
}

std::string object_reader::text(std::string_view name, std::size_t bytes_max, bool required) {
  const sorted_json* value = member(name, required);
  if (!value) return {};
  if (!value->is_string()) {
    wrong(name, fmt::format("must be text, is {}", value->type_name()));
    return {};
  }
  const auto& said = value->get_ref<const std::string&>();
  if (said.size() > bytes_max) {
    wrong(name, fmt::format("{} bytes, more than {}", said.size(), bytes_max));
    return {};
  }
  if (said.find('\0') != std::string::npos) {
    wrong(name, "contains a NUL character");
    return {};
  }
  if (required && said.empty()) wrong(name, "is empty");
  return said;
}

std::string object_reader::one_of(std::string_view name, const std::vector<std::string>& words,
                                  std::string fallback) {
  const sorted_json* value = member(name);
  if (!value) return fallback;
  const std::string said = value->is_string() ? value->get<std::string>() : std::string();
  if (std::find(words.begin(), words.end(), said) != words.end()) return said;
  std::string detail = value->is_string() ? fmt::format("unknown value '{}'", said.substr(0, 100))
                                          : fmt::format("must be text, is {}", value->type_name());
  if (const std::string near = personas::nearest(said, words); !near.empty())
    detail += fmt::format("; did you mean '{}'?", near);
  wrong(name, std::move(detail), words);
  return fallback;
}

std::int64_t object_reader::integer(std::string_view name, std::int64_t least, std::int64_t most,
                                    std::int64_t fallback) {
  const sorted_json* value = member(name);
  if (!value) return fallback;
  if (!value->is_number_integer()) {
    wrong(name, fmt::format("must be a whole number, is {}", value->type_name()));
    return fallback;
  }
  const bool huge = value->is_number_unsigned() &&
                    value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  const std::int64_t number = huge ? INT64_MAX : value->get<std::int64_t>();
  if (!huge && number >= least && number <= most) return number;
  wrong(name, fmt::format("must be from {} to {}", least, most));
  return fallback;
}

double object_reader::number(std::string_view name, double least, double most, double fallback) {
  const sorted_json* value = member(name);
  if (!value) return fallback;
  if (!value->is_number()) {
    wrong(name, fmt::format("must be a number, is {}", value->type_name()));
    return fallback;
  }
  const auto given = value->get<double>();
  if (std::isfinite(given) && given >= least && given <= most) return given;
  wrong(name, fmt::format("must be from {} to {}", least, most));
  return fallback;
}

std::vector<std::string> object_reader::texts(std::string_view name, std::size_t count_max,
                                              std::size_t bytes_max) {
  const sorted_json* value = member(name);
  if (!value) return {};
  if (!value->is_array()) {
    wrong(name, fmt::format("must be a list of texts, is {}", value->type_name()));
    return {};
  }
  if (value->size() > count_max) {
    wrong(name, fmt::format("{} entries, more than {}", value->size(), count_max));
    return {};
  }
  std::vector<std::string> list;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const sorted_json& each = (*value)[i];
    if (each.is_string() && each.get_ref<const std::string&>().size() <= bytes_max) {
      list.push_back(each.get<std::string>());
      continue;
    }
    errors_.push_back({fmt::format("#{}/{}", pointer_to(name), i),
                       fmt::format("must be text of at most {} bytes", bytes_max),
                       {}});
  }
  return list;
}

void object_reader::refuse_unknown() {
  if (!object_) return;
  for (const auto& [name, value] : object_->items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string detail = "unknown member";
    if (const std::string near = personas::nearest(name, known_); !near.empty())
      detail += fmt::format("; did you mean '{}'?", near);
    wrong(name, std::move(detail), known_);
  }
}

refusal invalid_request(std::vector<field_error> errors) {
  refusal why = refused("request.invalid", "the request is not valid");
  if (errors.size() == 1) {
    why.what.detail = errors.front().pointer + ": " + errors.front().detail;
    if (!errors.front().allowed.empty())
      why.what.detail += " (allowed: " + quoted_list(errors.front().allowed) + ")";
  } else {
    why.what.detail = fmt::format("{} members are wrong, see errors", errors.size());
  }
  why.errors = std::move(errors);
  return why;
}

}  // namespace chimera::http
