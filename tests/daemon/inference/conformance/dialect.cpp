#include "daemon/inference/conformance/dialect.hpp"

#include <utility>

#include <fmt/format.h>

namespace chimera::inference::conformance {
namespace {

test::script whole(unsigned status, const std::string& body) {
  test::script out;
  out.chunks = {
      fmt::format("HTTP/1.1 {} Said\r\nContent-Type: application/json\r\n"
                  "Content-Length: {}\r\n\r\n{}",
                  status, body.size(), body)};
  return out;
}

}  // namespace

std::string dialect::needed(const std::string& body) const {
  return body.substr(0, body.find_last_not_of('\n') + 1);
}

test::script dialect::answer(std::vector<std::string> chunks) const {
  test::script out;
  out.chunks = std::move(chunks);
  out.chunks.insert(out.chunks.begin(),
                    fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\n\r\n", content_type()));
  return out;
}

test::script dialect::script_of(const scene& what) const {
  using enum scene::ending;
  if (what.then == refused) return whole(what.status, refusal_body(what.status));
  if (what.then == no_context) return whole(400, context_body(5000, 4096));
  std::vector<std::string> chunks;
  for (const std::string& text : what.texts) chunks.push_back(piece(text));
  if (what.then == stop) chunks.push_back(mark("stop"));
  if (what.then == length) chunks.push_back(mark("length"));
  if (what.then == error) chunks.push_back(error_event("something went wrong"));
  if (what.then == crash)
    chunks.push_back(
        error_event("model runner has unexpectedly stopped, this may be due to "
                    "resource limitations"));
  if (what.then == garbage) chunks.push_back(noise());
  test::script out = answer(std::move(chunks));
  if (what.then == reset) {
    out.then = test::script::ending::reset;
    // What was sent must have been read before the reset takes it away.
    out.apart = std::chrono::milliseconds(30);
  }
  if (what.then == silence || what.then == unending) out.then = test::script::ending::hold;
  if (what.then == unending) {
    out.forever = true;
    out.apart = std::chrono::milliseconds(20);
  }
  return out;
}

server_stage::server_stage(loop::asio::any_io_executor executor, const dialect& speech,
                           test::script call, config::call_budgets budgets, const clock& time)
    : speech_(speech),
      call_(std::move(call)),
      server_(std::move(executor), [this](const test::scripted_request& request) {
        if (speech_.asks_for_text(request)) return call_;
        const auto [status, body] = speech_.aside(request);
        return whole(status, body);
      }) {
  config::backend_settings settings;
  settings.type = speech_.name();
  settings.url = fmt::format("http://127.0.0.1:{}", server_.port());
  settings.model = "tiny";
  settings.budgets = budgets;
  backend_ = speech_.make(std::move(settings), time);
}

house house_of(const dialect& speech) {
  const auto arrange = [&speech](loop::asio::any_io_executor executor, const scene& what,
                                 const clock& time) {
    return std::make_unique<server_stage>(std::move(executor), speech, speech.script_of(what),
                                          what.budgets, time);
  };
  return {speech.name(), arrange};
}

std::vector<const dialect*> all_dialects() {
  return {&ollama_chat(), &ollama_generate(), openai_dialects().front()};
}

std::vector<house> all_houses() {
  std::vector<house> out;
  for (const dialect* speech : {&ollama_chat(), &ollama_generate()})
    out.push_back(house_of(*speech));
  for (const dialect* speech : openai_dialects()) out.push_back(house_of(*speech));
  out.push_back(llama_house());
  return out;
}

}  // namespace chimera::inference::conformance
