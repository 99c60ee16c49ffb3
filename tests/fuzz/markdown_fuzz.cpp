// Any bytes as Markdown: no crash, no hang, sound tables.
#include "reader_fuzz.hpp"

using namespace chimera::evidence;
using namespace chimera::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  demand_sound(read_markdown(text_of(data, size), small_limits()));
  return 0;
}
