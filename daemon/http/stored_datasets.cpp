#include <utility>

#include "daemon/http/dataset_door.hpp"

namespace chimera::http {
namespace {

using found_view = proto::result<dataset_view>;

dataset_view view_of(const datasets::dataset& set) {
  return {set.id, "upload", set.files, set.bytes, set.added, {}};
}

dataset_view view_of(datasets::manifest listing, std::string source) {
  const std::uint64_t bytes = listing.bytes();
  return {std::move(listing.id), std::move(source), listing.files.size(),
          bytes,                 false,             std::move(listing.files)};
}

std::unexpected<proto::problem> unknown_dataset() {
  return proto::fail("dataset.unknown", "there is no such dataset",
                     "they are listed at /v1/datasets");
}

found_view look(const datasets::allowed_roots& roots, const std::string& path) {
  auto folder = roots.resolve(path);
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto listing = datasets::describe_folder(*folder, {});
  if (!listing) return std::unexpected(std::move(listing.error()));
  return view_of(std::move(*listing), folder->string());
}

found_view describe(const datasets::dataset_store& kept, const std::string& id) {
  auto listing = kept.describe(id);
  if (!listing) return std::unexpected(std::move(listing.error()));
  if (!*listing) return unknown_dataset();
  return view_of(std::move(**listing), "upload");
}

}  // namespace

task<proto::result<dataset_view>> stored_datasets::upload(std::filesystem::path body,
                                                          std::string content_type) {
  auto work = [this, body = std::move(body), type = std::move(content_type)]() -> found_view {
    auto set = kept_.add(body, type);
    if (!set) return std::unexpected(std::move(set.error()));
    return view_of(*set);
  };
  co_return co_await pool_.run(std::move(work));
}

task<proto::result<dataset_view>> stored_datasets::look_at(std::string path) {
  auto work = [this, path = std::move(path)] { return look(roots_, path); };
  co_return co_await pool_.run(std::move(work));
}

task<proto::result<std::vector<dataset_view>>> stored_datasets::list() {
  auto sets = co_await pool_.run([this] { return kept_.list(); });
  if (!sets) co_return std::unexpected(std::move(sets.error()));
  std::vector<dataset_view> views;
  for (const datasets::dataset& set : *sets) views.push_back(view_of(set));
  co_return views;
}

task<proto::result<dataset_view>> stored_datasets::find(std::string id) {
  auto work = [this, id = std::move(id)] { return describe(kept_, id); };
  co_return co_await pool_.run(std::move(work));
}

task<proto::result<void>> stored_datasets::erase(std::string id) {
  auto removed = co_await pool_.run([this, id = std::move(id)] { return kept_.remove(id); });
  if (!removed) co_return std::unexpected(std::move(removed.error()));
  if (!*removed) co_return unknown_dataset();
  co_return proto::result<void>{};
}

}  // namespace chimera::http
