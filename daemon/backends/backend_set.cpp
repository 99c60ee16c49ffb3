#include "daemon/backends/backend_set.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "daemon/inference/llama/llama.hpp"
#include "daemon/inference/narrator.hpp"
#include "daemon/inference/ollama/ollama.hpp"
#include "daemon/inference/openai/openai.hpp"
#include "daemon/inference/simulated.hpp"

namespace chimera::inference {
namespace {

std::unique_ptr<backend> make(const config::backend_settings& what, const clock& time) {
  if (what.type == "narrator") return std::make_unique<narrator>(time);
  if (what.type == "simulated") return std::make_unique<simulated>(what.simulated, time);
  if (what.type == "ollama") return std::make_unique<ollama>(what, time);
  if (what.type == "openai") return std::make_unique<openai>(what, time);
  if (what.type == "llama") return std::make_unique<llama>(what, time);
  return nullptr;
}

proto::problem not_built(const config::backend_settings& what) {
  proto::problem p;
  p.code = "backend.type";
  p.title = fmt::format("backend '{}' is of type '{}', which this program cannot talk to",
                        what.name, what.type);
  p.file = what.origin;
  p.line = what.line;
  p.column = what.column;
  p.field = "type";
  p.allowed = "narrator, simulated, ollama, openai, llama";
  return p;
}

// The same backend for the same requests, wherever it is written and however many may call it.
bool is_same(config::backend_settings a, const config::backend_settings& b) {
  a.origin = b.origin;
  a.line = b.line;
  a.column = b.column;
  if (a.type != "llama") a.slots = b.slots;  // the embedded engine is made for so many
  a.waiting_max = b.waiting_max;
  return a == b;
}

}  // namespace

proto::result<std::shared_ptr<const backend_set>> backend_set::build(const config::settings& from,
                                                                     const clock& time,
                                                                     const backend_set* before) {
  auto made = std::make_shared<backend_set>();
  std::vector<std::pair<std::shared_ptr<gate>, gate_limits>> kept;
  for (config::backend_settings what : from.backends) {
    if (what.model.empty()) what.model = from.default_model;
    const gate_limits limits{what.slots, what.waiting_max};
    std::shared_ptr<gate> behind;
    if (before != nullptr)
      for (const named_backend& old : before->all_)
        if (is_same(old.what, what)) behind = old.behind;
    if (behind) {
      kept.emplace_back(behind, limits);
    } else {
      auto inner = make(what, time);
      if (!inner) return std::unexpected(not_built(what));
      behind = std::make_shared<gate>(std::move(inner), limits, time, what.model);
    }
    made->all_.push_back({std::move(what), std::move(behind)});
  }
  // Only when all are sound: a refused reload changes nothing.
  for (const auto& [behind, limits] : kept) behind->set_limits(limits);
  made->default_name_ = from.default_backend;
  return made;
}

proto::result<named_backend> backend_set::find(std::string_view name) const {
  const std::string_view wanted = name.empty() ? std::string_view(default_name_) : name;
  std::vector<std::string> names;
  for (const named_backend& b : all_) {
    if (b.what.name == wanted) return b;
    names.push_back(b.what.name);
  }
  proto::problem p;
  p.code = "backend.unknown";
  p.title = fmt::format("no backend is named '{}'", wanted);
  const std::string near = personas::nearest(wanted, names);
  if (!near.empty()) p.detail = fmt::format("did you mean '{}'?", near);
  for (const std::string& known : names) p.allowed += (p.allowed.empty() ? "" : ", ") + known;
  return std::unexpected(std::move(p));
}

}  // namespace chimera::inference
