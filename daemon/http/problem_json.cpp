#include "daemon/http/problem_json.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace chimera::http {
namespace {

using json = nlohmann::ordered_json;

struct row {
  std::string_view code;
  problem_kind kind;
};

// The one table. Order does not matter: the longest prefix wins.
constexpr std::array rows = {
    row{"access.host", {421, false}},
    row{"access.origin", {403, false}},
    row{"artifact", {404, false}},
    row{"auth", {401, false}},
    row{"auth.peer", {403, false}},
    row{"auth.scope", {403, false}},
    row{"backend", {503, true}},
    row{"claims", {404, false}},
    row{"dataset", {422, false}},
    row{"dataset.archive-too-large", {413, false}},
    row{"dataset.disk-full", {507, true}},
    row{"dataset.file-too-large", {413, false}},
    row{"dataset.io", {503, true}},
    row{"dataset.none", {404, false}},
    row{"dataset.too-large", {413, false}},
    row{"dataset.unknown", {404, false}},
    row{"dataset.in-use", {409, true}},
    row{"draining", {503, true}},
    row{"events.gone", {410, false}},
    row{"idempotency", {400, false}},
    row{"idempotency.in-flight", {409, true}},
    row{"idempotency.mismatch", {422, false}},
    row{"job.active", {409, true}},
    row{"job.conflict", {409, true}},
    row{"job.not-terminal", {409, true}},
    row{"job.removed", {410, false}},
    row{"job.unknown", {404, false}},
    row{"config", {422, false}},
    row{"persona", {422, false}},
    row{"pipeline", {422, false}},
    row{"yaml", {422, false}},
    row{"personas", {422, false}},
    row{"persona.unknown", {404, false}},
    row{"pipeline.unknown", {404, false}},
    row{"queue.full", {429, true}},
    row{"rate", {429, true}},
    row{"report.none", {404, false}},
    row{"report.not-acceptable", {406, false}},
    row{"report.not-sealed", {409, true}},
    row{"request", {422, false}},
    row{"request.cursor", {400, false}},
    row{"request.expectation", {417, false}},
    row{"request.header", {400, false}},
    row{"request.headers-too-large", {431, false}},
    row{"request.malformed", {400, false}},
    row{"request.media-type", {415, false}},
    row{"request.query", {400, false}},
    row{"request.range", {416, false}},
    row{"request.timeout", {408, true}},
    row{"request.too-large", {413, false}},
    row{"roots", {422, false}},
    row{"route.method", {405, false}},
    row{"route.unknown", {404, false}},
    row{"route.upgrade", {426, false}},
    row{"server", {500, false}},
    row{"server.busy", {503, true}},
    row{"server.timeout", {504, true}},
    row{"step.unknown", {404, false}},
    row{"store", {503, true}},
    row{"store.full", {503, true}},
    row{"stream.subscriptions", {429, false}},
};

bool is_prefix(std::string_view prefix, std::string_view code) {
  return code.starts_with(prefix) && (code.size() == prefix.size() || code[prefix.size()] == '.');
}

// "a, b or c" of a problem as a list, for programs.
std::vector<std::string> listed(std::string_view allowed) {
  std::vector<std::string> words;
  while (!allowed.empty()) {
    const std::size_t comma = std::min(allowed.find(", "), allowed.size());
    words.emplace_back(allowed.substr(0, comma));
    allowed.remove_prefix(std::min(comma + 2, allowed.size()));
  }
  return words;
}

json errors_of(const refusal& why) {
  std::vector<field_error> all = why.errors;
  const std::string& field = why.what.field;
  if (all.empty() && (field.starts_with('/') || field.starts_with("#/"))) {
    const std::string& said = why.what.detail.empty() ? why.what.title : why.what.detail;
    all.push_back({field.starts_with('#') ? field : "#" + field, said, listed(why.what.allowed)});
  }
  json list = json::array();
  for (const field_error& error : all) {
    json one{{"pointer", error.pointer}, {"detail", error.detail}};
    if (!error.allowed.empty()) one["allowed"] = error.allowed;
    list.push_back(std::move(one));
  }
  return list;
}

bool has_header(const header_list& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [name](const auto& header) { return header.first == name; });
}

}  // namespace

refusal refused(std::string code, std::string title, std::string detail) {
  return refusal{proto::fail(std::move(code), std::move(title), std::move(detail)).error()};
}

problem_kind kind_of(std::string_view code) {
  const row* best = nullptr;
  for (const row& each : rows)
    if (is_prefix(each.code, code) && (!best || each.code.size() > best->code.size())) best = &each;
  return best ? best->kind : problem_kind{};
}

std::vector<std::string_view> known_codes() {
  std::vector<std::string_view> codes;
  for (const row& each : rows) codes.push_back(each.code);
  return codes;
}

std::string to_problem_json(const refusal& why, const occasion& when) {
  const problem_kind kind = kind_of(why.what.code);
  json body{{"type", "https://chimera.dev/problems/" + why.what.code},
            {"title", why.what.title},
            {"status", kind.status}};
  if (!why.what.detail.empty()) body["detail"] = why.what.detail;
  if (!when.instance.empty()) body["instance"] = when.instance;
  body["code"] = why.what.code;
  if (!why.what.file.empty()) body["file"] = why.what.file;
  if (why.what.line != 0) body["line"] = why.what.line;
  if (why.what.column != 0) body["column"] = why.what.column;
  if (json errors = errors_of(why); !errors.empty()) body["errors"] = std::move(errors);
  if (!when.trace_id.empty()) body["trace_id"] = when.trace_id;
  body["retryable"] = kind.retryable;
  // Text from requests and files may not be UTF-8.
  std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
  if (!why.members.empty()) {
    text.pop_back();
    text.append(",").append(why.members).append("}");
  }
  return text;
}

response to_response(const refusal& why, const occasion& when) {
  const problem_kind kind = kind_of(why.what.code);
  response answer;
  answer.status = kind.status;
  answer.headers = why.headers;
  answer.headers.emplace_back("content-type", "application/problem+json");
  const bool wait_helps = kind.status == 429 || kind.status == 503;
  if (wait_helps && kind.retryable && !has_header(answer.headers, "retry-after"))
    answer.headers.emplace_back("retry-after", kind.status == 429 ? "2" : "5");
  answer.body = to_problem_json(why, when);
  return answer;
}

}  // namespace chimera::http
