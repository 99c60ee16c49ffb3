// Fetching a model to the server: POST /api/pull.
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/inference/ollama/ollama.hpp"
#include "daemon/inference/ollama/refusal.hpp"
#include "daemon/inference/stream/lines.hpp"
#include "daemon/inference/stream/lost_way.hpp"
#include "proto/object_text.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;

struct pulling {
  std::string who;
  std::string model;
  std::function<void(const pull_progress&)> on_progress;
  lines reader;
  std::optional<proto::problem> failed;
  bool done = false;

  // False: no more is needed.
  bool push(std::string_view chunk) {
    reader.push(chunk);
    while (const auto line = reader.next()) take(*line);
    return !failed && !done && !reader.too_long();
  }

  void take(std::string_view line) {
    if (line.empty() || failed || done) return;
    const json told = json::parse(line, nullptr, false);
    if (!told.is_object()) {
      failed = refusal_of(who, model, 200, line).what;
      return;
    }
    if (const auto error = told.find("error"); error != told.end()) {
      const std::string text = error->is_string() ? error->get<std::string>() : error->dump();
      const bool unknown = text.find("file does not exist") != std::string::npos ||
                           text.find("not found") != std::string::npos;
      failed = unknown ? refusal_of(who, model, 404, line).what
                       : refusal_in_stream(who, model, text).what;
      if (unknown) failed->detail = text + ": there is no model of that name to pull";
      return;
    }
    pull_progress step;
    const auto number = [&told](const char* name) {
      const auto found = told.find(name);
      return found != told.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    };
    if (const auto status = told.find("status"); status != told.end() && status->is_string())
      step.status = status->get<std::string>();
    step.bytes = number("completed");
    step.bytes_total = number("total");
    done = step.status == "success";
    if (on_progress) on_progress(step);
  }
};

}  // namespace

task<proto::result<void>> ollama::pull(std::string model,
                                       std::function<void(const pull_progress&)> on_progress) {
  pulling state{who(), model, std::move(on_progress), lines(), {}, false};
  http::client_request what = request_to("/api/pull");
  what.method = "POST";
  what.headers.emplace_back("Content-Type", "application/json");
  what.body = proto::object_text().add("model", model).add("stream", true).take();
  what.silence_timeout = std::chrono::minutes(1);
  const auto on_head = [](const http::client_response& head) { return head.status == 200; };
  const http::piece_handler on_piece = [&state](std::string_view piece) {
    return state.push(piece);
  };
  auto ended = co_await http::stream(std::move(what), on_head, on_piece);
  if (state.failed) co_return std::unexpected(std::move(*state.failed));
  if (state.done) co_return proto::result<void>();
  if (!ended) co_return std::unexpected(lost_way(who(), ollamas, std::move(ended.error())));
  if (ended->status != 200)
    co_return std::unexpected(refusal_of(who(), model, ended->status, ended->body).what);
  co_return proto::fail("backend.cut",
                        fmt::format("{} did not say that '{}' is there", who(), model),
                        "the stream ended before; pull it again, what has come is kept");
}

}  // namespace chimera::inference
