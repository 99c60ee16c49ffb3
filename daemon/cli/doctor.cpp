#include "daemon/cli/doctor.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/problem_document.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/config/backend_reader.hpp"

namespace chimera::cli {
namespace {

constexpr const char* usual_ollama = "http://127.0.0.1:11434";

const char* name_of(health how) {
  switch (how) {
    case health::ok:
      return "ok";
    case health::warn:
      return "warn";
    case health::fail:
      return "fail";
  }
  return "";
}

// Ollama where it usually listens, unless the settings name it already.
std::optional<looked_backend> look_at_usual(const config::settings& settings) {
  for (const config::backend_settings& b : settings.backends)
    if (b.type == "ollama" && (b.url.contains("127.0.0.1:11434") ||
                               b.url.contains("localhost:11434") || b.url.contains("[::1]:11434")))
      return std::nullopt;
  auto usual = config::backend_from_text(usual_ollama, {});
  if (!usual) return std::nullopt;
  config::settings alone = settings;
  alone.backends = {*usual};
  auto looked = look_at_all(alone);
  if (!looked || looked->empty()) return std::nullopt;
  return std::move(looked->front());
}

void add(std::vector<diagnosis>& all, std::vector<diagnosis> more) {
  std::ranges::move(more, std::back_inserter(all));
}

exit_code code_of(const std::vector<diagnosis>& all) {
  exit_code code = exit_code::done;
  for (const diagnosis& d : all) {
    if (d.how != health::fail) continue;
    if (!d.check.starts_with("backend ")) return exit_code::usage;
    code = exit_code::backend_unavailable;
  }
  return code;
}

ordered_json json_of(const std::vector<diagnosis>& all, exit_code code) {
  ordered_json checks = ordered_json::array();
  for (const diagnosis& d : all)
    checks.push_back(
        {{"check", d.check}, {"state", name_of(d.how)}, {"what", d.what}, {"way_out", d.way_out}});
  return {{"checks", std::move(checks)}, {"exit_code", static_cast<int>(code)}};
}

}  // namespace

std::string diagnoses_text(const std::vector<diagnosis>& all) {
  std::string out;
  for (const diagnosis& d : all) {
    out += fmt::format("{:<4}  {}: {}\n", name_of(d.how), printable(d.check), printable(d.what));
    for (std::size_t at = 0; at < d.way_out.size();) {
      const std::size_t end = std::min(d.way_out.find('\n', at), d.way_out.size());
      out += "      " + printable(d.way_out.substr(at, end - at)) + "\n";
      at = end + 1;
    }
  }
  return out;
}

exit_code doctor(const doctor_options& options) {
  std::vector<diagnosis> all;
  const auto settings = settings_of_daemon(options.config.value_or(""));
  if (!settings) {
    all.push_back({health::fail, "settings", proto::to_text(settings.error()), ""});
  } else {
    all.push_back(
        {health::ok, "settings",
         settings->file.empty() ? "no file; everything is as by default" : settings->file.string(),
         ""});
    add(all, examine_machine(*settings));
    const auto looked = look_at_all(*settings);
    if (!looked) {
      all.push_back({health::fail, "backend settings", proto::to_text(looked.error()), ""});
    } else {
      add(all, examine_backends(*looked));
      add(all, examine_models(*looked, look_at_usual(*settings)));
    }
    add(all, examine_engine(*settings));
  }
  const exit_code code = code_of(all);
  if (options.json)
    print_json(json_of(all, code));
  else
    fmt::print("{}", diagnoses_text(all));
  return code;
}

}  // namespace chimera::cli
