#include "daemon/inference/ollama/refusal.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;

bool says(std::string_view message, std::initializer_list<std::string_view> any) {
  const auto within = [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  return std::ranges::any_of(any, within);
}

json parsed(std::string_view text) { return json::parse(text, nullptr, false); }

std::uint64_t number_at(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return 0;
  return found->get<std::uint64_t>();
}

// The message of `{"error": "text"}` or `{"error": {"message": "text"}}`; nothing if it is neither.
std::optional<std::string> message_of(std::string_view body) {
  const json document = parsed(body);
  if (!document.is_object() || !document.contains("error")) return std::nullopt;
  const json& error = document["error"];
  return error.is_string() ? error.get<std::string>()
                           : document.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The message may be, or hold, an error of llama-server as JSON.
struct inner_error {
  std::string message;
  std::string type;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t context_tokens = 0;
};

inner_error inside(std::string_view message) {
  inner_error out;
  const std::size_t begin = message.find('{');
  const std::size_t end = message.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return out;
  json document = parsed(message.substr(begin, end - begin + 1));
  if (!document.is_object()) return out;
  if (document.contains("error") && document["error"].is_object()) {
    const json error = document["error"];
    document = error;
  }
  const auto text = [&document](const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  out.message = text("message");
  out.type = text("type");
  out.prompt_tokens = number_at(document, "n_prompt_tokens");
  out.context_tokens = number_at(document, "n_ctx");
  return out;
}

bool is_about_context(std::string_view message, const inner_error& inner) {
  return inner.type == "exceed_context_size_error" ||
         says(message, {"exceed_context_size", "longer than the context length",
                        "exceeds the available context size", "exceeds the context"});
}

proto::problem context_problem(std::string_view model, const inner_error& inner,
                               std::string message) {
  proto::problem p;
  p.code = "backend.context";
  p.field = "num_ctx";
  if (inner.prompt_tokens > 0 && inner.context_tokens > 0)
    p.title = fmt::format("the prompt has {} tokens, {} takes {} with its answer",
                          inner.prompt_tokens, model, inner.context_tokens);
  else
    p.title = fmt::format("the prompt does not fit into the context of {}", model);
  p.detail = std::move(message) +
             "; raise num_ctx in the backend's profile, or give the persona less to read";
  return p;
}

struct meaning {
  std::string_view code;
  std::string_view title;  ///< after the server's name
  std::string_view way_out;
};

meaning meaning_of(unsigned status, std::string_view message) {
  if (says(message, {"unexpectedly stopped", "error was encountered while running the model",
                     "llama runner process has terminated"}))
    return {"backend.crashed", "lost its engine",
            "it often has too little memory: a smaller "
            "num_ctx or model may help"};
  if (says(message, {"oading model"})) return {"backend.loading", "is still loading", ""};
  switch (status) {
    case 401:
    case 403:
      return {"backend.unauthorized", "wants to know who asks", "sign in at the server"};
    case 429:
    case 503:
      return {"backend.overloaded", "has too much to do", ""};
    case 502:
      return {"backend.overloaded", "cannot reach what it passes calls to", ""};
    default:
      break;
  }
  if (status >= 400 && status < 499) return {"backend.refused", "refused the call", ""};
  return {"backend.failed", "failed", ""};
}

ollama_refusal judged(std::string_view who, std::string_view model, unsigned status,
                      std::string message) {
  ollama_refusal out;
  const inner_error inner = inside(message);
  out.prompt_tokens = inner.prompt_tokens;
  out.context_tokens = inner.context_tokens;
  const std::string shown = beginning_of(inner.message.empty() ? message : inner.message);
  if (is_about_context(message, inner)) {
    out.what = context_problem(model, inner, shown);
    return out;
  }
  if (status == 404) {
    out.what.code = "backend.model";
    out.what.title = fmt::format("{} has no model '{}'", who, model);
    out.what.detail = fmt::format("{}; get it with: ollama pull {}", shown, model);
    out.what.field = "model";
    return out;
  }
  const meaning what = meaning_of(status, message);
  out.what.code = what.code;
  out.what.title = fmt::format("{} {}", who, what.title);
  out.what.detail = shown;
  if (status != 200) out.what.detail += fmt::format(" (status {})", status);
  if (!what.way_out.empty()) out.what.detail += fmt::format("; {}", what.way_out);
  return out;
}

}  // namespace

ollama_refusal refusal_of(std::string_view who, std::string_view model, unsigned status,
                          std::string_view body) {
  auto message = message_of(body);
  if (message) return judged(who, model, status, std::move(*message));
  // A server before it (a proxy) says such things in its own words.
  if (status >= 429) return judged(who, model, status, beginning_of(body));
  if (status == 401 || status == 403) return judged(who, model, status, beginning_of(body));
  ollama_refusal out;
  out.what.code = "backend.protocol";
  out.what.title = fmt::format("{} does not speak as Ollama does", who);
  out.what.detail = fmt::format("it answered with status {}: '{}'; is the address right?", status,
                                beginning_of(body));
  out.what.field = "url";
  return out;
}

ollama_refusal refusal_in_stream(std::string_view who, std::string_view model,
                                 std::string_view message) {
  ollama_refusal out = judged(who, model, 200, std::string(message));
  if (out.what.code == "backend.failed")
    out.what.title = fmt::format("{} failed in the middle of its answer", who);
  return out;
}

}  // namespace chimera::inference
