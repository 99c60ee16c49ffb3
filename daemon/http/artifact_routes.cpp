// What jobs made: artifacts by their hash, and the report in the form that is asked for.
#include <algorithm>

#include <fmt/format.h>

#include "daemon/http/api.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/opaque_text.hpp"
#include "daemon/http/preferences.hpp"

namespace chimera::http {
namespace {

// An artifact that a browser shows must not act: no script, no network, an origin of its own.
constexpr std::string_view content_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string with_charset(std::string media_type) {
  if (media_type.empty()) return "application/octet-stream";
  if (media_type.starts_with("text/") && media_type.find(';') == std::string::npos)
    media_type += "; charset=utf-8";
  return media_type;
}

refusal no_artifact() {
  return refused("artifact.unknown", "there is no such artifact",
                 "artifacts of a job are listed at /v1/jobs/{id}/artifacts");
}

// `content` as an answer: whole, a range of it, or 304.
reply serve_content(const call& c, store::store::content content, const std::string& sha256,
                    std::string_view cache) {
  response answer;
  const std::string tag = "\"" + sha256 + "\"";
  answer.headers = {{"etag", tag}, {"cache-control", std::string(cache)}};
  if (has_tag(c.asked.header("if-none-match"), tag)) {
    answer.status = 304;
    return answer;
  }
  answer.headers.emplace_back("content-type", with_charset(content.media_type));
  answer.headers.emplace_back("content-security-policy", content_policy);
  answer.headers.emplace_back("accept-ranges", "bytes");
  answer.headers.emplace_back("repr-digest", "sha-256=:" + hex_to_base64(sha256) + ":");
  byte_range part{0, content.size};
  const std::string_view wanted = c.asked.header("range");
  const std::string_view if_range = c.asked.header("if-range");
  if (!wanted.empty() && (if_range.empty() || if_range == tag)) {
    const auto range = read_range(wanted, content.size);
    if (!range && range.error() == range_fault::unsatisfiable) {
      refusal why = refused("request.range", "the range lies outside of the artifact",
                            fmt::format("it has {} bytes", content.size));
      why.headers.emplace_back("content-range", fmt::format("bytes */{}", content.size));
      return refuse(c, why);
    }
    if (range) {
      part = *range;
      answer.status = 206;
      answer.headers.emplace_back(
          "content-range",
          fmt::format("bytes {}-{}/{}", part.first, part.first + part.count - 1, content.size));
    }
  }
  if (content.file.empty()) {
    answer.body = part.count == content.size ? std::move(content.bytes)
                                             : content.bytes.substr(part.first, part.count);
  } else {
    answer.file = content.file;
    answer.file_offset = part.first;
    answer.file_bytes = part.count;
  }
  return answer;
}

task<reply> get_artifact(api* a, call c) {
  const std::string& sha256 = c.at("sha256");
  if (!is_sha256(sha256)) co_return refuse(c, no_artifact());
  auto content = co_await a->given.jobs.content(sha256);
  if (!content) co_return refuse(c, content.error());
  co_return serve_content(c, std::move(*content), sha256, "private, max-age=31536000, immutable");
}

task<reply> list_artifacts(api* a, call c) {
  auto made = co_await a->given.jobs.artifacts(c.at("id"));
  if (!made) co_return refuse(c, made.error());
  ordered_json data = ordered_json::array();
  for (const proto::artifact& each : *made) data.push_back(to_json(each));
  co_return json_response(200, to_text(page_of(std::move(data), "")));
}

task<reply> get_report(api* a, call c) {
  static const std::vector<std::string_view> types = {"text/markdown", "text/html",
                                                      "application/json"};
  static const std::vector<std::string_view> names = {"report.md", "report.html", "report.json"};
  auto view = co_await a->given.jobs.find(c.at("id"));
  if (!view) co_return refuse(c, view.error());
  const std::optional<std::size_t> form = accepted(c.asked.header("accept"), types);
  if (!form)
    co_return refuse(c, refused("report.not-acceptable", "the report has no such form",
                                "it is there as text/markdown, text/html and application/json"));
  if (!proto::is_terminal(view->job.state))
    co_return refuse(c, refused("report.not-sealed", "the report is not sealed yet",
                                "the job is " + std::string(proto::to_text(view->job.state)) +
                                    ": ask with Prefer: wait at /v1/jobs/" + view->job.id));
  auto made = co_await a->given.jobs.artifacts(view->job.id);
  if (!made) co_return refuse(c, made.error());
  const auto is_report = [&](const proto::artifact& each) {
    return each.step.empty() && each.name == names[*form];
  };
  const auto report = std::find_if(made->begin(), made->end(), is_report);
  if (report == made->end())
    co_return refuse(c, refused("report.none", "the job has no report",
                                "it ended as " + std::string(proto::to_text(view->job.state))));
  auto content = co_await a->given.jobs.content(report->sha256);
  if (!content) co_return refuse(c, content.error());
  content->media_type = types[*form];
  reply answer = serve_content(c, std::move(*content), report->sha256, "private, no-cache");
  std::get<response>(answer).headers.emplace_back("vary", "Accept");
  co_return answer;
}

}  // namespace

void add_artifact_routes(router& table) {
  table.add({"GET", "/v1/jobs/{id}/artifacts", "listArtifacts", scope_read, list_artifacts});
  table.add({"GET", "/v1/artifacts/{sha256}", "getArtifact", scope_read, get_artifact});
  table.add({"GET", "/v1/jobs/{id}/report", "getReport", scope_read, get_report});
  add_claim_routes(table);
}

}  // namespace chimera::http
