#include "daemon/config/load_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_document.hpp"
#include "agents/personas/yaml_fields.hpp"
#include "daemon/config/backend_reader.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/values.hpp"

namespace chimera::config {
namespace {

namespace fs = std::filesystem;
using personas::yaml_fields;
using first_problem = std::optional<proto::problem>;

// Where a key got its value, so that what is wrong with it later is told at that place.
struct place {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::string field;
};
using places = std::map<std::string_view, place>;

proto::problem problem_of(const places& known, std::string_view key, std::string code,
                          std::string title, std::string detail) {
  proto::problem p;
  p.code = std::move(code);
  p.title = std::move(title);
  p.detail = std::move(detail);
  p.field = key;
  if (const auto at = known.find(key); at != known.end()) {
    p.file = at->second.file;
    p.line = at->second.line;
    p.column = at->second.column;
    p.field = at->second.field;
  }
  return p;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// One section of the file: the mapping itself ("") or one within it ("limits").
class file_reader {
 public:
  file_reader(settings& into, places& known, const std::string& file, const fs::path& base,
              first_problem& first)
      : into_(into), known_(known), file_(file), base_(base), first_(first) {}

  void read(const YAML::Node& root) {
    std::vector<std::string> allowed = {"backends"};
    for (const key_rule& rule : key_rules()) {
      const std::string section = section_of(rule);
      const std::string name = section.empty() ? std::string(rule.key) : section;
      if (std::ranges::find(allowed, name) == allowed.end()) allowed.push_back(name);
    }
    yaml_fields fields(root, file_, "", allowed, first_);
    take(fields, "");
    for (const std::string& name : allowed) {
      const bool is_section = std::ranges::any_of(
          key_rules(), [&](const key_rule& rule) { return section_of(rule) == name; });
      if (first_ || !is_section || !fields.has(name)) continue;
      yaml_fields inner(fields.node(name), file_, name + ".", keys_of(name), first_);
      take(inner, name);
    }
    if (first_ || !fields.has("backends")) return;
    if (!fields.node("backends").IsSequence()) {
      fields.refuse(fields.node("backends"), "backends", "expected a list",
                    "write it as - {name: local, type: ollama, url: ...}", "");
      return;
    }
    into_.backends = read_backends(fields.node("backends"), file_, base_, first_);
  }

 private:
  static std::string section_of(const key_rule& rule) {
    const std::size_t dot = rule.key.find('.');
    return dot == std::string_view::npos ? "" : std::string(rule.key.substr(0, dot));
  }
  static std::string last_of(const key_rule& rule) {
    return std::string(rule.key.substr(rule.key.rfind('.') + 1));
  }
  static std::vector<std::string> keys_of(const std::string& section) {
    std::vector<std::string> keys;
    for (const key_rule& rule : key_rules())
      if (section_of(rule) == section) keys.push_back(last_of(rule));
    return keys;
  }

  void take(yaml_fields& fields, const std::string& section) {
    for (const key_rule& rule : key_rules()) {
      const std::string key = last_of(rule);
      if (first_ || section_of(rule) != section || !fields.has(key)) continue;
      const YAML::Node node = fields.node(key);
      std::vector<std::string> values;
      if (rule.separator != 0 && !node.IsScalar())
        values = fields.texts(key);
      else
        values = {fields.text(key)};
      if (first_) return;
      const std::string shown = values.empty() ? "" : values.front();
      if (!rule.take({into_, values, base_}))
        fields.refuse(node, key, fmt::format("'{}' is not accepted", shown), "",
                      std::string(rule.allowed));
      known_[rule.key] = {file_, static_cast<std::uint64_t>(node.Mark().line) + 1,
                          static_cast<std::uint64_t>(node.Mark().column) + 1,
                          std::string(rule.key)};
    }
  }

  settings& into_;
  places& known_;
  const std::string& file_;
  const fs::path& base_;
  first_problem& first_;
};

proto::result<void> assign(settings& into, places& known, const key_rule& rule,
                           std::vector<std::string> values, std::string source) {
  std::erase(values, "");
  known[rule.key] = {"", 0, 0, source};
  const bool one = rule.separator != 0 || values.size() == 1;
  if (!values.empty() && one && rule.take({into, values, fs::current_path()})) return {};
  proto::problem p;
  p.code = "config.value";
  p.title = values.empty() ? "is empty" : fmt::format("'{}' is not accepted", values.front());
  p.field = std::move(source);
  p.allowed = rule.allowed;
  return std::unexpected(std::move(p));
}

proto::result<void> read_outside(settings& into, places& known, const variables& environment,
                                 const flag_values& flags) {
  for (const key_rule& rule : key_rules()) {
    const auto flag = flags.find(rule.name);
    const std::string variable = variable_of(rule);
    const auto found = environment.find(variable);
    proto::result<void> taken;
    if (flag != flags.end() && !flag->second.empty())
      taken = assign(into, known, rule, flag->second, fmt::format("--{}", rule.name));
    else if (found != environment.end() && !found->second.empty())
      taken = assign(
          into, known, rule,
          rule.separator == 0 ? std::vector{found->second} : split(found->second, rule.separator),
          variable);
    if (!taken) return taken;
  }
  return {};
}

fs::path state_folder(const variables& environment) {
  const auto value = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  // The standard says: a relative path is to be ignored.
  if (const std::string state = value("XDG_STATE_HOME"); state.starts_with('/'))
    return fs::path(state) / "chimera";
  const std::string home = value("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".local/state/chimera";
}

proto::result<void> check_folders(const settings& s, const places& known) {
  if (s.data.empty())
    return std::unexpected(problem_of(known, "data", "config.folder",
                                      "no folder for jobs was given",
                                      "neither HOME nor XDG_STATE_HOME is set; use --data"));
  const auto check = [&](const std::vector<fs::path>& folders,
                         std::string_view key) -> proto::result<void> {
    for (const fs::path& folder : folders) {
      std::error_code error;
      if (fs::is_directory(folder, error)) continue;
      return std::unexpected(problem_of(known, key, "config.folder",
                                        fmt::format("'{}' is no folder", folder.string()),
                                        error ? error.message() : "something else is there"));
    }
    return {};
  };
  if (auto roots = check(s.roots, "roots"); !roots) return roots;
  return check(s.personas, "personas");
}

// The narrator needs nothing, so it is always there; what the default names must be.
proto::result<void> settle_backends(settings& s, const places& known) {
  const auto find = [&](const std::string& name) {
    return std::ranges::find(s.backends, name, &backend_settings::name);
  };
  if (find("narrator") == s.backends.end())
    s.backends.push_back(*backend_from_text("narrator", {}));
  if (s.default_backend.empty()) s.default_backend = s.backends.front().name;
  if (find(s.default_backend) != s.backends.end()) return {};
  if (auto made = backend_from_text(s.default_backend, fs::current_path())) {
    if (find(made->name) != s.backends.end()) made->name = "default";
    if (find(made->name) == s.backends.end()) {
      s.default_backend = made->name;
      s.backends.push_back(std::move(*made));
      return {};
    }
  }
  const std::string fault =
      s.default_backend.find("://") == std::string::npos ? "" : url_fault(s.default_backend);
  std::vector<std::string> names;
  for (const backend_settings& b : s.backends) names.push_back(b.name);
  proto::problem p = problem_of(known, "defaults.backend", "config.backend", "", fault);
  p.title = fault.empty() ? fmt::format("no backend is named '{}'", s.default_backend)
                          : "is no address of a server";
  const std::string near = personas::nearest(s.default_backend, names);
  if (!near.empty()) p.detail = fmt::format("did you mean '{}'?", near);
  p.allowed = personas::listed(names) +
              ", simulated, http://host:port, openai:http://host:port or llama:FILE";
  return std::unexpected(std::move(p));
}

proto::result<void> check_exposure(const settings& s, const places& known) {
  if (s.insecure || !s.token_file.empty() || is_loopback(s.listen.host)) return {};
  return std::unexpected(problem_of(
      known, "listen", "config.exposed",
      fmt::format("'{}' is reached from other machines, and nobody needs a token", s.listen.host),
      "name a file of tokens (auth.token_file), listen on 127.0.0.1, or say that this is meant "
      "(--insecure)"));
}

proto::result<void> read_file(settings& s, places& known, std::string_view yaml) {
  const std::string name = s.file.string();
  const auto root = personas::parse_yaml(yaml, name);
  if (!root && root.error().code == "yaml.empty") return {};
  if (!root) {
    proto::problem p = root.error();
    if (p.code == "yaml.documents") p.detail = "settings are one document";
    return std::unexpected(std::move(p));
  }
  if (root->IsNull()) return {};
  first_problem first;
  const fs::path base = fs::absolute(s.file).parent_path();
  file_reader(s, known, name, base, first).read(*root);
  if (first) return std::unexpected(std::move(*first));
  return {};
}

proto::result<settings> settle(settings s, places known, const variables& environment,
                               const flag_values& flags) {
  if (auto read = read_outside(s, known, environment, flags); !read)
    return std::unexpected(std::move(read.error()));
  if (s.data.empty()) s.data = state_folder(environment);
  if (!known.contains("roots")) s.roots = {fs::current_path()};
  for (const auto& check : {check_folders, check_exposure})
    if (auto sound = check(s, known); !sound) return std::unexpected(std::move(sound.error()));
  if (auto sound = settle_backends(s, known); !sound)
    return std::unexpected(std::move(sound.error()));
  return s;
}

}  // namespace

std::vector<outside_key> outside_keys() {
  std::vector<outside_key> keys;
  for (const key_rule& rule : key_rules()) {
    std::string help(rule.help);
    if (!rule.allowed.empty()) help += fmt::format(": {}", rule.allowed);
    keys.push_back(
        {std::string(rule.name), variable_of(rule), std::move(help), rule.separator != 0});
  }
  return keys;
}

variables environment_of_process() {
  variables found;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    const std::size_t equal = entry.find('=');
    const std::string_view name = entry.substr(0, equal);
    const bool wanted = name.starts_with("CHIMERA_") || name == "HOME" || name == "XDG_STATE_HOME";
    if (wanted && equal != std::string_view::npos) found.emplace(name, entry.substr(equal + 1));
  }
  return found;
}

proto::result<settings> read_settings(std::string_view yaml, const fs::path& file,
                                      const variables& environment, const flag_values& flags) {
  settings s;
  places known;
  s.file = file;
  if (auto read = read_file(s, known, yaml); !read) return std::unexpected(std::move(read.error()));
  return settle(std::move(s), std::move(known), environment, flags);
}

proto::result<settings> load_settings(const std::optional<fs::path>& file,
                                      const variables& environment, const flag_values& flags) {
  std::optional<fs::path> from = file;
  const auto named = environment.find("CHIMERA_CONFIG");
  if (!from && named != environment.end() && !named->second.empty()) from = named->second;
  if (!from) return settle({}, {}, environment, flags);
  std::ifstream in(*from, std::ios::binary);
  const int cause = errno;
  std::error_code error;
  if (!in || !fs::is_regular_file(*from, error))
    return proto::fail("config.file", fmt::format("'{}' could not be read", from->string()),
                       in ? "it is no file" : std::generic_category().message(cause));
  const std::string yaml(std::istreambuf_iterator<char>(in), {});
  return read_settings(yaml, *from, environment, flags);
}

}  // namespace chimera::config
