#include "daemon/inference/ollama/chat_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proto/decimal.hpp"
#include "proto/object_text.hpp"

namespace chimera::inference {
namespace {

constexpr std::array<std::string_view, 6> load_options = {"num_ctx",    "num_gpu",  "num_batch",
                                                          "num_thread", "main_gpu", "use_mmap"};
constexpr std::int64_t default_context = 4096;  // what Ollama itself takes on a small GPU

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// As JSON; nothing if it is no value.
std::optional<std::string> json_value(const std::string& name, const std::string& value) {
  if (name == "stop") {
    if (nlohmann::json::accept(value)) return value;
    return std::nullopt;
  }
  if (value == "true" || value == "false") return value;
  if (const auto number = whole<std::int64_t>(value)) return fmt::format("{}", *number);
  const auto number = proto::parse_decimal(value);
  if (number && std::isfinite(*number)) return fmt::format("{}", *number);
  return std::nullopt;
}

// Seconds as a number, else a duration of Go.
std::string keep_alive_json(const std::string& value) {
  if (const auto seconds = whole<std::int64_t>(value)) return fmt::format("{}", *seconds);
  std::string out;
  proto::append_quoted(out, value);
  return out;
}

std::string messages_json(const generation_request& request) {
  const auto message = [](std::string_view role, std::string_view content) {
    return proto::object_text().add("role", role).add("content", content).take();
  };
  std::string out = "[";
  if (!request.system.empty()) out += message("system", request.system) + ",";
  return out + message("user", request.prompt) + "]";
}

}  // namespace

bool loads_model(std::string_view option) {
  return std::ranges::find(load_options, option) != load_options.end();
}

std::int64_t number_of(const ollama_options& options, const std::string& name,
                       std::int64_t otherwise) {
  const auto found = options.find(name);
  if (found == options.end()) return otherwise;
  return whole<std::int64_t>(found->second).value_or(otherwise);
}

ollama_options fixed_profile(const ollama_options& settings, const ollama_options& first_request,
                             std::uint64_t resident_context, std::uint64_t trained_context) {
  ollama_options profile = settings;
  for (const auto& [name, value] : first_request)
    if (loads_model(name) && name != "num_ctx") profile.emplace(name, value);
  std::int64_t context = number_of(settings, "num_ctx", 0);
  if (context <= 0) {
    const std::int64_t asked = number_of(first_request, "num_ctx", 0);
    const auto resident = static_cast<std::int64_t>(resident_context);
    context = resident > 0 && resident >= asked ? resident : asked;
    if (context <= 0) context = default_context;
  }
  if (trained_context > 0) context = std::min(context, static_cast<std::int64_t>(trained_context));
  profile["num_ctx"] = fmt::format("{}", context);
  return profile;
}

proto::result<ollama_message> chat_request(const generation_request& request,
                                           const ollama_manner& manner) {
  ollama_message out;
  for (const auto& [name, value] : request.options)
    if (!loads_model(name) && name != "keep_alive") out.in_effect.emplace(name, value);
  for (const auto& [name, value] : manner.profile) out.in_effect.insert_or_assign(name, value);
  proto::object_text options;
  for (const auto& [name, value] : out.in_effect) {
    const auto json = json_value(name, value);
    if (!json)
      return proto::fail(
          "backend.refused",
          fmt::format("the option {} of {} cannot be '{}'", name, request.step, value),
          "Ollama takes numbers, true and false, and for 'stop' a list of texts");
    options.add_json(name, *json);
  }
  proto::object_text body;
  body.add("model", request.model);
  if (manner.is_plain) {
    const std::string gap = request.system.empty() ? "" : "\n\n";
    body.add("prompt", request.system + gap + request.prompt);
    out.target = "/api/generate";
  } else {
    body.add_json("messages", messages_json(request));
    out.target = "/api/chat";
  }
  body.add("stream", true).add("truncate", false).add("shift", false);
  if (manner.thinks) body.add("think", false);
  if (!request.format.empty()) body.add_json("format", request.format);
  if (const auto keep = request.options.find("keep_alive"); keep != request.options.end()) {
    body.add_json("keep_alive", keep_alive_json(keep->second));
    out.in_effect.insert(*keep);
  }
  out.body = body.add_json("options", options.take()).take();
  return out;
}

}  // namespace chimera::inference
