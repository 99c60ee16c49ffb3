// Views of jobs as the JSON of the API.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "daemon/jobs/service.hpp"

namespace chimera::http {

/// Members in the order of reading.
using ordered_json = nlohmann::ordered_json;

/// Text of a document; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_text(const ordered_json& document);

[[nodiscard]] ordered_json to_json(const jobs::job_view& view);
/// A weak tag that changes when a watcher would care: not with each token or estimate.
[[nodiscard]] std::string tag_of(const jobs::job_view& view);
/// `with_record`: prompts, answers and usage of the calls.
[[nodiscard]] ordered_json to_json(const jobs::step_view& step, bool with_record);
[[nodiscard]] ordered_json to_json(const proto::artifact& made);
[[nodiscard]] ordered_json to_json(const jobs::dry_run& plan);
[[nodiscard]] ordered_json to_json(const proto::persona& who);
[[nodiscard]] ordered_json to_json(const proto::pipeline& what);
[[nodiscard]] ordered_json to_json(const jobs::backend_view& backend);
[[nodiscard]] ordered_json to_json(const jobs::queue_view& queue);
/// {"data":[...],"next_cursor":...}; an empty cursor is null.
[[nodiscard]] ordered_json page_of(ordered_json data, const std::string& next_cursor);

}  // namespace chimera::http
