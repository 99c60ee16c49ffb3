#include "daemon/inference/openai/completion_request.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::inference {
namespace {

using nlohmann::json;

// -1 is "as the server does" in both.
bool is_default(const std::string& option, const json& value) {
  return (option == "num_predict" || option == "seed") && value.is_number_integer() &&
         value.get<std::int64_t>() < 0;
}

json messages_of(const generation_request& what) {
  json out = json::array();
  if (!what.system.empty()) out.push_back({{"role", "system"}, {"content", what.system}});
  out.push_back({{"role", "user"}, {"content", what.prompt}});
  return out;
}

// A schema that is no JSON is left out: nobody relies on it.
void add_format(json& body, const std::string& format, dialect speaks) {
  if (format.empty() || !takes_schema(speaks)) return;
  json schema = json::parse(format, nullptr, false);
  if (!schema.is_object()) return;
  if (speaks == dialect::tgi) {
    body["response_format"] = {{"type", "json_object"}, {"value", std::move(schema)}};
  } else {
    body["response_format"] = {
        {"type", "json_schema"},
        {"json_schema", {{"name", "answer"}, {"strict", true}, {"schema", std::move(schema)}}}};
  }
}

std::string text_of(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string messages_json(const generation_request& what) { return text_of(messages_of(what)); }

proto::result<completion_request> request_for(const generation_request& what,
                                              const completion_manner& manner) {
  completion_request out;
  json body = {{"model", what.model}, {"messages", messages_of(what)}, {"stream", true}};
  if (manner.takes_stream_options) body["stream_options"] = {{"include_usage", true}};
  for (const auto& [name, text] : what.options) {
    const std::string_view theirs = name_of_option(manner.speaks, name);
    if (theirs.empty()) continue;
    json value = json::parse(text, nullptr, false);
    const bool sound = name == "stop" ? value.is_array() || value.is_string() : value.is_number();
    if (!sound) {
      return proto::fail("backend.refused", fmt::format("'{}' is no value for {}", text, name));
    }
    if (is_default(name, value)) continue;
    body[std::string(theirs)] = std::move(value);
    out.in_effect.emplace(name, text);
  }
  add_format(body, what.format, manner.speaks);
  out.body = text_of(body);
  return out;
}

}  // namespace chimera::inference
