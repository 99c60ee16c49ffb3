#include "daemon/inference/openai/openai.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/inference/openai/completion_request.hpp"
#include "daemon/inference/openai/completion_stream.hpp"
#include "daemon/inference/openai/refusal.hpp"
#include "daemon/inference/stream/answer_state.hpp"
#include "daemon/inference/stream/call_timer.hpp"
#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;
using proto::result;

constexpr std::size_t counted_max = 256;
// The budgets of the call decide; this only has to be longer.
constexpr std::chrono::hours never_silent{24 * 365};

std::size_t bytes_of(const generation_request& request) {
  return request.system.size() + request.prompt.size();
}

std::size_t hash_of(const generation_request& request) {
  return std::hash<std::string>()(request.model + '\0' + request.system + '\0' + request.prompt);
}

bool is_one_object(const http::client_response& head) {
  return head.header("content-type").starts_with("application/json");
}

// Wall time where the server says nothing of its own.
void fill_durations(generation_usage& usage) {
  if (usage.prompt_eval_ns == 0) usage.prompt_eval_ns = usage.ttft_ns;
  if (usage.eval_ns == 0) usage.eval_ns = usage.total_ns - usage.ttft_ns;
}

}  // namespace

struct openai::call {
  generation_request request;
  answer_state& state;
  dialect speaks = dialect::generic;
  std::optional<proto::problem> failure = {};
};

openai::openai(const config::backend_settings& what, const clock& time)
    : link_(what), budgets_(what.budgets), time_(time) {}

std::string openai::describe() const {
  return known_ ? fmt::format("{} at {}", known_->view.server, link_.base()) : link_.who();
}

task<result<void>> openai::learn() {
  const auto listed = co_await link_.ask("/v1/models");
  if (!listed) co_return std::unexpected(listed.error());
  // Some have no such list; who does not want to be asked says so here.
  const bool has_list = listed->status == 200;
  if (!has_list && listed->status != 404 && listed->status != 405) {
    const refused_call refused{listed->status, listed->body, listed->header("retry-after")};
    co_return std::unexpected(problem_of(link_.who(), "", refused));
  }
  dialect speaks = dialect::generic;
  std::string shown;
  for (const probe& asked : probes) {
    auto answer = co_await link_.body_of(std::string(asked.path));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (!*answer || !is_answered_by(asked.would_be, **answer)) continue;
    speaks = asked.would_be;
    shown = std::move(**answer);
    break;
  }
  known_ = seen(speaks, has_list ? std::string_view(listed->body) : std::string_view(), shown);
  counts_ = true;
  co_return result<void>();
}

task<result<void>> openai::choose_model(generation_request* request) {
  if (!known_) {
    auto learned = co_await learn();
    if (!learned) co_return learned;
  }
  if (!request->model.empty()) co_return result<void>();
  if (known_->view.models.empty()) {
    co_return proto::fail("backend.model", fmt::format("{} lists no model", link_.who()),
                          "name one in the settings of the backend: model");
  }
  request->model = known_->view.models.front().name;
  co_return result<void>();
}

const seen_model* openai::find(std::string_view model) const {
  const auto& all = known_->view.models;
  const auto found = std::ranges::find(all, model, &seen_model::name);
  if (found != all.end()) return &*found;
  // A server of one model serves it under any name.
  return all.size() == 1 ? &all.front() : nullptr;
}

task<result<generation>> openai::generate(generation_request request,
                                          std::function<void(std::string_view)> on_token) {
  const std::string who = link_.who();
  call_timer timer(budgets_, time_.now(), who);
  answer_state state(who, timer, time_, std::move(on_token));
  call one{std::move(request), state};
  const auto refusal = [&one, &who](std::string_view object) {
    return problem_of(who, one.request.model, {200, std::string(object), {}});
  };
  completion_stream stream(who, state, timer, time_, refusal);
  auto late = co_await run_within(converse(&one, &stream), &timer, &time_);
  if (late) state.fail(std::move(*late));
  if (one.failure) state.fail(std::move(*one.failure));
  auto answer = state.take();
  if (!answer) co_return answer;
  if (known_) answer->server = known_->view.server;
  if (auto cut = truncated(one.request, *answer)) co_return std::unexpected(std::move(*cut));
  ratio_.learn(bytes_of(one.request), answer->usage.prompt_tokens);
  fill_durations(answer->usage);
  co_return answer;
}

task<> openai::converse(call* one, completion_stream* stream) {
  auto chosen = co_await choose_model(&one->request);
  if (!chosen) {
    one->failure = std::move(chosen.error());
    co_return;
  }
  one->speaks = known_->speaks;  // another call may forget what is known
  const bool again = co_await post(one, stream, takes_stream_options_);
  if (!again) co_return;
  static_cast<void>(co_await post(one, stream, false));
  if (!one->failure) takes_stream_options_ = false;
}

task<bool> openai::post(call* one, completion_stream* stream, bool with_stream_options) {
  auto message = request_for(one->request, {one->speaks, with_stream_options});
  if (!message) {
    one->failure = std::move(message.error());
    co_return false;
  }
  auto what = link_.request("/v1/chat/completions", std::move(message->body));
  if (!what) {
    one->failure = std::move(what.error());
    co_return false;
  }
  what->silence_timeout = never_silent;
  bool streams = false;
  const auto on_head = [&streams](const http::client_response& head) {
    return streams = head.status == 200 && !is_one_object(head);
  };
  const auto on_piece = [stream](std::string_view piece) { return stream->push(piece); };
  auto answer = co_await http::stream(std::move(*what), on_head, on_piece);
  one->state.draft().options_in_effect = std::move(message->in_effect);
  if (!answer && streams && answer.error().code == "client.closed") {
    stream->end(answer.error().detail);
  } else if (!answer) {
    one->failure = lost_way(link_.who(), openais, std::move(answer.error()));
    if (one->failure->code == "backend.unavailable") known_.reset();  // another may come back
  } else if (streams) {
    stream->end();
  } else if (answer->status == 200 && answer->body.starts_with('{')) {
    stream->take_whole(std::move(answer->body));
  } else if (answer->status == 200) {  // a stream under a wrong name
    static_cast<void>(stream->push(answer->body));
    stream->end();
  } else {
    const refused_call refused{answer->status, answer->body, answer->header("retry-after")};
    if (with_stream_options && may_be_unknown_field(refused)) co_return true;
    one->failure = problem_of(link_.who(), one->request.model, refused);
  }
  co_return false;
}

std::optional<proto::problem> openai::truncated(const generation_request& request,
                                                const generation& answer) const {
  const std::uint64_t read = answer.usage.prompt_tokens;
  if (read == 0) return std::nullopt;  // it does not say
  const auto exact = counted_.find(hash_of(request));
  const std::uint64_t least =
      exact == counted_.end() ? ratio_.least(bytes_of(request)) : exact->second * 9 / 10;
  if (read >= least) return std::nullopt;
  proto::problem p;
  p.code = "backend.truncated";
  p.title = fmt::format("{} has read only {} tokens of a prompt of at least {}", link_.who(), read,
                        least);
  p.detail = "it cuts what does not fit instead of refusing it: start it with a larger context";
  return p;
}

task<result<model_limits>> openai::limits(generation_request about) {
  auto chosen = co_await choose_model(&about);
  if (!chosen) co_return std::unexpected(std::move(chosen.error()));
  model_limits out;
  if (const seen_model* model = find(about.model)) out.context_tokens = model->context_tokens;
  const auto most = about.options.find("num_predict");
  std::int64_t tokens = 0;
  if (most != about.options.end())
    std::from_chars(most->second.data(), most->second.data() + most->second.size(), tokens);
  if (tokens > 0) out.answer_tokens = static_cast<std::uint64_t>(tokens);
  out.holds_to_schema = known_ && takes_schema(known_->speaks);
  co_return out;
}

task<result<std::uint64_t>> openai::count_tokens(generation_request request) {
  auto chosen = co_await choose_model(&request);
  if (!chosen) co_return std::unexpected(std::move(chosen.error()));
  if (counts_) {
    const auto exact = co_await exact_count(&request);
    if (exact) {
      if (counted_.size() >= counted_max) counted_.clear();
      counted_[hash_of(request)] = *exact;
      co_return *exact;
    }
    counts_ = false;
  }
  co_return ratio_.estimate(bytes_of(request));
}

task<std::optional<std::uint64_t>> openai::exact_count(const generation_request* request) {
  const std::string messages = messages_json(*request);
  if (known_->speaks == dialect::vllm) {
    const std::string model =
        json(request->model).dump(-1, ' ', false, json::error_handler_t::replace);
    const auto answer = co_await link_.body_of(
        "/tokenize", fmt::format(R"({{"model":{},"messages":{}}})", model, messages));
    if (!answer || !*answer) co_return std::nullopt;
    const json counted = json::parse(**answer, nullptr, false);
    if (!counted.is_object() || !counted.contains("count")) co_return std::nullopt;
    if (!counted["count"].is_number_unsigned()) co_return std::nullopt;
    co_return counted["count"].get<std::uint64_t>();
  }
  if (known_->speaks != dialect::llama_server) co_return std::nullopt;
  const auto written =
      co_await link_.body_of("/apply-template", fmt::format(R"({{"messages":{}}})", messages));
  if (!written || !*written) co_return std::nullopt;
  json prompt = json::parse(**written, nullptr, false);
  if (!prompt.is_object() || !prompt.contains("prompt")) co_return std::nullopt;
  const json asked = {
      {"content", std::move(prompt["prompt"])}, {"add_special", true}, {"parse_special", true}};
  const auto answer = co_await link_.body_of(
      "/tokenize", asked.dump(-1, ' ', false, json::error_handler_t::replace));
  if (!answer || !*answer) co_return std::nullopt;
  const json counted = json::parse(**answer, nullptr, false);
  if (!counted.is_object() || !counted.contains("tokens")) co_return std::nullopt;
  if (!counted["tokens"].is_array()) co_return std::nullopt;
  co_return counted["tokens"].size();
}

task<result<backend_view>> openai::look() {
  auto learned = co_await learn();
  if (!learned) co_return std::unexpected(std::move(learned.error()));
  co_return known_->view;
}

}  // namespace chimera::inference
