#include "daemon/inference/llama/engine/library.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include <dlfcn.h>
#include <fmt/format.h>

namespace chimera::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view way_out =
    "fetch it with deploy/fetch-llama, or name the libllama of llama.cpp " CHIMERA_LLAMA_VERSION
    " as `library` of the backend";

std::unexpected<proto::problem> refuse(std::string title, std::string cause) {
  return proto::fail("backend.library", std::move(title),
                     cause.empty() ? std::string(way_out) : fmt::format("{}; {}", cause, way_out));
}

// "0.5.0-dev" says the same as "0.5.0": what a release is built from.
std::string_view release_of(std::string_view version) {
  return version.substr(0, version.find('-'));
}

std::string load_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason is given" : text;
}

void list_devices(library& loaded) {
  for (std::size_t i = 0; i < loaded.ggml_backend_dev_count(); ++i) {
    ggml_backend_dev_t d = loaded.ggml_backend_dev_get(i);
    const auto type = loaded.ggml_backend_dev_type(d);
    const bool gpu = type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU;
    loaded.devices.push_back(
        {loaded.ggml_backend_dev_name(d), loaded.ggml_backend_dev_description(d), gpu});
  }
}

}  // namespace

bool library::has_gpu() const { return std::ranges::any_of(devices, &device::gpu); }

proto::result<library> load_library(const fs::path& path, ggml_log_callback log) {
  std::error_code error;
  if (!fs::exists(path, error))
    return refuse(fmt::format("the library of the embedded engine is not at {}", path.string()),
                  "");
  const fs::path real = fs::canonical(path, error);
  void* handle = ::dlopen(real.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return refuse(fmt::format("the library {} cannot be loaded", real.string()), load_error());
  library loaded;
  std::string missing;
#define CHIMERA_LOAD(name)                                                       \
  loaded.name = reinterpret_cast<decltype(loaded.name)>(::dlsym(handle, #name)); \
  if (loaded.name == nullptr) missing = #name;
  CHIMERA_LLAMA_FUNCTIONS(CHIMERA_LOAD)
#undef CHIMERA_LOAD
  if (loaded.llama_version == nullptr || !missing.empty())
    return refuse(fmt::format("{} is not the libllama that is wanted", real.string()),
                  fmt::format("it has no function '{}'", missing));
  const std::string_view version = loaded.llama_version();
  if (release_of(version) != release_of(CHIMERA_LLAMA_VERSION))
    return refuse(fmt::format("{} is llama.cpp {}, the engine is built for {}", real.string(),
                              version, CHIMERA_LLAMA_VERSION),
                  "");
  loaded.llama_log_set(log, nullptr);
  loaded.ggml_backend_load_all_from_path(real.parent_path().c_str());
  list_devices(loaded);
  if (loaded.devices.empty())
    return refuse(fmt::format("beside {} is no driver for this processor", real.string()),
                  "files libggml-cpu*.so must lie in the same folder");
  loaded.llama_backend_init();
  return loaded;
}

fs::path default_library() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = self.parent_path() / "../lib/chimera/libllama.so";
  if (!error && fs::exists(beside, error)) return beside.lexically_normal();
  return CHIMERA_LLAMA_LIBRARY;
}

}  // namespace chimera::embedded
