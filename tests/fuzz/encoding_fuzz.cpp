// Any bytes decode to valid UTF-8 or to nothing, and any text may be searched for times.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "agents/evidence/source/content_times.hpp"
#include "agents/evidence/source/text_encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chimera::evidence;
  const std::string bytes(data, data + size);
  const decoded_text decoded = decode_text(bytes);
  if (!simdjson::validate_utf8(decoded.text.data(), decoded.text.size())) std::abort();
  if (decoded.encoding.empty() && !decoded.text.empty()) std::abort();
  for (const std::string& repair : decoded.repairs)
    if (!simdjson::validate_utf8(repair.data(), repair.size())) std::abort();
  std::vector<content_time> times;
  find_times("f", bytes, true, times);
  find_times("f", decoded.text, false, times);
  if (times.size() > 6) std::abort();
  const std::size_t found = times.size();
  if (first_last(times).size() != (found == 0 ? 0U : 4U)) std::abort();
  if (const auto named = time_in_name(bytes); named && named->text.size() < 10) std::abort();
  return 0;
}
