// stream_session::take: messages of a peer to actions.
#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "daemon/http/preferences.hpp"
#include "daemon/http/stream_session.hpp"

namespace chimera::http {
namespace {

constexpr std::size_t id_bytes_max = 200;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t list_max = 256;

const std::vector<std::string> method_names = {"subscribe", "unsubscribe", "cancel", "submit",
                                               "ping"};

// The id as it is sent back: a number or a text.
std::optional<std::string> id_of(const sorted_json& message) {
  const auto id = message.find("id");
  if (id == message.end()) return "null";
  const bool sound = id->is_number_integer() ||
                     (id->is_string() && id->get_ref<const std::string&>().size() <= id_bytes_max);
  if (!sound) return std::nullopt;
  return id->dump(-1, ' ', false, sorted_json::error_handler_t::replace);
}

subscribe_command read_subscribe(object_reader& params, std::vector<field_error>& errors) {
  subscribe_command command;
  command.job = params.text("job", name_bytes_max, true);
  command.wish.resumes = params.member("after") != nullptr;
  command.wish.from.seq =
      static_cast<std::uint64_t>(params.integer("after", 0, std::int64_t{1} << 53U, 0));
  command.wish.from.epoch = params.text("epoch", name_bytes_max, false);
  command.wish.filter.steps = params.texts("steps", list_max, 1000);
  command.wish.filter.types = params.texts("types", list_max, name_bytes_max);
  command.coalesce = std::chrono::milliseconds(
      params.integer("coalesce_ms", 0, coalesce_max.count(), coalesce_usual.count()));
  const std::vector<std::string> channels = params.texts("channels", list_max, name_bytes_max);
  if (const std::string bad = add_channels(channels, command.wish.filter); !bad.empty())
    errors.push_back(
        {"#/params/channels", fmt::format("unknown channel '{}'", bad), channel_names()});
  return command;
}

submit_command read_submit(const sorted_json& params, std::vector<field_error>& errors) {
  submit_command command;
  if (!params.is_object()) {
    errors.push_back({"#/params", "must be an object", {}});
    return command;
  }
  command.body = params;
  const auto key = params.find("idempotency_key");
  std::optional<std::string> said;
  if (key != params.end() && key->is_string()) said = read_idempotency_key(key->get<std::string>());
  if (!said)
    errors.push_back(
        {"#/params/idempotency_key", "is needed: 1 to 200 visible ASCII characters", {}});
  command.idempotency_key = said.value_or("");
  command.body.erase("idempotency_key");
  return command;
}

stream_action read_method(const std::string& method, const std::string& id,
                          const sorted_json& params, std::vector<field_error>& errors) {
  if (method == "submit") {
    submit_command command = read_submit(params, errors);
    command.id = id;
    return command;
  }
  object_reader reader(params, "/params", errors);
  stream_action action = say{result_text(id, "{}")};
  if (method == "subscribe") {
    subscribe_command command = read_subscribe(reader, errors);
    command.id = id;
    action = std::move(command);
  } else if (method == "unsubscribe") {
    action = unsubscribe_command{id, reader.text("sub", name_bytes_max, true)};
  } else if (method == "cancel") {
    std::string job = reader.text("job", name_bytes_max, true);
    action = cancel_command{id, std::move(job), reader.text("reason", 1000, false)};
  }
  reader.refuse_unknown();
  return action;
}

say unknown_method(const std::string& id, const std::string& method) {
  std::string detail = "there is no method '" + method.substr(0, name_bytes_max) + "'";
  if (const std::string near = personas::nearest(method, method_names); !near.empty())
    detail += "; did you mean '" + near + "'?";
  return {error_text(id, invalid_request({{"#/method", std::move(detail), method_names}}))};
}

}  // namespace

stream_action stream_session::take(std::string_view message, std::chrono::nanoseconds now) {
  if (!rate_.take(now)) return hang_up{close_code::rate_limited, "too many commands"};
  if (message.size() > limits_.command_bytes)
    return hang_up{close_code::too_big, "the command is too large"};
  auto parsed = parse_json(message);
  if (!parsed) return hang_up{close_code::bad_frame, "not a JSON object"};
  if (!parsed->is_object()) return hang_up{close_code::bad_frame, "not a JSON object"};
  const std::optional<std::string> id = id_of(*parsed);
  if (!id) return hang_up{close_code::bad_frame, "id must be a number or a text"};
  std::vector<field_error> errors;
  object_reader reader(*parsed, "", errors);
  (void)reader.member("id");
  const std::string method = reader.text("method", name_bytes_max, true);
  const sorted_json nothing = sorted_json::object();
  const sorted_json* params = reader.member("params");
  reader.refuse_unknown();
  if (!errors.empty()) return say{error_text(*id, invalid_request(std::move(errors)))};
  if (std::find(method_names.begin(), method_names.end(), method) == method_names.end())
    return unknown_method(*id, method);
  if (method == "subscribe" && table_.size() >= limits_.subscriptions)
    return say{error_text(*id, refused("stream.subscriptions", "too many subscriptions",
                                       fmt::format("at most {} on one connection: unsubscribe one",
                                                   limits_.subscriptions)))};
  stream_action action = read_method(method, *id, params ? *params : nothing, errors);
  if (!errors.empty()) return say{error_text(*id, invalid_request(std::move(errors)))};
  return action;
}

}  // namespace chimera::http
