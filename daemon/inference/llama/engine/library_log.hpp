// What the library says of itself: warnings and errors, on stderr.
#pragma once

#include <string>

#include <ggml.h>

namespace chimera::embedded {

/// For llama_log_set; any thread.
void library_log(ggml_log_level level, const char* text, void* unused);

/// The last error that it told, one line; "" = none.
[[nodiscard]] std::string last_library_error();

}  // namespace chimera::embedded
