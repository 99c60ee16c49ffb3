// For operators: reload, health, metrics.
#include "daemon/http/api.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/metrics.hpp"

namespace chimera::http {
namespace {

// The refusal with a status of its own, whatever its code has elsewhere.
reply refuse_with(unsigned status, const call& c, const refusal& why) {
  reply answer = refuse(c, why);
  response& said = std::get<response>(answer);
  ordered_json body = ordered_json::parse(said.body);
  body["status"] = said.status = status;
  said.body = to_text(body);
  return answer;
}

task<reply> reload(api* a, call c) {
  const auto done = co_await a->given.jobs.reload();
  // Every one is about a file: nothing but another content will help.
  if (!done) co_return refuse_with(422, c, done.error());
  co_return json_response(200, to_text({{"reloaded", true},
                                        {"personas", a->given.jobs.personas().size()},
                                        {"pipelines", a->given.jobs.pipelines().size()},
                                        {"backends", a->given.jobs.backends().size()},
                                        {"unchanged", *done}}));
}

task<reply> healthz(api*, call) { co_return json_response(200, R"({"status":"live"})"); }

task<reply> readyz(api* a, call c) {
  std::optional<proto::problem> why = a->given.jobs.not_ready();
  if (!why) co_return json_response(200, R"({"status":"ready"})");
  // Whatever keeps it from being ready, a balancer waits for 503.
  co_return refuse_with(503, c, *why);
}

task<reply> metrics(api* a, call) {
  response answer;
  answer.headers.emplace_back("content-type", metrics_type);
  answer.body = metrics_text(*a);
  co_return answer;
}

}  // namespace

void add_admin_routes(router& table) {
  table.add({"POST", "/v1/admin/reload", "reload", scope_admin, reload});
  table.add({"GET", "/healthz", "getHealth", scope_open, healthz});
  table.add({"GET", "/readyz", "getReadiness", scope_open, readyz});
  table.add({"GET", "/metrics", "getMetrics", scope_read, metrics});
}

}  // namespace chimera::http
