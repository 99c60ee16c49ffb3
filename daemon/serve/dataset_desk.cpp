#include "daemon/serve/dataset_desk.hpp"

#include <utility>

#include <fmt/format.h>

#include "daemon/datasets/manifest.hpp"

namespace chimera::serve {
namespace {

constexpr std::string_view id_prefix = "ds_";

proto::problem unknown(const std::string& id) {
  proto::problem p;
  p.code = "dataset.unknown";
  p.title = fmt::format("no dataset has the id '{}'", id);
  p.detail = "a folder is registered by its path each time; an upload is kept until it is deleted";
  return p;
}

http::dataset_view view_of(const datasets::manifest& m, std::string source) {
  http::dataset_view view;
  view.id = m.id;
  view.source = std::move(source);
  view.files = m.files.size();
  view.bytes = m.bytes();
  view.sha256 = m.id.substr(id_prefix.size());
  for (const datasets::dataset_file& f : m.files) view.tree.push_back({f.path, f.bytes, f.sha256});
  return view;
}

http::dataset_view view_of(const datasets::dataset& d) {
  http::dataset_view view;
  view.id = d.id;
  view.source = "upload";
  view.files = d.files;
  view.bytes = d.bytes;
  view.sha256 = d.id.substr(id_prefix.size());
  return view;
}

}  // namespace

task<proto::result<http::dataset_view>> dataset_desk::upload(std::filesystem::path body,
                                                             std::string content_type,
                                                             std::string tenant) {
  auto work = [places = around_.places.now(), body,
               content_type]() -> proto::result<http::dataset_view> {
    auto added = places->uploads.add(body, content_type);
    if (!added) return std::unexpected(std::move(added.error()));
    return view_of(*added);
  };
  auto added = co_await around_.files.run(std::move(work));
  if (added) added->tenant = std::move(tenant);
  co_return added;
}

task<proto::result<http::dataset_view>> dataset_desk::add_path(std::string path,
                                                               std::string tenant) {
  auto work = [places = around_.places.now(), path]() -> proto::result<http::dataset_view> {
    auto folder = places->roots.resolve(path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto described = datasets::describe_folder(*folder, {});
    if (!described) return std::unexpected(std::move(described.error()));
    return view_of(*described, path);
  };
  auto added = co_await around_.files.run(std::move(work));
  if (added) added->tenant = std::move(tenant);
  co_return added;
}

task<proto::result<std::vector<http::dataset_view>>> dataset_desk::list() {
  auto work = [places = around_.places.now()]() -> proto::result<std::vector<http::dataset_view>> {
    auto all = places->uploads.list();
    if (!all) return std::unexpected(std::move(all.error()));
    std::vector<http::dataset_view> views;
    for (const datasets::dataset& d : *all) views.push_back(view_of(d));
    return views;
  };
  co_return co_await around_.files.run(std::move(work));
}

task<proto::result<http::dataset_view>> dataset_desk::find(std::string id) {
  auto work = [places = around_.places.now(), id]() -> proto::result<http::dataset_view> {
    auto described = places->uploads.describe(id);
    if (!described) return std::unexpected(std::move(described.error()));
    if (!*described) return std::unexpected(unknown(id));
    return view_of(**described, "upload");
  };
  co_return co_await around_.files.run(std::move(work));
}

task<proto::result<void>> dataset_desk::erase(std::string id) {
  store::job_filter active;
  active.states = {proto::job_state::queued, proto::job_state::running,
                   proto::job_state::canceling};
  active.limit = 10'000;
  auto jobs = co_await around_.jobs.list(std::move(active));
  if (!jobs) co_return std::unexpected(std::move(jobs.error()));
  for (const jobs::job_view& one : *jobs)
    if (one.job.request.dataset == id)
      co_return proto::fail("dataset.in-use", fmt::format("job {} reads it", one.job.id),
                            "cancel the job, or wait for its end");
  auto work = [places = around_.places.now(), id]() -> proto::result<void> {
    auto removed = places->uploads.remove(id);
    if (!removed) return std::unexpected(std::move(removed.error()));
    if (!*removed) return std::unexpected(unknown(id));
    return {};
  };
  co_return co_await around_.files.run(std::move(work));
}

}  // namespace chimera::serve
