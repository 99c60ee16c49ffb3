// A loaded model: its prompts as tokens, its tokens as text.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inference/llama/engine/library.hpp"
#include "daemon/inference/llama/engine/schedule.hpp"

namespace chimera::embedded {

enum class gpu_use : std::uint8_t { automatic, required, off };

/// Outlives what is made of it; `from` outlives it. Thread-safe once loaded.
class model {
 public:
  /// Errors "backend.model" (not there, no GGUF, an architecture the library does not know),
  /// "backend.no-gpu" (one is required, the library sees none).
  [[nodiscard]] static proto::result<model> load(const library& from,
                                                 const std::filesystem::path& file, gpu_use gpu);

  /// The whole prompt in the model's own chat template (ChatML if it has none, or one that the
  /// library does not know). Only the template's own text can become control tokens: whatever
  /// stands in `system` and `prompt` is read as plain text.
  [[nodiscard]] std::vector<token_id> tokens_of(const std::string& system,
                                                const std::string& prompt) const;
  /// The bytes of a token, which may be a part of a character. Control tokens are none.
  [[nodiscard]] std::string text_of(token_id token) const;
  [[nodiscard]] bool ends_answer(token_id token) const {
    return from_->llama_vocab_is_eog(vocab_, token);
  }
  /// What it shows of itself; context and slots are the engine's to fill in.
  [[nodiscard]] ready describe() const;

  [[nodiscard]] llama_model* handle() const { return handle_.get(); }
  [[nodiscard]] const llama_vocab* vocab() const { return vocab_; }
  [[nodiscard]] const library& functions() const { return *from_; }
  /// Parts of a sequence can be cut off and copied.
  [[nodiscard]] bool can_share() const;

 private:
  model(const library& from, model_handle handle, std::filesystem::path file, bool on_gpu);
  [[nodiscard]] std::string apply_template(bool with_system) const;
  void tokenize(std::string_view text, bool begin, bool control, std::vector<token_id>& into) const;

  const library* from_;
  model_handle handle_;
  const llama_vocab* vocab_;
  std::filesystem::path file_;
  bool on_gpu_;
};

/// "sha256:..." of a file up to 64 MiB. Of a larger one "sampled-sha256:...": of its size and of 16
/// MiB each from its beginning (all its metadata), middle and end, because reading it all would
/// hold up the first call for seconds. "" if it cannot be read.
[[nodiscard]] std::string digest_of(const std::filesystem::path& file);

}  // namespace chimera::embedded
