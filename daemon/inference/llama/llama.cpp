#include "daemon/inference/llama/llama.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include "proto/decimal.hpp"

namespace chimera::inference {
namespace {

namespace fs = std::filesystem;

fs::path beside_this_program() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("chimera-llama") : self.parent_path() / "chimera-llama";
}

std::vector<std::string> arguments_of(const config::backend_settings& how) {
  return {"--library", how.llama.library.string(),
          "--model",   how.file.string(),
          "--gpu",     how.llama.gpu,
          "--context", fmt::format("{}", how.llama.context),
          "--slots",   fmt::format("{}", how.slots),
          "--threads", fmt::format("{}", how.llama.threads)};
}

// A count of tokens that a request asks for; 0 = it does not.
std::uint64_t asked_tokens(const generation_request& about, const char* option) {
  const auto found = about.options.find(option);
  if (found == about.options.end()) return 0;
  const double value = proto::parse_decimal(found->second).value_or(0);
  constexpr double most = 1e15;
  return value >= 1 && value <= most ? static_cast<std::uint64_t>(value) : 0;
}

// A call at the engine: gone when it goes, whatever way.
struct place {
  place(std::shared_ptr<engine_process> at, std::uint64_t which, engine_inbox& inbox)
      : engine(std::move(at)), id(which), listening(engine) {
    engine->join(id, inbox);
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  ~place() { engine->leave(id); }

  std::shared_ptr<engine_process> engine;
  std::uint64_t id;
  engine_process::use listening;
};

void take_answer(answer_state& answer, const embedded::done& end, const embedded::ready& engine) {
  generation& g = answer.draft();
  g.usage.prompt_tokens = end.prompt_tokens;
  g.usage.output_tokens = end.output_tokens;
  g.usage.prompt_eval_ns = end.prompt_eval_ns;
  g.usage.eval_ns = end.eval_ns;
  g.options_in_effect = end.options;
  g.options_in_effect["cached_tokens"] = fmt::format("{}", end.cached_tokens);
  g.model = engine.model;
  g.model_digest = engine.digest;
  g.server = "llama.cpp " + engine.version;
  answer.finish(end.finish_reason);
}

}  // namespace

llama::llama(config::backend_settings how, const clock& time, fs::path program)
    : how_(std::move(how)),
      time_(time),
      program_(program.empty() ? beside_this_program() : std::move(program)) {}

llama::~llama() {
  if (process_) process_->stop();
}

std::string llama::describe() const {
  return fmt::format("llama.cpp {}", how_.file.filename().string());
}

task<proto::result<llama::running>> llama::running_engine() {
  if (!process_ || process_->is_gone()) {
    auto started = engine_process::start(co_await boost::asio::this_coro::executor, program_,
                                         arguments_of(how_));
    if (!started) co_return std::unexpected(std::move(started).error());
    process_ = *std::move(started);
  }
  const running engine = process_;
  const engine_process::use listening(engine);
  while (!engine->state() && !engine->ended()) co_await engine->changed().wait();
  if (engine->ended()) co_return std::unexpected(*engine->ended());
  co_return engine;
}

task<> llama::open(proto::result<running>* into) { *into = co_await running_engine(); }

task<proto::result<llama::running>> llama::engine_in_time() {
  const call_timer timer(how_.budgets, time_.now(), describe());
  proto::result<running> engine = running{};
  const auto late = co_await run_within(open(&engine), &timer, &time_);
  if (late) co_return std::unexpected(*late);
  co_return engine;
}

task<proto::result<generation>> llama::generate(generation_request request,
                                                std::function<void(std::string_view)> on_token) {
  call_timer timer(how_.budgets, time_.now(), describe());
  answer_state answer(describe(), timer, time_, std::move(on_token));
  const auto late = co_await run_within(talk(std::move(request), &timer, &answer), &timer, &time_);
  if (late) answer.fail(*late);
  co_return answer.take();
}

task<> llama::talk(generation_request request, call_timer* timer, answer_state* answer) {
  const bool loads = !process_ || process_->is_gone() || !process_->state();
  const auto opened = co_await running_engine();
  if (!opened) co_return answer->fail(opened.error());
  const running& engine = *opened;
  timer->sign_of_life(time_.now());
  if (loads) answer->draft().usage.load_ns = (time_.now() - timer->began()).count();
  engine_inbox inbox(co_await boost::asio::this_coro::executor);
  const place at(engine, ++last_id_, inbox);
  engine->send(embedded::generate{at.id, std::move(request.system), std::move(request.prompt),
                                  std::move(request.options), std::move(request.format)});
  std::uint64_t signs = 0;
  while (!answer->is_over()) {
    if (inbox.events.empty()) {
      if (engine->ended()) co_return answer->fail(*engine->ended());
      co_await inbox.arrived.wait();
      if (std::exchange(signs, inbox.signs_of_life) != inbox.signs_of_life)
        timer->sign_of_life(time_.now());
      continue;
    }
    const embedded::event event = std::move(inbox.events.front());
    inbox.events.pop_front();
    if (const auto* p = std::get_if<embedded::piece>(&event)) (void)answer->text(p->text);
    if (const auto* f = std::get_if<embedded::failed>(&event)) answer->fail(f->why);
    if (const auto* d = std::get_if<embedded::done>(&event))
      take_answer(*answer, *d, *engine->state());
  }
}

task<proto::result<model_limits>> llama::limits(generation_request about) {
  const auto opened = co_await engine_in_time();
  if (!opened) co_return std::unexpected(opened.error());
  const std::uint64_t context = (*opened)->state()->context;
  model_limits found;
  const std::uint64_t asked = asked_tokens(about, "num_ctx");
  found.context_tokens = asked > 0 ? std::min(asked, context) : context;
  found.answer_tokens = asked_tokens(about, "num_predict");
  found.holds_to_schema = true;
  co_return found;
}

task<proto::result<std::uint64_t>> llama::count_tokens(generation_request request) {
  const call_timer timer(how_.budgets, time_.now(), describe());
  proto::result<std::uint64_t> tokens = 0;
  const auto late = co_await run_within(ask_count(std::move(request), &tokens), &timer, &time_);
  if (late) co_return std::unexpected(*late);
  co_return tokens;
}

task<> llama::ask_count(generation_request request, proto::result<std::uint64_t>* into) {
  const auto opened = co_await running_engine();
  if (!opened) {
    *into = std::unexpected(opened.error());
    co_return;
  }
  const running& engine = *opened;
  engine_inbox inbox(co_await boost::asio::this_coro::executor);
  const place at(engine, ++last_id_, inbox);
  engine->send(embedded::count{at.id, std::move(request.system), std::move(request.prompt)});
  while (inbox.events.empty() && !engine->ended()) co_await inbox.arrived.wait();
  if (inbox.events.empty())
    *into = std::unexpected(*engine->ended());
  else if (const auto* counted = std::get_if<embedded::counted>(&inbox.events.front()))
    *into = counted->tokens;
}

task<proto::result<backend_view>> llama::look() {
  const auto opened = co_await engine_in_time();
  if (!opened) co_return std::unexpected(opened.error());
  const embedded::ready& engine = *(*opened)->state();
  backend_view view;
  view.server = "llama.cpp " + engine.version;
  view.slots = engine.slots;
  seen_model m;
  m.name = engine.model;
  m.digest = engine.digest;
  m.quantization = engine.quantization;
  m.context_tokens = engine.context;
  m.bytes = engine.bytes;
  m.gpu_bytes = engine.on_gpu ? engine.bytes : 0;
  m.resident = true;
  view.models.push_back(std::move(m));
  const bool has_gpu = std::ranges::any_of(engine.devices, &embedded::device::gpu);
  if (!has_gpu && how_.llama.gpu == "auto")
    view.warnings.push_back("the engine's library sees no GPU: the model runs on the processor");
  if (!engine.shares) view.warnings.push_back("this kind of model shares no beginnings of prompts");
  co_return view;
}

}  // namespace chimera::inference
