#include "daemon/inference/llama/model/write_model.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <ggml.h>
#include <gguf.h>

namespace chimera::test {
namespace {

constexpr std::array words = {
    "the",  "rows",  "of",     "this",  "folder", "hold",  "what", "was",      "asked", "and",
    "it",   "came",  "from",   "each",  "answer", "is",    "here", "again",    "while", "others",
    "run",  "slow",  "model",  "after", "load",   "than",  "more", "less",     "time",  "every",
    "step", "token", "reader", "finds", "where",  "which", "one",  "measured", "under", "it's"};

// SplitMix64: the same everywhere.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  /// About normal, of the given deviation: a sum of uniform numbers.
  float normal(float deviation) {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>(next() >> 11U) * 0x1.0p-53;
    return static_cast<float>((sum - 2.0) * std::sqrt(3.0)) * deviation;
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

struct vocabulary {
  std::vector<std::string> texts;
  std::vector<std::int32_t> kinds;
  std::size_t first_word = 0;  ///< what the model writes begins here
  static constexpr std::size_t end = 2;

  void add(std::string text, std::int32_t kind) {
    texts.push_back(std::move(text));
    kinds.push_back(kind);
  }
};

vocabulary make_vocabulary() {
  constexpr std::int32_t normal = 1;
  constexpr std::int32_t unknown = 2;
  constexpr std::int32_t control = 3;
  constexpr std::int32_t byte = 6;
  constexpr std::string_view digits = "0123456789ABCDEF";
  vocabulary v;
  v.add("<unk>", unknown);
  v.add("<s>", control);
  v.add("</s>", control);
  v.add("<|im_start|>", control);
  v.add("<|im_end|>", control);
  for (std::size_t b = 0; b < 256; ++b)
    v.add(std::string("<0x") + digits[b / 16] + digits[b % 16] + '>', byte);
  v.add("\xE2\x96\x81", normal);  // how such vocabularies write a space
  for (char c = '!'; c <= '~'; ++c) v.add(std::string(1, c), normal);
  v.first_word = v.texts.size();
  for (const char* word : words) v.add(std::string("\xE2\x96\x81") + word, normal);
  v.add("\xE2\x96\x81\xC3\xA4rger", normal);
  v.add(".\n", normal);
  return v;
}

struct free_gguf {
  void operator()(gguf_context* g) const { gguf_free(g); }
};
struct free_ggml {
  void operator()(ggml_context* g) const { ggml_free(g); }
};

class writer {
 public:
  writer(const model_shape& shape, const vocabulary& v)
      : shape_(shape),
        v_(v),
        file_(gguf_init_empty()),
        memory_(ggml_init({bytes(shape, v), nullptr, false})),
        chance_(shape.seed) {
    if (!memory_) throw std::runtime_error("no memory for the model");
  }

  void describe() {
    gguf_context* g = file_.get();
    gguf_set_val_str(g, "general.architecture", "llama");
    gguf_set_val_str(g, "general.name", "random words");
    gguf_set_val_u32(g, "general.file_type", 0);
    gguf_set_val_u32(g, "llama.context_length", shape_.context);
    gguf_set_val_u32(g, "llama.embedding_length", shape_.width);
    gguf_set_val_u32(g, "llama.block_count", shape_.layers);
    gguf_set_val_u32(g, "llama.feed_forward_length", shape_.hidden);
    gguf_set_val_u32(g, "llama.attention.head_count", shape_.heads);
    gguf_set_val_u32(g, "llama.attention.head_count_kv", shape_.heads);
    gguf_set_val_u32(g, "llama.rope.dimension_count", shape_.width / shape_.heads);
    gguf_set_val_f32(g, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    gguf_set_val_str(g, "tokenizer.ggml.model", "llama");
    std::vector<const char*> texts;
    std::vector<float> scores;
    for (const std::string& text : v_.texts) {
      texts.push_back(text.c_str());
      scores.push_back(-static_cast<float>(scores.size()));
    }
    gguf_set_arr_str(g, "tokenizer.ggml.tokens", texts.data(), texts.size());
    gguf_set_arr_data(g, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, scores.data(), scores.size());
    gguf_set_arr_data(g, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, v_.kinds.data(),
                      v_.kinds.size());
    gguf_set_val_u32(g, "tokenizer.ggml.unknown_token_id", 0);
    gguf_set_val_u32(g, "tokenizer.ggml.bos_token_id", 1);
    gguf_set_val_u32(g, "tokenizer.ggml.eos_token_id", 2);
  }

  void weights() {
    const std::size_t tokens = v_.texts.size();
    matrix("token_embd.weight", shape_.width, tokens, 1.0F);
    ones("output_norm.weight");
    float* out = matrix("output.weight", shape_.width, tokens, 2.5F / root(shape_.width));
    for (std::size_t t = 0; t < v_.first_word; ++t) {
      if (t == vocabulary::end && shape_.ends) continue;
      for (std::size_t i = 0; i < shape_.width; ++i) out[t * shape_.width + i] = 0;
    }
    for (std::uint32_t layer = 0; layer < shape_.layers; ++layer) {
      const std::string at = "blk." + std::to_string(layer) + ".";
      ones(at + "attn_norm.weight");
      // Sharp attention, so that every part of a prompt matters.
      for (const char* name : {"attn_q.weight", "attn_k.weight"})
        matrix(at + name, shape_.width, shape_.width, 2.5F / root(shape_.width));
      for (const char* name : {"attn_v.weight", "attn_output.weight"})
        matrix(at + name, shape_.width, shape_.width, 1.5F / root(shape_.width));
      ones(at + "ffn_norm.weight");
      matrix(at + "ffn_gate.weight", shape_.width, shape_.hidden, 1.0F / root(shape_.width));
      matrix(at + "ffn_up.weight", shape_.width, shape_.hidden, 1.0F / root(shape_.width));
      matrix(at + "ffn_down.weight", shape_.hidden, shape_.width, 1.0F / root(shape_.hidden));
    }
  }

  void save(const std::filesystem::path& to) {
    if (!gguf_write_to_file(file_.get(), to.c_str(), false))
      throw std::runtime_error("cannot write " + to.string());
  }

 private:
  static float root(std::uint32_t n) { return std::sqrt(static_cast<float>(n)); }

  static std::size_t bytes(const model_shape& s, const vocabulary& v) {
    const std::size_t layer = 4ULL * s.width * s.width + 3ULL * s.width * s.hidden + 2ULL * s.width;
    const std::size_t numbers = s.layers * layer + (2 * v.texts.size() + 1) * s.width;
    const std::size_t tensors = 9ULL * s.layers + 3;
    return numbers * sizeof(float) + (tensors + 1) * (ggml_tensor_overhead() + 64);
  }

  float* add(ggml_tensor* t, const std::string& name) {
    ggml_set_name(t, name.c_str());
    gguf_add_tensor(file_.get(), t);
    return ggml_get_data_f32(t);
  }

  float* matrix(const std::string& name, std::size_t columns, std::size_t rows, float deviation) {
    ggml_tensor* t =
        ggml_new_tensor_2d(memory_.get(), GGML_TYPE_F32, static_cast<std::int64_t>(columns),
                           static_cast<std::int64_t>(rows));
    float* data = add(t, name);
    for (std::size_t i = 0; i < columns * rows; ++i) data[i] = chance_.normal(deviation);
    return data;
  }

  void ones(const std::string& name) {
    ggml_tensor* t = ggml_new_tensor_1d(memory_.get(), GGML_TYPE_F32, shape_.width);
    float* data = add(t, name);
    for (std::size_t i = 0; i < shape_.width; ++i) data[i] = 1;
  }

  const model_shape& shape_;
  const vocabulary& v_;
  std::unique_ptr<gguf_context, free_gguf> file_;
  std::unique_ptr<ggml_context, free_ggml> memory_;
  dice chance_;
};

}  // namespace

void write_model(const std::filesystem::path& file, const model_shape& shape) {
  const vocabulary v = make_vocabulary();
  writer w(shape, v);
  w.describe();
  w.weights();
  w.save(file);
}

}  // namespace chimera::test
