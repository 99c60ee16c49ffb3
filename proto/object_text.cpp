#include "proto/object_text.hpp"

#include <cmath>
#include <iterator>

namespace chimera::proto {

object_text& object_text::add(std::string_view key, double number) {
  if (!std::isfinite(number)) return add_json(key, "null");
  append_key(text_, key);
  fmt::format_to(std::back_inserter(text_), "{}", number);
  return *this;
}

}  // namespace chimera::proto
