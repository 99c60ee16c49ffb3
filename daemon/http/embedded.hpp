// Documents of the API that are part of the program: proto/openapi.json and its neighbours.
#pragma once

#include <span>
#include <string_view>

namespace chimera::http {

struct embedded_file {
  std::string_view name;  ///< "openapi.json", "schemas/persona.schema.json"
  std::string_view text;
};

/// All of them, by name.
[[nodiscard]] std::span<const embedded_file> embedded_files();
/// The text of one; "" if there is none.
[[nodiscard]] std::string_view embedded(std::string_view name);

}  // namespace chimera::http
