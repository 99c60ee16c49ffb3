// A JSON Schema as a grammar that llama.cpp holds a model to.
// Grammar: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
#pragma once

#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::embedded {

/// A grammar in GBNF whose start is "root". What it lets through is never less than JSON, but may
/// be wider than the schema: bounds of numbers, `pattern`, `format` and the like are left to who
/// reads the answer; of an object, every listed property is written, in the order listed.
/// Understood: object, array (items, minItems, maxItems), string (minLength, maxLength), number,
/// integer, boolean, null, lists of types, enum, const, anyOf and oneOf. Error "format.schema" for
/// anything else that decides the form ($ref, allOf, not, if) and for what is no schema.
[[nodiscard]] proto::result<std::string> grammar_of(std::string_view schema);

}  // namespace chimera::embedded
