#include "plain_loop.hpp"

#include <chrono>
#include <stdexcept>

namespace chimera::bench {
namespace {

using namespace chimera::embedded;

struct loop_state {
  const library& from;
  llama_context* context;
  llama_batch batch;

  void add(token_id token, std::size_t position, std::size_t sequence, bool asks) {
    const auto at = static_cast<std::size_t>(batch.n_tokens++);
    batch.token[at] = token;
    batch.pos[at] = static_cast<llama_pos>(position);
    batch.n_seq_id[at] = 1;
    batch.seq_id[at][0] = static_cast<llama_seq_id>(sequence);
    batch.logits[at] = asks ? 1 : 0;
  }
  void decode() {
    if (from.llama_decode(context, batch) != 0) throw std::runtime_error("llama_decode");
    batch.n_tokens = 0;
  }
};

}  // namespace

double plain_decode(const model& of, const std::vector<std::string>& prompts, std::size_t tokens,
                    std::uint32_t context) {
  const library& from = of.functions();
  llama_context_params params = from.llama_context_default_params();
  params.n_ctx = context;
  params.n_batch = 512;
  params.n_ubatch = 512;
  params.n_seq_max = static_cast<std::uint32_t>(prompts.size());
  params.n_threads = 1;
  params.n_threads_batch = 1;
  params.kv_unified = true;
  const context_handle made(from.llama_init_from_model(of.handle(), params), free_context{&from});
  if (!made) throw std::runtime_error("no context");
  loop_state loop{from, made.get(), from.llama_batch_init(512, 0, 1)};
  const sampler_handle sampler(from.llama_sampler_init_greedy(), free_sampler{&from});
  std::vector<token_id> next(prompts.size());
  std::vector<std::size_t> length(prompts.size());
  for (std::size_t s = 0; s < prompts.size(); ++s) {
    const std::vector<token_id> prompt = of.tokens_of("", prompts[s]);
    for (std::size_t i = 0; i < prompt.size(); ++i)
      loop.add(prompt[i], i, s, i + 1 == prompt.size());
    loop.decode();
    length[s] = prompt.size();
    next[s] = from.llama_sampler_sample(sampler.get(), made.get(), -1);
  }
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t t = 1; t < tokens; ++t) {
    for (std::size_t s = 0; s < prompts.size(); ++s) loop.add(next[s], length[s]++, s, true);
    loop.decode();
    for (std::size_t s = 0; s < prompts.size(); ++s)
      next[s] = from.llama_sampler_sample(sampler.get(), made.get(), static_cast<std::int32_t>(s));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  from.llama_batch_free(loop.batch);
  return static_cast<double>((tokens - 1) * prompts.size()) / took.count();
}

}  // namespace chimera::bench
