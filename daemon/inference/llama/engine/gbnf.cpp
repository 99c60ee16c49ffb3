#include "daemon/inference/llama/engine/gbnf.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::embedded {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t depth_max = 32;
constexpr std::uint64_t repeats_max = 2000;  // llama.cpp refuses more
constexpr std::string_view basics =
    R"x(space ::= "" | " " | "\n" [ \t]{0,20}
char ::= [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F]{4})
string ::= "\"" char* "\""
digits ::= [0-9]{1,15}
integer ::= "-"? ("0" | [1-9] [0-9]{0,14})
number ::= integer ("." digits)? ([eE] [-+]? [0-9]{1,3})?
boolean ::= "true" | "false"
null ::= "null"
value ::= object | array | string | number | boolean | null
object ::= "{" space (member ("," space member)*)? "}"
member ::= string space ":" space value space
array ::= "[" space (value space ("," space value space)*)? "]"
)x";

struct cannot {
  std::string why;
};

// Text as a terminal of the grammar.
std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

class converter {
 public:
  std::string convert(const json& schema) {
    const std::string root = rule(schema, 0);
    return fmt::format("root ::= {} space\n{}{}", root, rules_, basics);
  }

 private:
  // An expression for the schema, safe to stand in a sequence.
  std::string rule(const json& schema, std::size_t depth) {
    if (depth > depth_max) throw cannot{"it is too deep"};
    if (schema.is_boolean() && schema.get<bool>()) return "value";
    if (!schema.is_object()) throw cannot{"a schema is no object"};
    for (const char* key : {"$ref", "allOf", "not", "if", "patternProperties", "prefixItems"})
      if (schema.contains(key)) throw cannot{fmt::format("it uses '{}'", key)};
    if (schema.contains("const")) return literal(schema["const"].dump());
    if (schema.contains("enum")) return choice_of_values(schema["enum"]);
    for (const char* key : {"anyOf", "oneOf"})
      if (schema.contains(key)) return choice(schema[key], depth);
    if (!schema.contains("type"))
      return schema.contains("properties") ? object(schema, depth) : "value";
    const json& type = schema["type"];
    if (type.is_string()) return typed(schema, type.get<std::string>(), depth);
    if (!type.is_array() || type.empty()) throw cannot{"'type' is no name of a type"};
    std::string all;
    for (const json& one : type)
      all += (all.empty() ? "" : " | ") + typed(schema, one.get<std::string>(), depth);
    return "(" + all + ")";
  }

  std::string typed(const json& schema, const std::string& type, std::size_t depth) {
    if (type == "object") return object(schema, depth);
    if (type == "array") return array(schema, depth);
    if (type == "string") return text(schema);
    if (type == "number" || type == "integer" || type == "boolean" || type == "null") return type;
    throw cannot{fmt::format("'{}' is no type", type)};
  }

  static std::string choice_of_values(const json& values) {
    if (!values.is_array() || values.empty()) throw cannot{"'enum' is no list"};
    std::string all;
    for (const json& value : values) all += (all.empty() ? "" : " | ") + literal(value.dump());
    return "(" + all + ")";
  }

  std::string choice(const json& schemas, std::size_t depth) {
    if (!schemas.is_array() || schemas.empty()) throw cannot{"a choice is no list"};
    std::string all;
    for (const json& one : schemas) all += (all.empty() ? "" : " | ") + rule(one, depth + 1);
    return "(" + all + ")";
  }

  std::string object(const json& schema, std::size_t depth) {
    if (!schema.contains("properties") || schema["properties"].empty()) return "object";
    std::string body;
    for (const auto& [name, property] : schema["properties"].items()) {
      if (!body.empty()) body += R"( "," space )";
      body += literal(json(name).dump()) + R"( space ":" space )" + rule(property, depth + 1) +
              " space";
    }
    return add(fmt::format(R"("{{" space {} "}}")", body));
  }

  std::string array(const json& schema, std::size_t depth) {
    if (schema.contains("items") && schema["items"].is_array()) throw cannot{"'items' is a list"};
    const std::string item = schema.contains("items") ? rule(schema["items"], depth + 1) : "value";
    const std::uint64_t least = bound(schema, "minItems").value_or(0);
    const auto most = bound(schema, "maxItems");
    if (most && *most < least) throw cannot{"maxItems is below minItems"};
    if (most && *most == 0) return add(R"("[" space "]")");
    const std::string more =
        fmt::format(R"(("," space {} space){{{},{}}})", item, least > 0 ? least - 1 : 0,
                    most ? fmt::format("{}", *most - 1) : "");
    const std::string list = fmt::format("{} space {}", item, more);
    return add(fmt::format(R"("[" space {} "]")", least > 0 ? list : "(" + list + ")?"));
  }

  std::string text(const json& schema) {
    const auto least = bound(schema, "minLength");
    const auto most = bound(schema, "maxLength");
    if (!least && !most) return "string";
    if (most && *most < least.value_or(0)) throw cannot{"maxLength is below minLength"};
    return add(fmt::format(R"("\"" char{{{},{}}} "\"")", least.value_or(0),
                           most ? fmt::format("{}", *most) : ""));
  }

  // A count of repetitions; none if there is no bound, or one that the grammar cannot count to.
  static std::optional<std::uint64_t> bound(const json& schema, const char* key) {
    if (!schema.contains(key)) return std::nullopt;
    if (!schema[key].is_number_unsigned()) throw cannot{fmt::format("'{}' is no count", key)};
    const auto value = schema[key].get<std::uint64_t>();
    if (value > repeats_max) return std::nullopt;
    return value;
  }

  std::string add(const std::string& body) {
    std::string name = fmt::format("r{}", ++count_);
    rules_ += fmt::format("{} ::= {}\n", name, body);
    return name;
  }

  std::string rules_;
  std::size_t count_ = 0;
};

}  // namespace

proto::result<std::string> grammar_of(std::string_view schema) {
  std::string why;
  try {
    return converter().convert(json::parse(schema));
  } catch (const cannot& reason) {
    why = reason.why;
  } catch (const json::exception& e) {
    why = e.what();
  }
  return proto::fail("format.schema", "no grammar can be made of the schema", why);
}

}  // namespace chimera::embedded
