// What a daemon says when it refuses, for people, programs and exit codes.
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "daemon/cli/server.hpp"

#include "daemon/cli/problem_document.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

std::string allowed_in(const nlohmann::json& error) {
  const auto allowed = error.find("allowed");
  if (allowed == error.end()) return {};
  if (allowed->is_string()) return allowed->get<std::string>();
  std::string text;
  if (allowed->is_array())
    for (const auto& word : *allowed)
      if (word.is_string()) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text;
}

// One error goes into the fields of the problem, several stand below each other.
void add_errors(const nlohmann::json& errors, proto::problem& p) {
  if (errors.size() == 1) {
    p.field = text_in(errors[0], "pointer");
    p.allowed = allowed_in(errors[0]);
    const std::string detail = text_in(errors[0], "detail");
    if (p.detail.find(detail) == std::string::npos && p.title.find(detail) == std::string::npos)
      p.detail += (p.detail.empty() ? "" : ": ") + detail;
    return;
  }
  for (const auto& error : errors) {
    const std::string allowed = allowed_in(error);
    p.detail += fmt::format("\n  {}: {}{}", text_in(error, "pointer"), text_in(error, "detail"),
                            allowed.empty() ? "" : " (allowed: " + allowed + ")");
  }
}

bool begins(const proto::problem& p, std::string_view with) { return p.code.starts_with(with); }

}  // namespace

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

proto::problem problem_of(const http::client_response& answer) {
  proto::problem p;
  const nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  p.title = text_in(body, "title");
  if (p.title.empty()) {
    p.code = fmt::format("status.{}", answer.status);
    p.title = fmt::format("the server answered with status {}", answer.status);
    return p;
  }
  p.code = text_in(body, "code");
  p.detail = text_in(body, "detail");
  p.file = text_in(body, "file");
  p.line = count_in(body, "line");
  p.column = count_in(body, "column");
  const auto errors = body.find("errors");
  if (errors != body.end() && errors->is_array() && !errors->empty()) add_errors(*errors, p);
  const std::string_view wait = answer.header("retry-after");
  if (!wait.empty())
    p.detail += fmt::format("{}try again in {} s", p.detail.empty() ? "" : "; ", wait);
  return p;
}

bool may_pass(const proto::problem& p) {
  if (begins(p, "client.bad-url") || begins(p, "client.file") || begins(p, "client.too-large"))
    return false;
  return begins(p, "client.") || begins(p, "draining") || begins(p, "server.busy") ||
         begins(p, "server.timeout") || p.code == "status.502" || p.code == "status.503" ||
         p.code == "status.504";
}

exit_code exit_code_of(const proto::problem& p) {
  if (may_pass(p) || begins(p, "backend") || begins(p, "queue.full") || begins(p, "rate"))
    return exit_code::backend_unavailable;
  if (begins(p, "client.bad-url")) return exit_code::usage;
  for (const char* state : {"job.active", "job.conflict", "job.not-terminal", "report.", "claims.",
                            "store", "server", "status.5", "evidence", "client.", "output."})
    if (begins(p, state)) return exit_code::job_failed;
  return exit_code::usage;
}

exit_code tell(const proto::problem& p, bool json) {
  const exit_code code = exit_code_of(p);
  std::string shown;
  const std::string text = proto::to_text(p);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += printable(std::string_view(text).substr(at, end - at)) + "\n";
    at = end + 1;
  }
  fmt::print(stderr, "chimera: {}", shown);
  if (json) fmt::print("{}\n", problem_document(p, code));
  return code;
}

}  // namespace chimera::cli
