// Any bytes as persona and pipeline: a value or a problem with a place, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/personas/persona_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(bytes), size);
  const auto kind = chimera::personas::read_kind(yaml, "fuzz.yaml");
  const auto persona = chimera::personas::read_persona(yaml, "fuzz.yaml");
  const auto pipeline = chimera::personas::read_pipeline(yaml, "fuzz.yaml");
  if (persona && pipeline) std::abort();  // a file is one of them
  if (!kind && (persona || pipeline)) std::abort();
  if (!persona && persona.error().title.empty()) std::abort();
  if (pipeline) (void)chimera::personas::check_pipeline(*pipeline, {});
  return 0;
}
