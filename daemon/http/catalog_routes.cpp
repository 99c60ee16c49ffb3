// What there is to work with: pipelines, personas, backends, the queue; and the documents of the
// API.
#include <algorithm>

#include "daemon/http/api.hpp"
#include "daemon/http/embedded.hpp"
#include "daemon/http/job_json.hpp"

namespace chimera::http {
namespace {

template <class List>
reply list_of(const List& list) {
  ordered_json data = ordered_json::array();
  for (const auto& each : list) data.push_back(to_json(each));
  return json_response(200, to_text(page_of(std::move(data), "")));
}

// The one of that name, or a refusal with the names there are.
template <class List>
reply named(const call& c, const List& list, std::string_view kind) {
  const std::string& name = c.at("name");
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.name == name; });
  if (found != list.end()) return json_response(200, to_text(to_json(*found)));
  refusal why = refused(std::string(kind) + ".unknown", "there is no such " + std::string(kind));
  for (const auto& each : list)
    why.what.detail += (why.what.detail.empty() ? "there are: " : ", ") + each.name;
  return refuse(c, why);
}

task<reply> pipelines(api* a, call) { co_return list_of(a->given.jobs.pipelines()); }
task<reply> pipeline(api* a, call c) { co_return named(c, a->given.jobs.pipelines(), "pipeline"); }
task<reply> personas(api* a, call) { co_return list_of(a->given.jobs.personas()); }
task<reply> persona(api* a, call c) { co_return named(c, a->given.jobs.personas(), "persona"); }
task<reply> backends(api* a, call) { co_return list_of(a->given.jobs.backends()); }
task<reply> queue(api* a, call) {
  co_return json_response(200, to_text(to_json(a->given.jobs.queue())));
}
task<reply> version(api* a, call) {
  co_return json_response(
      200, to_text({{"name", "chimera"}, {"version", a->given.version}, {"api", "v1"}}));
}

reply document(const call& c, const std::string& name, std::string_view type) {
  const std::string_view text = embedded(name);
  if (text.empty()) return refuse(c, refused("route.unknown", "there is no such document"));
  response answer = json_response(200, std::string(text));
  answer.headers = {{"content-type", std::string(type)}, {"cache-control", "public, max-age=300"}};
  return answer;
}

task<reply> openapi(api*, call c) {
  co_return document(c, "openapi.json", "application/vnd.oai.openapi+json;version=3.1");
}
task<reply> asyncapi(api*, call c) {
  co_return document(c, "asyncapi.json", "application/vnd.aai.asyncapi+json;version=3.0.0");
}
task<reply> schema(api*, call c) {
  co_return document(c, "schemas/" + c.at("name"), "application/schema+json");
}

}  // namespace

void add_catalog_routes(router& table) {
  constexpr scope_set any = scope_read | scope_submit;
  table.add({"GET", "/v1/pipelines", "listPipelines", any, pipelines});
  table.add({"GET", "/v1/pipelines/{name}", "getPipeline", any, pipeline});
  table.add({"GET", "/v1/personas", "listPersonas", any, personas});
  table.add({"GET", "/v1/personas/{name}", "getPersona", any, persona});
  table.add({"GET", "/v1/backends", "listBackends", any, backends});
  table.add({"GET", "/v1/queue", "getQueue", any, queue});
  table.add({"GET", "/version", "getVersion", scope_open, version});
  table.add({"GET", "/openapi.json", "getOpenapi", scope_open, openapi});
  table.add({"GET", "/asyncapi.json", "getAsyncapi", scope_open, asyncapi});
  table.add({"GET", "/schemas/{name}", "getSchema", scope_open, schema});
}

}  // namespace chimera::http
