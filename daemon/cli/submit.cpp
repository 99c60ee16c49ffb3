#include <filesystem>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/pack_tree.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/loop/steady_clock.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr int tries_max = 3;

// "key=value" pairs as an object; `numbers`: values that are JSON become what they are.
proto::result<ordered_json> pairs(const std::vector<std::string>& texts, const std::string& flag,
                                  bool numbers) {
  ordered_json all = ordered_json::object();
  for (const std::string& text : texts) {
    const std::size_t equal = text.find('=');
    if (equal == 0 || equal == std::string::npos) {
      proto::problem p;
      p.code = "usage.pair";
      p.title = fmt::format("'{}' is no pair", text);
      p.field = flag;
      p.allowed = "key=value";
      return std::unexpected(std::move(p));
    }
    ordered_json value = text.substr(equal + 1);
    if (numbers) {
      ordered_json parsed = ordered_json::parse(text.substr(equal + 1), nullptr, false);
      if (parsed.is_number() || parsed.is_array()) value = std::move(parsed);
    }
    all[text.substr(0, equal)] = std::move(value);
  }
  return all;
}

// So that a submission whose answer was lost can be sent again without making a second job.
std::string new_key() {
  std::random_device source;
  std::string key = "cli-";
  for (int i = 0; i < 4; ++i) key += fmt::format("{:08x}", source());
  return key;
}

proto::result<ordered_json> body_of(const submit_options& options) {
  auto labels = pairs(options.labels, "--label", false);
  if (!labels) return labels;
  auto given = pairs(options.options, "--option", true);
  if (!given) return given;
  ordered_json params = ordered_json::object();
  if (!options.backend.empty()) params["backend"] = options.backend;
  if (!options.model.empty()) params["model"] = options.model;
  if (!given->empty()) params["options"] = std::move(*given);
  ordered_json body{{"pipeline", options.pipeline}, {"inputs", ordered_json::object()}};
  if (!params.empty()) body["params"] = std::move(params);
  if (!labels->empty()) body["labels"] = std::move(*labels);
  if (options.priority != 0) body["priority"] = options.priority;
  return body;
}

task<proto::result<std::string>> upload(server* at, std::string folder) {
  auto packed = packed_tree::pack(folder);
  if (!packed) co_return std::unexpected(std::move(packed.error()));
  if (packed->left_out() > 0)
    fmt::print(stderr, "chimera: note: {} links and special files were left out\n",
               packed->left_out());
  server_request request;
  request.method = "POST";
  request.path = "/v1/datasets";
  request.headers = {{"content-type", "application/x-tar"}};
  request.body_file = packed->file();
  request.silence = std::chrono::minutes(10);
  const auto made = co_await at->read(std::move(request));
  if (!made) co_return std::unexpected(made.error());
  co_return text_in(*made, "id");
}

task<proto::result<ordered_json>> post(server* at, ordered_json body) {
  const loop::steady_clock time;
  server_request request;
  request.method = "POST";
  request.path = "/v1/jobs";
  request.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  request.headers = {{"content-type", "application/json"}, {"idempotency-key", new_key()}};
  auto made = co_await at->read(request);
  for (int tried = 1; tried < tries_max && !made && made.error().code == "client.closed"; ++tried) {
    co_await time.sleep(std::chrono::milliseconds(500));
    made = co_await at->read(request);
  }
  co_return made;
}

task<proto::result<exit_code>> work(server* at, submit_options options) {
  auto body = body_of(options);
  if (!body) co_return std::unexpected(std::move(body.error()));
  ordered_json& inputs = (*body)["inputs"];
  if (options.upload) {
    const auto dataset = co_await upload(at, options.folder);
    if (!dataset) co_return std::unexpected(dataset.error());
    inputs["dataset"] = *dataset;
  } else if (!options.folder.empty()) {
    // The daemon's current folder is not ours.
    fs::path folder = fs::absolute(options.folder).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    inputs["path"] = folder.string();
  }
  auto job = co_await post(at, std::move(*body));
  if (!job) co_return std::unexpected(std::move(job.error()));
  const std::string id = text_in(*job, "id");
  if (options.watch) {
    if (!options.at.json && !screen_of_stdout().terminal) fmt::print("{}\n", printable(id));
    co_return co_await watch_job(at, id, options.at.json);
  }
  if (options.wait) {
    if (!options.at.json) fmt::print(stderr, "chimera: {} is on its way\n", printable(id));
    job = co_await wait_for_end(at, id);
    if (!job) co_return std::unexpected(std::move(job.error()));
  }
  if (options.at.json)
    print_json(*job);
  else if (options.wait)
    fmt::print("{}  {}\n", printable(id), printable(text_in(*job, "state")));
  else
    fmt::print("{}\n", printable(id));
  if (!options.wait) co_return exit_code::done;
  const auto error = job->find("error");
  if (error != job->end() && error->is_object())
    fmt::print(stderr, "chimera: {}: {}\n", printable(text_in(*error, "title")),
               printable(text_in(*error, "detail")));
  co_return outcome_of(text_in(*job, "state"));
}

}  // namespace

exit_code submit(const submit_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
