#include "daemon/inference/llama/protocol/message.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proto/object_text.hpp"

namespace chimera::embedded {
namespace {

using nlohmann::json;
using proto::object_text;

std::string text_of(const std::map<std::string, std::string>& options) {
  object_text object;
  for (const auto& [name, value] : options) object.add(name, value);
  return object.take();
}

object_text open(std::string_view what, std::uint64_t id) {
  object_text object;
  object.add("is", what).add("id", id);
  return object;
}

void add_problem(object_text& object, const proto::problem& p) {
  object.add("code", p.code).add("title", p.title).add("detail", p.detail);
  if (!p.field.empty()) object.add("field", p.field);
  if (!p.allowed.empty()) object.add("allowed", p.allowed);
}

std::string text_of(const device& d) {
  object_text object;
  object.add("name", d.name).add("description", d.description).add("gpu", d.gpu);
  return object.take();
}

std::string write(const generate& c) {
  object_text object = open("generate", c.id);
  object.add("system", c.system).add("prompt", c.prompt);
  object.add_json("options", text_of(c.options)).add("format", c.format);
  return object.take();
}

std::string write(const count& c) {
  return open("count", c.id).add("system", c.system).add("prompt", c.prompt).take();
}

std::string write(const cancel& c) { return open("cancel", c.id).take(); }

std::string write(const ready& e) {
  object_text object;
  object.add("is", "ready").add("version", e.version).add("model", e.model);
  object.add("digest", e.digest).add("quantization", e.quantization).add("bytes", e.bytes);
  object.add("context", e.context).add("context_trained", e.context_trained);
  object.add("slots", e.slots).add("shares", e.shares).add("on_gpu", e.on_gpu);
  object.add_list("devices", e.devices, [](const device& d) { return text_of(d); });
  return object.take();
}

std::string write(const refused& e) {
  object_text object;
  object.add("is", "refused");
  add_problem(object, e.why);
  return object.take();
}

std::string write(const working&) { return object_text().add("is", "working").take(); }

std::string write(const piece& e) { return open("piece", e.id).add("text", e.text).take(); }

std::string write(const done& e) {
  object_text object = open("done", e.id);
  object.add("finish_reason", e.finish_reason).add("prompt_tokens", e.prompt_tokens);
  object.add("cached_tokens", e.cached_tokens).add("output_tokens", e.output_tokens);
  object.add("wait_ns", e.wait_ns).add("prompt_eval_ns", e.prompt_eval_ns);
  object.add("eval_ns", e.eval_ns).add_json("options", text_of(e.options));
  return object.take();
}

std::string write(const failed& e) {
  object_text object = open("failed", e.id);
  add_problem(object, e.why);
  return object.take();
}

std::string write(const counted& e) { return open("counted", e.id).add("tokens", e.tokens).take(); }

proto::problem problem_of(const json& object) {
  proto::problem p;
  p.code = object.at("code").get<std::string>();
  p.title = object.at("title").get<std::string>();
  p.detail = object.at("detail").get<std::string>();
  p.field = object.value("field", "");
  p.allowed = object.value("allowed", "");
  return p;
}

template <class T>
void read(const json& object, const char* key, T& into) {
  into = object.at(key).get<T>();
}

std::optional<command> command_of(const std::string& what, const json& object) {
  if (what == "cancel") return cancel{object.at("id").get<std::uint64_t>()};
  if (what == "count") {
    count c;
    read(object, "id", c.id);
    read(object, "system", c.system);
    read(object, "prompt", c.prompt);
    return c;
  }
  if (what != "generate") return std::nullopt;
  generate c;
  read(object, "id", c.id);
  read(object, "system", c.system);
  read(object, "prompt", c.prompt);
  read(object, "options", c.options);
  read(object, "format", c.format);
  return c;
}

ready ready_of(const json& object) {
  ready e;
  read(object, "version", e.version);
  read(object, "model", e.model);
  read(object, "digest", e.digest);
  read(object, "quantization", e.quantization);
  read(object, "bytes", e.bytes);
  read(object, "context", e.context);
  read(object, "context_trained", e.context_trained);
  read(object, "slots", e.slots);
  read(object, "shares", e.shares);
  read(object, "on_gpu", e.on_gpu);
  for (const json& d : object.at("devices"))
    e.devices.push_back({d.at("name"), d.at("description"), d.at("gpu")});
  return e;
}

done done_of(const json& object) {
  done e;
  read(object, "id", e.id);
  read(object, "finish_reason", e.finish_reason);
  read(object, "prompt_tokens", e.prompt_tokens);
  read(object, "cached_tokens", e.cached_tokens);
  read(object, "output_tokens", e.output_tokens);
  read(object, "wait_ns", e.wait_ns);
  read(object, "prompt_eval_ns", e.prompt_eval_ns);
  read(object, "eval_ns", e.eval_ns);
  read(object, "options", e.options);
  return e;
}

std::optional<event> event_of(const std::string& what, const json& object) {
  if (what == "piece") return piece{object.at("id"), object.at("text")};
  if (what == "working") return working{};
  if (what == "done") return done_of(object);
  if (what == "counted") return counted{object.at("id"), object.at("tokens")};
  if (what == "failed") return failed{object.at("id"), problem_of(object)};
  if (what == "ready") return ready_of(object);
  if (what == "refused") return refused{problem_of(object)};
  return std::nullopt;
}

template <class Message, class Of>
proto::result<Message> parse(std::string_view line, Of message_of) {
  std::string why = "it says something unknown";
  try {
    const json object = json::parse(line);
    if (auto message = message_of(object.at("is").get<std::string>(), object))
      return *std::move(message);
  } catch (const json::exception& e) {
    why = e.what();
  }
  constexpr std::size_t shown_max = 80;
  return proto::fail("engine.protocol",
                     fmt::format("a line is no message: '{}'", line.substr(0, shown_max)), why);
}

template <class Message>
std::string line_of(const Message& what) {
  std::string line = std::visit([](const auto& m) { return write(m); }, what);
  line += '\n';
  return line;
}

}  // namespace

std::string to_line(const command& what) { return line_of(what); }
std::string to_line(const event& what) { return line_of(what); }

proto::result<command> parse_command(std::string_view line) {
  return parse<command>(line, command_of);
}
proto::result<event> parse_event(std::string_view line) { return parse<event>(line, event_of); }

}  // namespace chimera::embedded
