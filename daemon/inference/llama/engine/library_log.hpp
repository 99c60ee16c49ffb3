// What the library says of itself: warnings and errors, on stderr.
#pragma once

#include <string>

#include <ggml.h>

namespace chimera::embedded {

/// For llama_log_set; any thread.
void library_log(ggml_log_level level, const char* text, void* unused);

/// The errors that it told since this was last asked, the beginning of them; "" = none.
[[nodiscard]] std::string take_library_errors();

}  // namespace chimera::embedded
