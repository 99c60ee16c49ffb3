#include "daemon/inference/openai/refusal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/inference/stream/lost_way.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;

struct told_error {
  std::string message = {};
  std::string type = {};
  unsigned status = 0;               ///< that the error names itself; 0 = none
  std::uint64_t prompt_tokens = 0;   ///< llama-server's, of a prompt that does not fit
  std::uint64_t context_tokens = 0;  ///< into what it does not fit
};

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t count_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

unsigned status_at(const json& object) {
  for (const char* name : {"code", "http_status_code", "status"}) {
    const std::uint64_t number = count_at(object, name);
    if (number >= 400 && number < 600) return static_cast<unsigned>(number);
  }
  return 0;
}

// {"error": {"message", "type", "code"}}, {"error": "text", "error_type": "..."}, FastAPI's
// {"detail": ...} and {"object": "error", "message": ...}.
std::optional<told_error> told(std::string_view body) {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  const auto shown = [](const json& value) {
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  told_error out;
  out.status = status_at(document);
  out.type = text_at(document, "type");
  if (const auto error = document.find("error"); error != document.end()) {
    if (error->is_object()) {
      out.message = text_at(*error, "message");
      out.type = text_at(*error, "type");
      out.status = status_at(*error);
      out.prompt_tokens = count_at(*error, "n_prompt_tokens");
      out.context_tokens = count_at(*error, "n_ctx");
    }
    if (out.message.empty()) out.message = shown(*error);
    if (out.type.empty()) out.type = text_at(document, "error_type");
  } else if (const auto detail = document.find("detail"); detail != document.end()) {
    out.message = shown(*detail);
  } else {
    out.message = text_at(document, "message");
  }
  if (out.message.empty()) return std::nullopt;
  return out;
}

bool says(std::string_view message, std::initializer_list<std::string_view> any) {
  const auto within = [message](std::string_view part) {
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    return !std::ranges::search(message, part, same).empty();
  };
  return std::ranges::any_of(any, within);
}

bool is_about_context(const told_error& error) {
  return error.type == "exceed_context_size_error" ||
         says(error.message, {"maximum context length", "context size", "context length",
                              "max_model_len", "longer than the model's context",
                              "must be <= ", "tokens exceed", "too many tokens"});
}

struct meaning {
  std::string_view code;
  std::string_view title;  ///< after the server's name
  std::string_view way_out;
};

meaning meaning_of(unsigned status, const told_error& error) {
  if (says(error.message, {"loading model", "model is loading", "is still loading"}))
    return {"backend.loading", "is still loading its model", ""};
  if (says(error.message, {"unexpectedly stopped", "enginecore encountered", "enginedeaderror",
                           "engine process has died", "background loop has errored"}))
    return {"backend.crashed", "lost its engine", "it often has too little memory"};
  switch (status) {
    case 401:
    case 403:
      return {"backend.unauthorized", "wants to know who asks",
              "put the key into the backend's key_file"};
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
    case 529:
      return {"backend.overloaded", "has too much to do", ""};
    case 413:
      return {"backend.context", "finds the prompt too large", "give the persona less to read"};
    case 424:  // TGI: the generation failed
      return {"backend.failed", "failed", ""};
    case 501:
      return {"backend.protocol", "cannot do that", ""};
    default:
      break;
  }
  if (status >= 400 && status < 499) return {"backend.refused", "refused the call", ""};
  return {"backend.failed", "failed", ""};
}

// Seconds of a Retry-After; its other form, a date, is told only.
std::uint32_t wait_of(std::string_view retry_after) {
  constexpr std::uint32_t longest_s = 3600;
  std::uint32_t seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  const auto [stop, error] = std::from_chars(retry_after.data(), end, seconds);
  return error == std::errc() && stop == end ? std::min(seconds, longest_s) : 0;
}

proto::problem strange(std::string_view who, const refused_call& call) {
  proto::problem p;
  p.code = "backend.protocol";
  p.title = fmt::format("{} does not speak as OpenAI's servers do", who);
  p.detail = fmt::format("it answered with status {}: '{}'; is the address right?", call.status,
                         beginning_of(call.body));
  p.field = "url";
  return p;
}

}  // namespace

bool may_be_unknown_field(const refused_call& call) {
  if (call.status != 400 && call.status != 422) return false;
  const auto error = told(call.body);
  return !error || !is_about_context(*error);
}

proto::problem problem_of(std::string_view who, std::string_view model, const refused_call& call) {
  const auto found = told(call.body);
  if (!found && (call.status < 400 || call.status == 404 || call.status == 405))
    return strange(who, call);
  const told_error error = found.value_or(told_error{beginning_of(call.body)});
  const unsigned status = call.status == 200 && error.status != 0 ? error.status : call.status;
  proto::problem p;
  p.detail = beginning_of(error.message);
  if (is_about_context(error) && status < 500) {
    p.code = "backend.context";
    p.title = fmt::format("the prompt does not fit into the context of {}", model);
    if (error.prompt_tokens > 0 && error.context_tokens > 0)
      p.title = fmt::format("the prompt has {} tokens, {} takes {} with its answer",
                            error.prompt_tokens, model, error.context_tokens);
    p.detail += "; start the server with a larger context, or give the persona less to read";
    return p;
  }
  if (status == 404) {
    p.code = "backend.model";
    p.title = fmt::format("{} has no model '{}'", who, model);
    p.field = "model";
    return p;
  }
  const meaning what = meaning_of(status, error);
  p.code = what.code;
  p.title = fmt::format("{} {}", who, what.title);
  if (call.status == 200 && p.code == "backend.failed")
    p.title = fmt::format("{} failed in the middle of its answer", who);
  if (call.status != 200) p.detail += fmt::format(" (status {})", call.status);
  p.wait_s = wait_of(call.retry_after);
  if (!call.retry_after.empty())
    p.detail += fmt::format("; it asks to wait: Retry-After {}", beginning_of(call.retry_after));
  if (!what.way_out.empty()) p.detail += fmt::format("; {}", what.way_out);
  return p;
}

}  // namespace chimera::inference
