#include "daemon/inference/llama/engine/engine.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "daemon/inference/llama/engine/gbnf.hpp"
#include "daemon/inference/llama/engine/library_log.hpp"
#include "daemon/inference/llama/engine/stop_strings.hpp"
#include "daemon/inference/stream/utf8_pieces.hpp"

namespace chimera::embedded {
namespace {

constexpr std::uint32_t context_default_max = 8192;
constexpr std::uint32_t slots_default = 8;
constexpr std::uint32_t sequences_max = 256;  // of the library
constexpr std::uint32_t batch_max = 512;
constexpr std::size_t waiting_max = 10'000;
// Flash attention is a loss for the smallest models.
constexpr std::uint64_t tiny_model_bytes = std::uint64_t{32} << 20U;

proto::problem problem_of(std::string code, std::string title, std::string detail) {
  return proto::fail(std::move(code), std::move(title), std::move(detail)).error();
}

}  // namespace

/// A call in the engine.
struct engine::writing {
  sampler_handle sampler;
  inference::utf8_pieces characters;
  stop_strings stops;
  done result;
  std::uint64_t answer_max = 0;
  std::int64_t asked_ns = 0;
  std::int64_t started_ns = 0;
  std::int64_t first_ns = 0;
};

engine::engine(const model& of, context_handle context, const schedule_limits& limits,
               std::uint64_t bound)
    : model_(of),
      from_(of.functions()),
      context_(std::move(context)),
      batch_(new llama_batch(from_.llama_batch_init(static_cast<std::int32_t>(limits.batch), 0, 1)),
             free_batch{&from_}),
      schedule_(limits),
      slots_(limits.slots),
      bound_(bound) {}

engine::~engine() = default;

proto::result<std::unique_ptr<engine>> engine::make(const model& of, engine_settings settings) {
  const library& from = of.functions();
  const auto trained =
      static_cast<std::uint32_t>(std::max(0, from.llama_model_n_ctx_train(of.handle())));
  const std::uint32_t threads = settings.threads > 0
                                    ? settings.threads
                                    : std::max(2U, std::jthread::hardware_concurrency()) - 1;
  schedule_limits limits;
  limits.slots = std::min(settings.slots > 0 ? settings.slots : slots_default, sequences_max / 2);
  limits.share = settings.share && of.can_share();
  limits.kept = limits.share ? limits.slots : 0;
  llama_context_params params = from.llama_context_default_params();
  params.n_ctx = settings.context > 0 ? settings.context : std::min(trained, context_default_max);
  params.n_batch = std::min(params.n_ctx, batch_max);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = static_cast<std::uint32_t>(limits.slots + limits.kept);
  params.n_threads = static_cast<std::int32_t>(threads);
  params.n_threads_batch = params.n_threads;
  params.kv_unified = true;
  params.no_perf = true;
  if (from.llama_model_size(of.handle()) < tiny_model_bytes)
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  context_handle context(from.llama_init_from_model(of.handle(), params), free_context{&from});
  if (!context)
    return proto::fail("backend.failed",
                       fmt::format("no context of {} tokens can be made", params.n_ctx),
                       fmt::format("lower `context` of the backend: {}", take_library_errors()));
  limits.cells = from.llama_n_ctx(context.get());
  limits.batch = from.llama_n_batch(context.get());
  const std::uint64_t bound =
      trained > 0 ? std::min<std::uint64_t>(limits.cells, trained) : limits.cells;
  return std::unique_ptr<engine>(new engine(of, std::move(context), limits, bound));
}

ready engine::describe() const {
  ready r = model_.describe();
  r.context = bound_;
  r.slots = slots_;
  return r;
}

void engine::apply(const command& what, std::vector<event>& out) {
  if (const auto* g = std::get_if<generate>(&what)) begin(*g, out);
  if (const auto* c = std::get_if<count>(&what))
    out.emplace_back(counted{c->id, model_.tokens_of(c->system, c->prompt).size()});
  if (const auto* c = std::get_if<cancel>(&what)) drop(c->id, false);
}

proto::result<std::uint64_t> engine::answer_bound(const sampling& how, std::uint64_t prompt) const {
  const std::uint64_t bound =
      how.num_ctx > 0 ? std::min(bound_, static_cast<std::uint64_t>(how.num_ctx)) : bound_;
  if (prompt >= bound)
    return proto::fail("backend.context",
                       fmt::format("a prompt of {} tokens does not fit into a context of {} tokens",
                                   prompt, bound),
                       "shorten it, or raise `context` of the backend (num_ctx of the persona)");
  const std::int64_t wanted = how.num_predict > 0 ? how.num_predict : answer_default;
  return std::min(bound - prompt, static_cast<std::uint64_t>(wanted));
}

void engine::begin(const generate& what, std::vector<event>& out) {
  if (schedule_.waiting() >= waiting_max)
    return fail(what.id,
                problem_of("backend.overloaded",
                           fmt::format("{} calls wait in the engine", schedule_.waiting()), ""),
                out);
  auto how = sampling_of(what.options);
  if (!how) return fail(what.id, std::move(how).error(), out);
  std::vector<token_id> prompt = model_.tokens_of(what.system, what.prompt);
  const auto most = answer_bound(*how, prompt.size());
  if (!most) return fail(what.id, most.error(), out);
  if (how->seed < 0) how->seed = static_cast<std::int64_t>(std::random_device()() >> 1U);
  how->num_predict = static_cast<std::int64_t>(*most);
  if (how->num_ctx == 0) how->num_ctx = static_cast<std::int64_t>(bound_);
  auto options = in_effect(*how);
  sampler_handle sampler = make_sampler(*how, what.format, options);
  auto call = std::make_unique<writing>(std::move(sampler), inference::utf8_pieces{},
                                        stop_strings(how->stop));
  call->result.id = what.id;
  call->result.prompt_tokens = prompt.size();
  call->result.options = std::move(options);
  call->answer_max = *most;
  call->asked_ns = now_ns();
  calls_.emplace(what.id, std::move(call));
  schedule_.submit(what.id, std::move(prompt), *most);
}

sampler_handle engine::make_sampler(const sampling& how, const std::string& format,
                                    std::map<std::string, std::string>& options) const {
  sampler_handle chain(from_.llama_sampler_chain_init(from_.llama_sampler_chain_default_params()),
                       free_sampler{&from_});
  const auto add = [&](llama_sampler* s) { from_.llama_sampler_chain_add(chain.get(), s); };
  const auto real = [](double value) { return static_cast<float>(value); };
  if (!format.empty()) {
    const auto grammar = grammar_of(format);
    llama_sampler* held =
        grammar ? from_.llama_sampler_init_grammar(model_.vocab(), grammar->c_str(), "root")
                : nullptr;
    if (held != nullptr) add(held);
    options["format"] = held != nullptr ? "grammar"
                        : grammar       ? "free text: the library does not take the grammar"
                                        : "free text: " + grammar.error().detail;
  }
  if (options.contains("repeat_last_n"))
    add(from_.llama_sampler_init_penalties(
        from_.llama_vocab_n_tokens(model_.vocab()), static_cast<std::int32_t>(how.repeat_last_n),
        real(how.repeat_penalty), real(how.frequency_penalty), real(how.presence_penalty)));
  if (how.temperature <= 0) {
    add(from_.llama_sampler_init_greedy());
    return chain;
  }
  add(from_.llama_sampler_init_top_k(static_cast<std::int32_t>(how.top_k)));
  add(from_.llama_sampler_init_top_p(real(how.top_p), 1));
  add(from_.llama_sampler_init_min_p(real(how.min_p), 1));
  add(from_.llama_sampler_init_temp(real(how.temperature)));
  add(from_.llama_sampler_init_dist(static_cast<std::uint32_t>(how.seed)));
  return chain;
}

void engine::move(const std::vector<memory_step>& steps) {
  llama_memory_t memory = from_.llama_get_memory(context_.get());
  for (const memory_step& s : steps) {
    const auto sequence = static_cast<llama_seq_id>(s.sequence);
    const auto tokens = static_cast<llama_pos>(s.tokens);
    if (s.what == memory_step::kind::copy)
      from_.llama_memory_seq_cp(memory, static_cast<llama_seq_id>(s.from), sequence, 0, tokens);
    else
      (void)from_.llama_memory_seq_rm(memory, sequence, tokens, -1);  // whole ones never fail
  }
}

void engine::fill(const std::vector<portion>& batch) {
  llama_batch& b = *batch_;
  b.n_tokens = 0;
  for (const portion& p : batch) {
    for (std::size_t i = 0; i < p.tokens.size(); ++i) {
      const auto at = static_cast<std::size_t>(b.n_tokens++);
      b.token[at] = p.tokens[i];
      b.pos[at] = static_cast<llama_pos>(p.first + i);
      b.n_seq_id[at] = 1;
      b.seq_id[at][0] = static_cast<llama_seq_id>(p.sequence);
      b.logits[at] = p.asks && i + 1 == p.tokens.size() ? 1 : 0;
    }
  }
}

bool engine::decode(const std::vector<portion>& batch, std::vector<event>& out) {
  fill(batch);
  std::int32_t outcome = from_.llama_decode(context_.get(), *batch_);
  std::vector<memory_step> steps;
  if (outcome == 1 && schedule_.forget(steps)) {
    move(steps);
    outcome = from_.llama_decode(context_.get(), *batch_);
  }
  if (outcome == 0) return true;
  // No room although it was reserved: the youngest goes. Else the batch itself is at fault.
  if (outcome == 1) {
    fail(batch.back().id,
         problem_of("backend.failed", "the engine's memory has no room for the call",
                    "raise `context` of the backend, or lower its `slots`"),
         out);
    return false;
  }
  for (const portion& p : batch)
    fail(p.id,
         problem_of("backend.failed", fmt::format("the engine could not go on ({})", outcome),
                    take_library_errors()),
         out);
  return false;
}

bool engine::step(std::vector<event>& out) {
  std::vector<memory_step> steps;
  const std::vector<started_call> started = schedule_.admit(steps);
  move(steps);
  for (const started_call& s : started) {
    writing& call = *calls_.at(s.id);
    call.started_ns = now_ns();
    call.result.cached_tokens = s.shared;
    call.result.wait_ns = call.started_ns - call.asked_ns;
  }
  const std::vector<portion> batch = schedule_.next_batch();
  if (batch.empty()) return false;
  if (!decode(batch, out)) return true;
  schedule_.computed(batch);
  std::int32_t index = -1;
  for (const portion& p : batch) {
    index += static_cast<std::int32_t>(p.tokens.size());
    if (p.asks) write(p, index, out);
  }
  return true;
}

void engine::write(const portion& last, std::int32_t index, std::vector<event>& out) {
  writing& call = *calls_.at(last.id);
  llama_token token = 0;
  try {
    token = from_.llama_sampler_sample(call.sampler.get(), context_.get(), index);
  } catch (const std::exception& e) {
    return fail(last.id, problem_of("backend.failed", "no token can follow", e.what()), out);
  }
  if (call.first_ns == 0) call.first_ns = now_ns();
  if (model_.ends_answer(token)) return end(last.id, "stop", out);
  ++call.result.output_tokens;
  std::string text = call.stops.push(call.characters.push(model_.text_of(token)));
  if (!text.empty()) out.emplace_back(piece{last.id, std::move(text)});
  if (call.stops.stopped()) return end(last.id, "stop", out);
  if (call.result.output_tokens >= call.answer_max) return end(last.id, "length", out);
  schedule_.produced(last.id, token);
}

void engine::end(std::uint64_t id, const char* reason, std::vector<event>& out) {
  writing& call = *calls_.at(id);
  std::string rest = call.stops.push(call.characters.finish());
  rest += call.stops.finish();
  if (!rest.empty()) out.emplace_back(piece{id, std::move(rest)});
  call.result.finish_reason = reason;
  call.result.prompt_eval_ns = call.first_ns - call.started_ns;
  call.result.eval_ns = now_ns() - call.first_ns;
  out.emplace_back(std::move(call.result));
  drop(id, true);
}

void engine::fail(std::uint64_t id, proto::problem why, std::vector<event>& out) {
  out.emplace_back(failed{id, std::move(why)});
  drop(id, false);
}

void engine::drop(std::uint64_t id, bool keep) {
  std::vector<memory_step> steps;
  schedule_.finish(id, keep, steps);
  move(steps);
  calls_.erase(id);
}

}  // namespace chimera::embedded
