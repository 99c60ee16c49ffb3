#include "daemon/inference/llama/engine/model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "daemon/inference/llama/engine/library_log.hpp"

namespace chimera::embedded {
namespace {

namespace fs = std::filesystem;

// Stand in for the texts while the template is applied; no template's own text is like them.
constexpr std::string_view system_mark = "\x01system text\x01";
constexpr std::string_view prompt_mark = "\x01prompt text\x01";

std::string chat_ml(bool with_system) {
  std::string text;
  if (with_system) text += fmt::format("<|im_start|>system\n{}<|im_end|>\n", system_mark);
  text += fmt::format("<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n", prompt_mark);
  return text;
}

bool holds_once(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at != std::string_view::npos && text.find(mark, at + 1) == std::string_view::npos;
}

proto::problem no_gpu() {
  proto::problem p;
  p.code = "backend.no-gpu";
  p.title = "a GPU is required (gpu: require), and the engine's library sees none";
  p.detail =
      "deploy/fetch-llama vulkan or cuda fetches a driver, which needs the machine's own "
      "libvulkan.so.1 or CUDA 13; gpu: auto takes the processor if there is none";
  p.field = "gpu";
  return p;
}

}  // namespace

model::model(const library& from, model_handle handle, fs::path file, bool on_gpu)
    : from_(&from),
      handle_(std::move(handle)),
      vocab_(from.llama_model_get_vocab(handle_.get())),
      file_(std::move(file)),
      on_gpu_(on_gpu) {}

proto::result<model> model::load(const library& from, const fs::path& file, gpu_use gpu) {
  if (gpu == gpu_use::required && !from.has_gpu()) return std::unexpected(no_gpu());
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    return proto::fail("backend.model", fmt::format("no model is at {}", file.string()),
                       "give the path of a GGUF file as `file` of the backend");
  llama_model_params params = from.llama_model_default_params();
  ggml_backend_dev_t nothing = nullptr;
  const bool on_gpu = gpu != gpu_use::off && from.has_gpu();
  params.n_gpu_layers = on_gpu ? -1 : 0;
  if (!on_gpu) params.devices = &nothing;
  model_handle handle(from.llama_model_load_from_file(file.c_str(), params), free_model{&from});
  if (!handle)
    return proto::fail("backend.model", fmt::format("{} cannot be loaded", file.string()),
                       fmt::format("it is no GGUF, of a kind that this llama.cpp does not know, or "
                                   "too large for the memory: {}",
                                   take_library_errors()));
  if (from.llama_model_has_encoder(handle.get()))
    return proto::fail("backend.model", fmt::format("{} is a model with an encoder", file.string()),
                       "the embedded engine runs models that continue a text");
  return model(from, std::move(handle), file, on_gpu);
}

bool model::can_share() const {
  return !from_->llama_model_is_recurrent(handle_.get()) &&
         !from_->llama_model_is_hybrid(handle_.get());
}

std::string model::apply_template(bool with_system) const {
  const std::string fallback = chat_ml(with_system);
  const char* own = from_->llama_model_chat_template(handle_.get(), nullptr);
  if (own == nullptr) return fallback;
  std::vector<llama_chat_message> messages;
  if (with_system) messages.push_back({"system", system_mark.data()});
  messages.push_back({"user", prompt_mark.data()});
  std::string text(4096, '\0');
  const auto apply = [&] {
    return from_->llama_chat_apply_template(own, messages.data(), messages.size(), true,
                                            text.data(), static_cast<std::int32_t>(text.size()));
  };
  std::int32_t length = apply();
  if (length > static_cast<std::int32_t>(text.size())) {
    text.resize(static_cast<std::size_t>(length));
    length = apply();
  }
  if (length < 0) return fallback;
  text.resize(static_cast<std::size_t>(length));
  const bool whole = holds_once(text, prompt_mark) &&
                     (!with_system || (holds_once(text, system_mark) &&
                                       text.find(system_mark) < text.find(prompt_mark)));
  return whole ? text : fallback;
}

void model::tokenize(std::string_view text, bool begin, bool control,
                     std::vector<token_id>& into) const {
  if (text.empty() && !begin) return;
  const std::size_t before = into.size();
  std::size_t room = text.size() + 8;
  for (int round = 0; round < 2; ++round) {
    into.resize(before + room);
    const std::int32_t got = from_->llama_tokenize(
        vocab_, text.data(), static_cast<std::int32_t>(text.size()), into.data() + before,
        static_cast<std::int32_t>(room), begin, control);
    if (got >= 0) {
      into.resize(before + static_cast<std::size_t>(got));
      return;
    }
    room = static_cast<std::size_t>(-got);
  }
  into.resize(before);
}

std::vector<token_id> model::tokens_of(const std::string& system, const std::string& prompt) const {
  const std::string frame = apply_template(!system.empty());
  std::vector<token_id> tokens;
  std::string_view rest = frame;
  bool begin = true;
  const auto fill = [&](std::string_view mark, const std::string& text) {
    const std::size_t at = rest.find(mark);
    tokenize(rest.substr(0, at), begin, true, tokens);
    begin = false;
    tokenize(text, false, false, tokens);
    rest.remove_prefix(at + mark.size());
  };
  if (!system.empty()) fill(system_mark, system);
  fill(prompt_mark, prompt);
  tokenize(rest, false, true, tokens);
  // Some templates write the token of the beginning themselves.
  const token_id first = from_->llama_vocab_bos(vocab_);
  if (tokens.size() > 1 && tokens[0] == first && tokens[1] == first) tokens.erase(tokens.begin());
  return tokens;
}

std::string model::text_of(token_id token) const {
  std::array<char, 64> small{};
  const std::int32_t length = from_->llama_token_to_piece(
      vocab_, token, small.data(), static_cast<std::int32_t>(small.size()), 0, false);
  if (length >= 0) return {small.data(), static_cast<std::size_t>(length)};
  std::string text(static_cast<std::size_t>(-length), '\0');
  (void)from_->llama_token_to_piece(vocab_, token, text.data(), -length, 0, false);
  return text;
}

ready model::describe() const {
  ready r;
  r.version = from_->llama_version();
  r.version.resize(std::min(r.version.size(), r.version.find('-')));
  std::array<char, 256> name{};
  const std::int32_t length =
      from_->llama_model_meta_val_str(handle_.get(), "general.name", name.data(), name.size());
  r.model = length > 0 ? name.data() : file_.filename().string();
  r.digest = digest_of(file_);
  const char* kind = from_->llama_ftype_name(from_->llama_model_ftype(handle_.get()));
  if (kind != nullptr) r.quantization = kind;
  r.bytes = from_->llama_model_size(handle_.get());
  r.context_trained = static_cast<std::uint64_t>(from_->llama_model_n_ctx_train(handle_.get()));
  r.devices = from_->devices;
  r.on_gpu = on_gpu_;
  r.shares = can_share();
  return r;
}

}  // namespace chimera::embedded
