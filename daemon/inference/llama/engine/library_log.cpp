#include "daemon/inference/llama/engine/library_log.hpp"

#include <cstdio>
#include <mutex>
#include <string_view>
#include <utility>

namespace chimera::embedded {
namespace {

struct said {
  std::mutex guard;
  ggml_log_level level = GGML_LOG_LEVEL_NONE;
  std::string errors;
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
  constexpr std::size_t kept_max = 400;
  if (all.errors.size() > kept_max) return;
  if (!all.errors.empty()) all.errors += "; ";
  all.errors += line;
}

std::string take_library_errors() {
  said& all = everything();
  const std::scoped_lock lock(all.guard);
  return std::exchange(all.errors, {});
}

}  // namespace chimera::embedded
