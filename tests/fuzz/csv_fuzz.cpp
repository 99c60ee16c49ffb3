// Any bytes as a CSV: no crash, no hang, sound tables, the same for two threads.
#include "reader_fuzz.hpp"

using namespace chimera::evidence;
using namespace chimera::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto read = read_csv(text, small_limits());
  demand_sound(read);
  demand_same(read, read_csv(text, small_limits(), 2));
  return 0;
}
