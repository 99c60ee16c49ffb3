#include "daemon/service/report_artifacts.hpp"

#include <array>
#include <utility>

#include "daemon/reporting/run_json.hpp"

namespace chimera::service {

std::string media_type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types = {
      {{".md", "text/markdown; charset=utf-8"},
       {".html", "text/html; charset=utf-8"},
       {".jsonl", "application/x-ndjson"},
       {".json", "application/json"},
       {".svg", "image/svg+xml"}}};
  for (const auto& [end, type] : types)
    if (name.ends_with(end)) return std::string(type);
  return "application/octet-stream";
}

proto::result<std::vector<store::put_artifact>> to_artifacts(store::store& kept,
                                                             const std::string& job,
                                                             reporting::report_files files) {
  std::vector<store::put_artifact> all;
  for (auto& [name, content] : files) {
    store::put_artifact one;
    one.artifact.job = job;
    one.artifact.name = name;
    one.artifact.media_type = media_type_of(name);
    one.artifact.bytes = content.size();
    one.artifact.sha256 = reporting::seal(content).sha256;
    one.on_shelf = content.size() > store::inline_bytes_max;
    if (one.on_shelf) {
      if (auto put = kept.put_on_shelf(one.artifact.sha256, content); !put)
        return std::unexpected(std::move(put.error()));
    } else {
      one.content = std::move(content);
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace chimera::service
