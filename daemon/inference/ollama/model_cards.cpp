#include "daemon/inference/ollama/model_cards.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;

std::string text_at(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_at(const json& object, const char* name) {
  if (!object.is_object()) return 0;
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

json member(const json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object.at(name) : json();
}

std::unexpected<proto::problem> no_such_answer(std::string_view who, std::string_view path,
                                               std::string_view body) {
  proto::problem p;
  p.code = "backend.protocol";
  p.title = fmt::format("{} does not speak as Ollama does", who);
  p.detail = fmt::format("{} answers '{}'; is the address right?", path, beginning_of(body));
  p.field = "url";
  return std::unexpected(std::move(p));
}

proto::result<std::vector<seen_model>> models_of(std::string_view who, std::string_view path,
                                                 std::string_view body, bool resident) {
  const json document = json::parse(body, nullptr, false);
  const json list = member(document, "models");
  // Go writes an empty list as null.
  if (!list.is_array() && !(list.is_null() && document.is_object() && document.contains("models")))
    return no_such_answer(who, path, body);
  std::vector<seen_model> out;
  for (const json& entry : list) {
    seen_model m;
    m.name = text_at(entry, "name");
    if (m.name.empty()) m.name = text_at(entry, "model");
    if (m.name.empty()) continue;
    const json details = member(entry, "details");
    m.digest = text_at(entry, "digest");
    m.quantization = text_at(details, "quantization_level");
    m.context_tokens = number_at(resident ? entry : details, "context_length");
    m.bytes = number_at(entry, "size");
    m.gpu_bytes = number_at(entry, "size_vram");
    m.resident = resident;
    out.push_back(std::move(m));
  }
  return out;
}

}  // namespace

std::string full_name(std::string_view model) {
  const std::size_t slash = model.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? model : model.substr(slash + 1);
  return std::string(model) + (last.find(':') == std::string_view::npos ? ":latest" : "");
}

proto::result<std::vector<seen_model>> installed_models(std::string_view who,
                                                        std::string_view tags) {
  return models_of(who, "/api/tags", tags, false);
}

proto::result<std::vector<seen_model>> resident_models(std::string_view who, std::string_view ps) {
  return models_of(who, "/api/ps", ps, true);
}

std::vector<seen_model> joined(std::vector<seen_model> installed,
                               const std::vector<seen_model>& resident) {
  for (const seen_model& r : resident) {
    const auto same = std::ranges::find(installed, r.name, &seen_model::name);
    if (same == installed.end()) {
      installed.push_back(r);
      continue;
    }
    const std::string quantization = same->quantization;
    *same = r;
    if (same->quantization.empty()) same->quantization = quantization;
  }
  return installed;
}

std::vector<std::string> cpu_warnings(const std::vector<seen_model>& models) {
  std::vector<std::string> out;
  constexpr double gib = 1024.0 * 1024.0 * 1024.0;
  for (const seen_model& m : models) {
    if (!m.resident || m.gpu_bytes >= m.bytes) continue;
    if (m.gpu_bytes == 0)
      out.push_back(fmt::format("{} runs on the CPU alone", m.name));
    else
      out.push_back(fmt::format("{} runs partly on the CPU: {:.1f} of {:.1f} GiB are on the GPU",
                                m.name, static_cast<double>(m.gpu_bytes) / gib,
                                static_cast<double>(m.bytes) / gib));
  }
  return out;
}

proto::result<shown_model> shown(std::string_view who, std::string_view show) {
  const json document = json::parse(show, nullptr, false);
  if (!document.is_object()) return no_such_answer(who, "/api/show", show);
  shown_model out;
  const json info = member(document, "model_info");
  const std::string architecture = text_at(info, "general.architecture");
  out.trained_context = number_at(info, (architecture + ".context_length").c_str());
  const json capabilities = member(document, "capabilities");
  const auto can = [&capabilities](const char* what) {
    return std::ranges::find(capabilities, json(what)) != capabilities.end();
  };
  if (capabilities.is_array()) {
    out.thinks = can("thinking");
    out.completes = can("completion");
  }
  // Old servers show no template; then messages are a fair guess.
  const std::string form = text_at(document, "template");
  const auto has = [&form](const char* part) { return form.find(part) != std::string::npos; };
  out.is_plain = !form.empty() && !has(".Messages") && !has("messages") && !has(".System");
  return out;
}

proto::result<std::string> version_of(std::string_view who, std::string_view body) {
  std::string version = text_at(json::parse(body, nullptr, false), "version");
  if (version.empty()) return no_such_answer(who, "/api/version", body);
  return version;
}

bool counts_whole_prompts(std::string_view version) {
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, error] = std::from_chars(version.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') return false;
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return false;
  return major > 0 || minor >= 30;
}

}  // namespace chimera::inference
