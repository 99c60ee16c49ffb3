#include "daemon/inference/openai/dialect.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::inference {
namespace {

using nlohmann::json;

// vLLM, SGLang and TGI put whatever they are given into one batch and show no bound of it: with 16
// calls a batch is well used, and a job's cancellation does not wait behind hundreds of others.
constexpr std::size_t batching_slots = 16;

json object_of(std::string_view text) {
  json out = json::parse(text, nullptr, false);
  return out.is_object() ? out : json::object();
}

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The first of the names that holds a number above 0.
std::uint64_t count_at(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_unsigned()) continue;
    const auto number = found->get<std::uint64_t>();
    if (number > 0) return number;
  }
  return 0;
}

const json& list_at(const json& object, const char* name) {
  static const json nothing = json::array();
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : nothing;
}

std::string named(std::string_view server, const std::string& version) {
  return version.empty() ? std::string(server) : fmt::format("{} {}", server, version);
}

std::vector<seen_model> models_of(const json& document) {
  std::vector<seen_model> out;
  for (const json& entry : list_at(document, "data")) {
    if (!entry.is_object() || text_at(entry, "id").empty()) continue;
    seen_model m;
    m.name = text_at(entry, "id");
    m.context_tokens =
        count_at(entry, {"max_model_len", "context_length", "context_window", "n_ctx"});
    out.push_back(std::move(m));
  }
  return out;
}

void see_llama_server(seen_server& out, const json& props) {
  out.view.server = named("llama-server", text_at(props, "build_info"));
  out.view.slots = static_cast<std::size_t>(count_at(props, {"total_slots"}));
  const auto settings = props.find("default_generation_settings");
  if (settings == props.end() || !settings->is_object()) return;
  // Of one slot: what a prompt and its answer may have.
  const std::uint64_t context = count_at(*settings, {"n_ctx"});
  for (seen_model& m : out.view.models) {
    m.resident = true;
    if (context > 0) m.context_tokens = context;
  }
}

void see_lm_studio(seen_server& out, const json& listed) {
  out.view.server = "lm-studio";
  out.view.slots = 1;  // it answers one call after the other unless it is set up otherwise
  std::vector<seen_model> models;
  for (const json& entry : list_at(listed, "data")) {
    if (!entry.is_object() || text_at(entry, "type") == "embeddings") continue;
    if (text_at(entry, "id").empty()) continue;
    seen_model m;
    m.name = text_at(entry, "id");
    m.quantization = text_at(entry, "quantization");
    m.resident = text_at(entry, "state") == "loaded";
    m.context_tokens = count_at(entry, {"loaded_context_length", "max_context_length"});
    models.push_back(std::move(m));
  }
  // What is loaded answers at once: it comes first, as the model of calls that name none.
  std::ranges::stable_partition(models, [](const seen_model& m) { return m.resident; });
  if (!models.empty()) out.view.models = std::move(models);
}

void see_tgi(seen_server& out, const json& info) {
  out.view.server = named("tgi", text_at(info, "version"));
  const std::uint64_t calls = count_at(info, {"max_concurrent_requests"});
  out.view.slots = batching_slots;
  if (calls > 0) out.view.slots = std::min<std::size_t>(batching_slots, calls);
  const std::uint64_t context = count_at(info, {"max_total_tokens"});
  if (out.view.models.empty() && !text_at(info, "model_id").empty()) {
    seen_model only;
    only.name = text_at(info, "model_id");
    out.view.models.push_back(std::move(only));
  }
  for (seen_model& m : out.view.models) {
    m.resident = true;
    if (context > 0) m.context_tokens = context;
  }
}

void see_batching(seen_server& out, std::string_view name, const json& info) {
  out.view.server = named(name, text_at(info, "version"));
  out.view.slots = static_cast<std::size_t>(count_at(info, {"max_running_requests"}));
  if (out.view.slots == 0) out.view.slots = batching_slots;
  const std::uint64_t context = count_at(info, {"context_length"});
  for (seen_model& m : out.view.models) {
    m.resident = true;
    if (m.context_tokens == 0) m.context_tokens = context;
  }
}

}  // namespace

bool is_answered_by(dialect would_be, std::string_view body) {
  const json answer = object_of(body);
  if (answer.contains("error")) return false;
  switch (would_be) {
    case dialect::llama_server:
      return answer.contains("total_slots") || answer.contains("default_generation_settings");
    case dialect::sglang:
      return answer.contains("tp_size") || answer.contains("model_path") ||
             answer.contains("max_total_num_tokens");
    case dialect::vllm:
      return !text_at(answer, "version").empty();
    case dialect::lm_studio:
      return answer.contains("data");
    case dialect::tgi:
      return !text_at(answer, "model_id").empty();
    case dialect::generic:
      break;
  }
  return false;
}

seen_server seen(dialect speaks, std::string_view models, std::string_view answer) {
  seen_server out;
  out.speaks = speaks;
  out.view.models = models_of(object_of(models));
  const json shown = object_of(answer);
  switch (speaks) {
    case dialect::llama_server:
      see_llama_server(out, shown);
      break;
    case dialect::sglang:
      see_batching(out, "sglang", shown);
      break;
    case dialect::vllm:
      see_batching(out, "vllm", shown);
      break;
    case dialect::lm_studio:
      see_lm_studio(out, shown);
      break;
    case dialect::tgi:
      see_tgi(out, shown);
      break;
    case dialect::generic:
      out.view.server = "openai-compatible";
      out.view.slots = 1;  // nothing is known of it: one call at a time overloads nobody
      break;
  }
  return out;
}

std::string_view name_of_option(dialect speaks, std::string_view option) {
  using enum dialect;
  for (const std::string_view common : {"temperature", "top_p", "seed", "stop"})
    if (option == common) return common;
  if (option == "num_predict") return "max_tokens";
  const bool batching = speaks == vllm || speaks == sglang;
  if (option == "top_k" && (batching || speaks == llama_server || speaks == lm_studio))
    return "top_k";
  if (option == "min_p" && (batching || speaks == llama_server)) return "min_p";
  if (option == "repeat_penalty" && batching) return "repetition_penalty";
  if (option == "repeat_penalty" && (speaks == llama_server || speaks == lm_studio))
    return "repeat_penalty";
  return {};
}

}  // namespace chimera::inference
