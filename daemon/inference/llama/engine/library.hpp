// llama.cpp's libraries, loaded from a path while the engine runs: nothing is linked.
// Protocol: llama.h and ggml-backend.h of the version that this was compiled with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <ggml-backend.h>
#include <llama.h>

#include "daemon/inference/llama/protocol/message.hpp"
#include "proto/problem.hpp"

namespace chimera::embedded {

// clang-format off
#define CHIMERA_LLAMA_FUNCTIONS(X) \
  X(llama_version) \
  X(llama_log_set) \
  X(llama_backend_init) \
  X(llama_model_default_params) \
  X(llama_model_load_from_file) \
  X(llama_model_free) \
  X(llama_context_default_params) \
  X(llama_init_from_model) \
  X(llama_free) \
  X(llama_n_ctx) \
  X(llama_n_batch) \
  X(llama_get_memory) \
  X(llama_memory_seq_rm) \
  X(llama_memory_seq_cp) \
  X(llama_decode) \
  X(llama_batch_init) \
  X(llama_batch_free) \
  X(llama_model_get_vocab) \
  X(llama_model_n_ctx_train) \
  X(llama_model_is_recurrent) \
  X(llama_model_is_hybrid) \
  X(llama_model_has_encoder) \
  X(llama_model_meta_val_str) \
  X(llama_model_size) \
  X(llama_model_ftype) \
  X(llama_ftype_name) \
  X(llama_model_chat_template) \
  X(llama_chat_apply_template) \
  X(llama_tokenize) \
  X(llama_token_to_piece) \
  X(llama_vocab_n_tokens) \
  X(llama_vocab_is_eog) \
  X(llama_vocab_bos) \
  X(llama_sampler_chain_default_params) \
  X(llama_sampler_chain_init) \
  X(llama_sampler_chain_add) \
  X(llama_sampler_init_penalties) \
  X(llama_sampler_init_top_k) \
  X(llama_sampler_init_top_p) \
  X(llama_sampler_init_min_p) \
  X(llama_sampler_init_temp) \
  X(llama_sampler_init_dist) \
  X(llama_sampler_init_greedy) \
  X(llama_sampler_init_grammar) \
  X(llama_sampler_sample) \
  X(llama_sampler_free) \
  X(llama_supports_gpu_offload) \
  X(llama_time_us) \
  X(ggml_backend_load_all_from_path) \
  X(ggml_backend_dev_count) \
  X(ggml_backend_dev_get) \
  X(ggml_backend_dev_name) \
  X(ggml_backend_dev_description) \
  X(ggml_backend_dev_type)
// clang-format on

/// The functions by their own names. Everything stays loaded until the process ends.
struct library {
#define CHIMERA_MEMBER(name) decltype(&::name) name = nullptr;
  CHIMERA_LLAMA_FUNCTIONS(CHIMERA_MEMBER)
#undef CHIMERA_MEMBER

  std::vector<device> devices;

  [[nodiscard]] bool has_gpu() const;
};

/// Loads libllama at `path` and the drivers of devices that lie beside it. `log` gets what the
/// library says (lines, any thread). Errors "backend.library": not there, not loadable, a function
/// is missing, another version than that of the headers; no driver for this machine's processor.
[[nodiscard]] proto::result<library> load_library(const std::filesystem::path& path,
                                                  ggml_log_callback log);

/// Where the library lies if nobody says: beside an installed engine, else where the build found
/// its headers.
[[nodiscard]] std::filesystem::path default_library();

struct free_model {
  const library* from;
  void operator()(llama_model* m) const { from->llama_model_free(m); }
};
struct free_context {
  const library* from;
  void operator()(llama_context* c) const { from->llama_free(c); }
};
struct free_sampler {
  const library* from;
  void operator()(llama_sampler* s) const { from->llama_sampler_free(s); }
};
using model_handle = std::unique_ptr<llama_model, free_model>;
using context_handle = std::unique_ptr<llama_context, free_context>;
using sampler_handle = std::unique_ptr<llama_sampler, free_sampler>;

}  // namespace chimera::embedded
