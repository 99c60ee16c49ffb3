#include "daemon/config/keys.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "daemon/config/values.hpp"

namespace chimera::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t jobs_max = 1'000'000;
constexpr std::string_view jobs_allowed = "1 to 1000000";
constexpr std::string_view duration_allowed = "a duration as 500ms, 10s, 5m, 12h or 30d";
constexpr std::string_view bytes_allowed = "an amount as 65536, 512MiB or 10GB";

fs::path absolute_path(const std::string& text, const fs::path& base) {
  return (base / text).lexically_normal();
}

using path_member = fs::path settings::*;
using paths_member = std::vector<fs::path> settings::*;
using text_member = std::string settings::*;
using texts_member = std::vector<std::string> settings::*;
using count_member = std::uint32_t settings::*;
using upload_member = std::uint64_t upload_limits::*;

template <path_member Member>
bool take_path(const assignment& a) {
  a.into.*Member = absolute_path(a.values.front(), a.base);
  return true;
}

template <paths_member Member>
bool take_paths(const assignment& a) {
  (a.into.*Member).clear();
  for (const std::string& text : a.values) (a.into.*Member).push_back(absolute_path(text, a.base));
  return true;
}

template <text_member Member>
bool take_text(const assignment& a) {
  a.into.*Member = a.values.front();
  return true;
}

template <texts_member Member>
bool take_texts(const assignment& a) {
  a.into.*Member = a.values;
  return true;
}

template <count_member Member, std::uint32_t Least>
bool take_count(const assignment& a) {
  const auto number = parse_count(a.values.front(), Least, jobs_max);
  if (number) a.into.*Member = static_cast<std::uint32_t>(*number);
  return number.has_value();
}

template <upload_member Member, std::uint64_t Most>
bool take_upload(const assignment& a) {
  const auto number = parse_bytes(a.values.front());
  if (!number || *number == 0 || *number > Most) return false;
  a.into.upload.*Member = *number;
  return true;
}

bool take_listen(const assignment& a) {
  auto address = parse_listen(a.values.front());
  if (address) a.into.listen = std::move(*address);
  return address.has_value();
}

bool take_insecure(const assignment& a) {
  const std::string& text = a.values.front();
  const bool yes = text == "true" || text == "1";
  if (!yes && text != "false" && text != "0") return false;
  a.into.insecure = yes;
  return true;
}

bool take_grace(const assignment& a) {
  const auto time = parse_duration(a.values.front());
  if (time) a.into.grace = *time;
  return time.has_value();
}

bool take_age(const assignment& a) {
  const auto time = parse_duration(a.values.front());
  if (time) a.into.keep.age = std::chrono::duration_cast<std::chrono::seconds>(*time);
  return time.has_value();
}

bool take_kept_bytes(const assignment& a) {
  const auto bytes = parse_bytes(a.values.front());
  if (bytes) a.into.keep.bytes = *bytes;
  return bytes.has_value();
}

constexpr std::uint64_t any_amount = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t files_max = 100'000'000;

constexpr std::array<key_rule, 21> rules = {{
    {"listen", "listen", 0, "host:port, [address]:port or :port", "Address and port", take_listen},
    {"data", "data", 0, "a folder", "Folder of jobs, events and artifacts",
     take_path<&settings::data>},
    {"roots", "root", ':', "folders", "Folder that jobs may read (may be repeated)",
     take_paths<&settings::roots>},
    {"personas", "personas", ':', "folders", "Folder of personas and pipelines (may be repeated)",
     take_paths<&settings::personas>},
    {"defaults.backend", "backend", 0, "",
     "Who writes the words: the name of a backend, narrator, simulated, a URL or llama:FILE",
     take_text<&settings::default_backend>},
    {"defaults.model", "model", 0, "", "Model of the personas that name none",
     take_text<&settings::default_model>},
    {"auth.token_file", "token-file", 0, "a file", "File of the tokens that give access",
     take_path<&settings::token_file>},
    {"insecure", "insecure", 0, "true or false", "Listen beyond this machine without a token",
     take_insecure},
    {"allowed_origins", "allowed-origins", ',', "origins as https://example.org",
     "Web origins that may connect, besides the daemon's own",
     take_texts<&settings::allowed_origins>},
    {"allowed_hosts", "allowed-hosts", ',', "names of hosts",
     "Names by which the daemon may be called", take_texts<&settings::allowed_hosts>},
    {"grace", "grace", 0, duration_allowed, "From SIGTERM to the end", take_grace},
    {"limits.running_max", "running-max", 0, jobs_allowed, "Jobs at a time",
     take_count<&settings::running_max, 1>},
    {"limits.waiting_max", "waiting-max", 0, "0 to 1000000", "Jobs that may wait",
     take_count<&settings::waiting_max, 0>},
    {"limits.tenant_waiting_max", "tenant-waiting-max", 0, "0 to 1000000",
     "Jobs that may wait, of one tenant", take_count<&settings::tenant_waiting_max, 0>},
    {"limits.connections", "connections", 0, jobs_allowed, "Connections at a time",
     take_count<&settings::connections_max, 1>},
    {"limits.upload_bytes", "upload-bytes", 0, bytes_allowed, "Bytes of an upload",
     take_upload<&upload_limits::bytes, any_amount>},
    {"limits.upload_unpacked_bytes", "upload-unpacked-bytes", 0, bytes_allowed,
     "Bytes of an upload when unpacked", take_upload<&upload_limits::unpacked_bytes, any_amount>},
    {"limits.upload_files", "upload-files", 0, "1 to 100000000", "Files of an upload",
     take_upload<&upload_limits::files, files_max>},
    {"limits.upload_ratio", "upload-ratio", 0, "1 to 100000",
     "Bytes unpacked for each byte of an upload", take_upload<&upload_limits::ratio, 100'000>},
    {"retention.age", "retention-age", 0, duration_allowed, "Remove ended jobs after it; 0 = never",
     take_age},
    {"retention.bytes", "retention-bytes", 0, bytes_allowed,
     "Remove the oldest ended jobs above it; 0 = never", take_kept_bytes},
}};

}  // namespace

std::span<const key_rule> key_rules() { return rules; }

std::string variable_of(const key_rule& rule) {
  std::string name = "CHIMERA_" + std::string(rule.name);
  // Folders are many in one variable, as in PATH.
  if (rule.key == "roots") name += "S";
  for (char& c : name) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace chimera::config
