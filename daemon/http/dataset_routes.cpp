// /v1/datasets: uploads and registered folders.
#include <fmt/format.h>

#include "daemon/http/api.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/request_body.hpp"

namespace chimera::http {
namespace {

ordered_json to_json(const dataset_view& set, bool with_tree) {
  ordered_json body{{"id", set.id},
                    {"source", set.source},
                    {"files", set.files},
                    {"bytes", set.bytes},
                    {"sha256", set.sha256}};
  if (set.created_ms != 0) body["created_at"] = proto::to_rfc3339(set.created_ms);
  if (!with_tree) return body;
  ordered_json tree = ordered_json::array();
  for (const dataset_view::file& file : set.tree)
    tree.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  body["tree"] = std::move(tree);
  return body;
}

refusal no_datasets() {
  return refused("dataset.none", "this server keeps no datasets", "submit a job with inputs.path");
}

// An upload is kept and has a place; a folder is only looked at, its files are named.
reply created(const call& c, const proto::result<dataset_view>& set) {
  if (!set) return refuse(c, set.error());
  if (set->source != "upload") return json_response(200, to_text(to_json(*set, true)));
  response answer = json_response(201, to_text(to_json(*set, false)));
  answer.headers.emplace_back("location", "/v1/datasets/" + set->id);
  return answer;
}

task<reply> add_folder(api* a, call c) {
  const auto body = parse_json(c.asked.body);
  if (!body) co_return refuse(c, body.error());
  std::vector<field_error> errors;
  object_reader reader(*body, "", errors);
  std::string path = reader.text("path", 4096, true);
  reader.refuse_unknown();
  if (!errors.empty()) co_return refuse(c, invalid_request(std::move(errors)));
  const auto made = co_await a->given.datasets->add_path(std::move(path), c.who.name);
  co_return created(c, made);
}

task<reply> add(api* a, call c) {
  if (!a->given.datasets) co_return refuse(c, no_datasets());
  const std::string type(c.asked.header("content-type"));
  if (type.starts_with("application/json")) co_return co_await add_folder(a, std::move(c));
  if (c.asked.body_file.empty())
    co_return refuse(c, refused("request.media-type", "there is nothing to unpack",
                                "send a tar, a zip or multipart/form-data, or {\"path\":...}"));
  const auto made = co_await a->given.datasets->upload(c.asked.body_file, type, c.who.name);
  co_return created(c, made);
}

task<reply> list(api* a, call c) {
  if (!a->given.datasets) co_return refuse(c, no_datasets());
  const auto sets = co_await a->given.datasets->list();
  if (!sets) co_return refuse(c, sets.error());
  ordered_json data = ordered_json::array();
  for (const dataset_view& set : *sets) data.push_back(to_json(set, false));
  co_return json_response(200, to_text(page_of(std::move(data), "")));
}

task<reply> get(api* a, call c) {
  if (!a->given.datasets) co_return refuse(c, no_datasets());
  const auto set = co_await a->given.datasets->find(c.at("id"));
  if (!set) co_return refuse(c, set.error());
  co_return json_response(200, to_text(to_json(*set, true)));
}

task<reply> erase(api* a, call c) {
  if (!a->given.datasets) co_return refuse(c, no_datasets());
  const auto done = co_await a->given.datasets->erase(c.at("id"));
  if (!done) co_return refuse(c, done.error());
  co_return response{204, {}, {}, nullptr, {}, 0, 0};
}

}  // namespace

void add_dataset_routes(router& table) {
  constexpr scope_set any = scope_read | scope_submit;
  table.add({"POST", "/v1/datasets", "addDataset", scope_submit, add});
  table.add({"GET", "/v1/datasets", "listDatasets", any, list});
  table.add({"GET", "/v1/datasets/{id}", "getDataset", any, get});
  table.add({"DELETE", "/v1/datasets/{id}", "deleteDataset", scope_submit, erase});
}

}  // namespace chimera::http
