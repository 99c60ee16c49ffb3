#include "daemon/inference/llama/engine/library_log.hpp"

#include <cstdio>
#include <mutex>
#include <string_view>

namespace chimera::embedded {
namespace {

struct said {
  std::mutex guard;
  ggml_log_level level = GGML_LOG_LEVEL_NONE;
  std::string error;
};

said& everything() {
  static said all;
  return all;
}

}  // namespace

void library_log(ggml_log_level level, const char* text, void*) {
  said& all = everything();
  const std::scoped_lock lock(all.guard);
  if (level != GGML_LOG_LEVEL_CONT) all.level = level;
  if (all.level != GGML_LOG_LEVEL_WARN && all.level != GGML_LOG_LEVEL_ERROR) return;
  (void)std::fputs(text, stderr);  // best effort: nobody may read it
  if (all.level != GGML_LOG_LEVEL_ERROR || level == GGML_LOG_LEVEL_CONT) return;
  std::string_view line = text;
  while (line.ends_with('\n')) line.remove_suffix(1);
  all.error = line;
}

std::string last_library_error() {
  said& all = everything();
  const std::scoped_lock lock(all.guard);
  return all.error;
}

}  // namespace chimera::embedded
