#include "daemon/inference/ollama/ollama.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "daemon/inference/ollama/refusal.hpp"
#include "daemon/inference/stream/lost_way.hpp"
#include "proto/object_text.hpp"

namespace chimera::inference {
namespace {

proto::problem no_model_named(std::string_view who) {
  proto::problem p;
  p.code = "backend.model";
  p.title = fmt::format("no model is named for {}", who);
  p.detail =
      "set 'model' of the backend or defaults.model, or --model; 'ollama list' shows what "
      "there is";
  p.field = "model";
  return p;
}

}  // namespace

ollama::ollama(config::backend_settings settings, const clock& time)
    : settings_(std::move(settings)), time_(time) {
  while (settings_.url.ends_with('/')) settings_.url.pop_back();
}

std::string ollama::who() const { return "ollama at " + settings_.url; }

std::string ollama::describe() const {
  if (settings_.model.empty()) return who();
  return fmt::format("ollama {} at {}", settings_.model, settings_.url);
}

http::client_request ollama::request_to(std::string_view path) const {
  http::client_request out;
  out.url = settings_.url + std::string(path);
  out.ca_file = settings_.ca_file;
  out.hint = "is Ollama running? start it with 'ollama serve'";
  return out;
}

task<proto::result<std::string>> ollama::get(std::string path) {
  auto answer = co_await http::fetch(request_to(path));
  if (!answer) co_return std::unexpected(lost_way(who(), ollamas, std::move(answer.error())));
  if (answer->status != 200)
    co_return std::unexpected(refusal_of(who(), path, answer->status, answer->body).what);
  co_return std::move(answer->body);
}

task<proto::result<std::string>> ollama::ask(std::string path, std::string body,
                                             std::string model) {
  http::client_request what = request_to(path);
  what.method = "POST";
  what.headers.emplace_back("Content-Type", "application/json");
  what.body = std::move(body);
  auto answer = co_await http::fetch(std::move(what));
  if (!answer) co_return std::unexpected(lost_way(who(), ollamas, std::move(answer.error())));
  if (answer->status != 200)
    co_return std::unexpected(refusal_of(who(), model, answer->status, answer->body).what);
  co_return std::move(answer->body);
}

task<proto::result<backend_view>> ollama::look() {
  const auto version_text = co_await get("/api/version");
  if (!version_text) co_return std::unexpected(version_text.error());
  const auto version = version_of(who(), *version_text);
  if (!version) co_return std::unexpected(version.error());
  const auto tags = co_await get("/api/tags");
  if (!tags) co_return std::unexpected(tags.error());
  auto installed = installed_models(who(), *tags);
  if (!installed) co_return std::unexpected(installed.error());
  const auto ps = co_await get("/api/ps");
  if (!ps) co_return std::unexpected(ps.error());
  const auto resident = resident_models(who(), *ps);
  if (!resident) co_return std::unexpected(resident.error());
  version_ = *version;
  for (const seen_model& m : *installed)
    if (const auto known = models_.find(m.name); known != models_.end())
      known->second.digest = m.digest;
  backend_view view;
  view.server = "ollama " + version_;
  view.slots = 1;
  view.models = joined(std::move(*installed), *resident);
  view.warnings = cpu_warnings(*resident);
  co_return view;
}

task<proto::result<ollama::known_model*>> ollama::know(generation_request about) {
  if (about.model.empty()) about.model = settings_.model;
  if (about.model.empty()) co_return std::unexpected(no_model_named(who()));
  const std::string name = full_name(about.model);
  if (const auto known = models_.find(name); known != models_.end()) co_return &known->second;
  auto card =
      co_await ask("/api/show", proto::object_text().add("model", about.model).take(), about.model);
  if (!card) co_return std::unexpected(std::move(card.error()));
  auto view = co_await look();
  if (!view) co_return std::unexpected(std::move(view.error()));
  const auto what = shown(who(), *card);
  if (!what) co_return std::unexpected(what.error());
  // Another call may have come first meanwhile: its profile stands.
  if (const auto known = models_.find(name); known != models_.end()) co_return &known->second;
  if (!what->completes)
    co_return proto::fail("backend.model", fmt::format("'{}' makes no text", about.model),
                          fmt::format("{} says that it is for embeddings; choose another", who()));
  known_model model;
  model.shown = *what;
  std::uint64_t resident_context = 0;
  const auto seen = std::ranges::find(view->models, name, &seen_model::name);
  if (seen != view->models.end()) {
    model.digest = seen->digest;
    if (seen->resident) resident_context = seen->context_tokens;
  }
  model.manner.thinks = what->thinks;
  model.manner.is_plain = what->is_plain;
  model.manner.profile =
      fixed_profile(settings_.profile, about.options, resident_context, what->trained_context);
  co_return &models_.emplace(name, std::move(model)).first->second;
}

task<proto::result<model_limits>> ollama::limits(generation_request about) {
  const ollama_options options = about.options;
  const auto model = co_await know(std::move(about));
  if (!model) co_return std::unexpected(model.error());
  const std::int64_t most = number_of((*model)->manner.profile, "num_ctx", 0);
  const std::int64_t asked = number_of(options, "num_ctx", most);
  const std::int64_t answer = number_of(options, "num_predict", 0);
  model_limits out;
  out.context_tokens = static_cast<std::uint64_t>(std::clamp<std::int64_t>(asked, 1, most));
  if (answer > 0) out.answer_tokens = static_cast<std::uint64_t>(answer);
  out.holds_to_schema = true;
  co_return out;
}

task<proto::result<std::uint64_t>> ollama::count_tokens(generation_request request) {
  const std::size_t bytes = request.system.size() + request.prompt.size();
  const auto model = co_await know(std::move(request));
  if (!model) co_return std::unexpected(model.error());
  co_return (*model)->ratio.estimate(bytes);
}

}  // namespace chimera::inference
