#include "daemon/config/backend_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "agents/personas/yaml_fields.hpp"
#include "daemon/config/values.hpp"
#include "proto/decimal.hpp"

namespace chimera::config {
namespace {

using personas::yaml_fields;
namespace fs = std::filesystem;

const std::vector<std::string> types = {"narrator", "simulated", "ollama", "openai", "llama"};
const std::vector<std::string> common_fields = {"name", "type", "model", "slots", "waiting_max"};
const std::vector<std::string> simulated_fields = {
    "tokens",    "tokens_per_second", "prefill_per_second", "ttft",       "stall",
    "fail_rate", "cut_rate",          "stall_rate",         "empty_rate", "seed"};
constexpr std::uint32_t calls_max = 1'000'000;

// What may stand in a backend of this type; everything if the type is unknown, so that the type is
// what the error is about.
std::vector<std::string> fields_for(const std::string& type) {
  std::vector<std::string> fields = common_fields;
  const bool known = std::ranges::find(types, type) != types.end();
  const auto add = [&](const std::vector<std::string>& more) {
    for (const std::string& name : more)
      if (std::ranges::find(fields, name) == fields.end()) fields.push_back(name);
  };
  if (type == "ollama" || !known) add({"url", "ca_file", "profile"});
  if (type == "openai" || !known) add({"url", "ca_file", "key_file"});
  if (type == "llama" || !known) add({"file", "library", "gpu", "context", "threads"});
  if (type == "ollama" || type == "openai" || type == "llama" || !known)
    add({"first_token", "between_tokens", "total"});
  if (type == "simulated" || !known) add(simulated_fields);
  return fields;
}

std::string type_of(const YAML::Node& map) {
  if (!map.IsMap()) return {};
  for (const auto& pair : map)
    if (pair.first.IsScalar() && pair.first.Scalar() == "type" && pair.second.IsScalar())
      return pair.second.Scalar();
  return {};
}

double decimal_or(yaml_fields& fields, std::string_view key, double fallback, double most) {
  if (!fields.has(key)) return fallback;
  const std::string text = fields.text(key);
  const auto value = proto::parse_decimal(text);
  if (value && *value >= 0 && *value <= most) return *value;
  fields.refuse(fields.node(key), key, fmt::format("'{}' is out of range or no number", text), "",
                fmt::format("0 to {}", most));
  return fallback;
}

std::chrono::milliseconds duration_or(yaml_fields& fields, std::string_view key,
                                      std::chrono::milliseconds fallback) {
  if (!fields.has(key)) return fallback;
  const std::string text = fields.text(key);
  const auto value = parse_duration(text);
  if (!value)
    fields.refuse(fields.node(key), key, fmt::format("'{}' is no duration", text), "",
                  "a duration as 500ms, 10s, 5m, 12h or 30d");
  return value.value_or(fallback);
}

simulation read_simulation(yaml_fields& fields) {
  constexpr double rate_max = 1;
  constexpr double speed_max = 1e9;
  simulation s;
  s.tokens = fields.count_or("tokens", s.tokens, 1, 10'000'000);
  s.tokens_per_second = decimal_or(fields, "tokens_per_second", s.tokens_per_second, speed_max);
  s.prefill_per_second = decimal_or(fields, "prefill_per_second", s.prefill_per_second, speed_max);
  s.ttft = duration_or(fields, "ttft", s.ttft);
  s.stall = duration_or(fields, "stall", s.stall);
  s.fail_rate = decimal_or(fields, "fail_rate", s.fail_rate, rate_max);
  s.cut_rate = decimal_or(fields, "cut_rate", s.cut_rate, rate_max);
  s.stall_rate = decimal_or(fields, "stall_rate", s.stall_rate, rate_max);
  s.empty_rate = decimal_or(fields, "empty_rate", s.empty_rate, rate_max);
  s.seed = fields.count_or("seed", 0, 0, std::numeric_limits<std::uint32_t>::max());
  if (s.fail_rate + s.cut_rate + s.stall_rate + s.empty_rate > 1)
    fields.refuse(YAML::Node(YAML::NodeType::Undefined), "",
                  "fail_rate, cut_rate, stall_rate and empty_rate are more than 1 together",
                  "a call meets one of them at most", "");
  return s;
}

fs::path path_or_nothing(yaml_fields& fields, std::string_view key, const fs::path& base) {
  if (!fields.has(key)) return {};
  return (base / fields.text(key)).lexically_normal();
}

llama_settings read_llama(yaml_fields& fields, const fs::path& base) {
  constexpr std::uint32_t threads_max = 1024;
  llama_settings l;
  l.library = path_or_nothing(fields, "library", base);
  if (fields.has("gpu")) l.gpu = fields.choice("gpu", {"auto", "require", "off"});
  l.context = fields.count_or("context", l.context, 0, 100'000'000);
  l.threads = fields.count_or("threads", l.threads, 0, threads_max);
  return l;
}

// What makes a server load a model anew when it changes.
std::map<std::string, std::string> read_profile(yaml_fields& fields) {
  constexpr double least = -1;
  constexpr double most = 1e9;
  std::map<std::string, std::string> profile;
  if (!fields.has("profile")) return profile;
  const YAML::Node node = fields.node("profile");
  const std::vector<std::string> known = {"num_ctx",    "num_gpu",  "num_batch",
                                          "num_thread", "main_gpu", "use_mmap"};
  const auto refuse = [&](const std::string& why) {
    fields.refuse(node, "profile", why, "",
                  personas::listed(known) + ": whole numbers; use_mmap: true or false");
  };
  if (!node.IsMap()) {
    refuse("is no mapping");
    return profile;
  }
  for (const auto& pair : node) {
    const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    const std::string value = pair.second.IsScalar() ? pair.second.Scalar() : "";
    const auto number = proto::parse_decimal(value);
    const bool flag = value == "true" || value == "false";
    const bool whole =
        number && *number >= least && *number <= most && *number == std::floor(*number);
    if (std::ranges::find(known, name) == known.end() || !(name == "use_mmap" ? flag : whole)) {
      refuse(fmt::format("'{}: {}' is not accepted", name, value));
      return profile;
    }
    profile.emplace(name, value);
  }
  return profile;
}

backend_settings read_backend(const YAML::Node& map, const std::string& path,
                              const std::string& file, const fs::path& base,
                              std::optional<proto::problem>& first) {
  yaml_fields fields(map, file, path, fields_for(type_of(map)), first);
  backend_settings b;
  b.origin = file;
  if (!map.Mark().is_null()) {
    b.line = static_cast<std::uint64_t>(map.Mark().line) + 1;
    b.column = static_cast<std::uint64_t>(map.Mark().column) + 1;
  }
  if (first) return b;
  b.type = fields.choice("type", types);
  b.name = fields.word("name");
  b.model = fields.text_or("model", "");
  b.slots = fields.count_or("slots", b.slots, 0, calls_max);
  b.waiting_max = fields.count_or("waiting_max", b.waiting_max, 0, calls_max);
  if (b.type == "ollama" || b.type == "openai") {
    b.url = fields.text("url");
    const std::string fault = first ? "" : url_fault(b.url);
    if (!fault.empty())
      fields.refuse(fields.node("url"), "url", "is no address of a server", fault,
                    "http://host:port or https://host");
  }
  if (b.type == "ollama") b.profile = read_profile(fields);
  if (b.type == "ollama" || b.type == "openai")
    b.ca_file = path_or_nothing(fields, "ca_file", base);
  if (b.type == "openai") b.key_file = path_or_nothing(fields, "key_file", base);
  if (b.type == "llama") {
    b.file = (base / fields.text("file")).lexically_normal();
    b.llama = read_llama(fields, base);
  }
  if (b.type == "ollama" || b.type == "openai" || b.type == "llama") {
    b.budgets.first_token = duration_or(fields, "first_token", b.budgets.first_token);
    b.budgets.between_tokens = duration_or(fields, "between_tokens", b.budgets.between_tokens);
    b.budgets.total = duration_or(fields, "total", b.budgets.total);
  }
  if (b.type == "simulated") b.simulated = read_simulation(fields);
  return b;
}

}  // namespace

std::vector<backend_settings> read_backends(const YAML::Node& list, const std::string& file,
                                            const fs::path& base,
                                            std::optional<proto::problem>& first) {
  std::vector<backend_settings> all;
  for (const auto& item : list) {
    const std::string path = fmt::format("backends[{}].", all.size());
    all.push_back(read_backend(item, path, file, base, first));
    if (first) return all;
    const auto& last = all.back();
    const auto same = std::ranges::find(all, last.name, &backend_settings::name);
    if (same == all.end() - 1) continue;
    yaml_fields fields(item, file, path, fields_for(last.type), first);
    fields.refuse(fields.node("name"), "name",
                  fmt::format("a second backend is named '{}'", last.name), "rename one of them",
                  "");
    return all;
  }
  return all;
}

std::optional<backend_settings> backend_from_text(const std::string& text, const fs::path& base) {
  constexpr std::string_view llama = "llama:";
  constexpr std::string_view openai = "openai:";
  backend_settings b;
  if (text == "narrator" || text == "simulated") {
    b.type = text;
  } else if (text.starts_with("http://") || text.starts_with("https://")) {
    if (!url_fault(text).empty()) return std::nullopt;
    b.type = text.ends_with("/v1") || text.ends_with("/v1/") ? "openai" : "ollama";
    b.url = text;
  } else if (text.starts_with(openai) && url_fault(text.substr(openai.size())).empty()) {
    b.type = "openai";
    b.url = text.substr(openai.size());
  } else if (text.starts_with(llama) && text.size() > llama.size()) {
    b.type = "llama";
    b.file = (base / text.substr(llama.size())).lexically_normal();
  } else {
    return std::nullopt;
  }
  b.name = b.type;
  return b;
}

}  // namespace chimera::config
