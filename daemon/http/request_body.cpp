#include "daemon/http/request_body.hpp"

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "agents/personas/persona_file.hpp"

namespace chimera::http {
namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t path_bytes_max = 4096;
constexpr std::size_t label_bytes_max = 200;
constexpr std::size_t labels_max = 64;
constexpr std::int64_t priority_max = 1000;
// 2^53: beyond it JSON readers lose whole numbers.
constexpr std::int64_t tokens_max = std::int64_t{1} << 53U;
constexpr double seconds_max = 30.0 * 24 * 3600;
constexpr std::size_t errors_max = 100;

const std::vector<std::string> option_names = {
    "num_gpu",        "num_ctx", "temperature", "top_p", "top_k",
    "repeat_penalty", "seed",    "num_predict", "stop",  "keep_alive"};

// A generation option as the personas keep it: numbers as written, `stop` as a JSON list.
std::string option_text(const sorted_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool is_option_value(const sorted_json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size() <= name_bytes_max;
  if (value.is_number() || value.is_boolean()) return true;
  if (!value.is_array() || value.size() > labels_max) return false;
  for (const sorted_json& each : value)
    if (!each.is_string() || each.get_ref<const std::string&>().size() > name_bytes_max)
      return false;
  return true;
}

void read_options(const sorted_json& options, const std::string& pointer,
                  std::vector<field_error>& errors, proto::job_request& request) {
  object_reader reader(options, pointer, errors);
  for (const std::string& name : option_names) {
    const sorted_json* value = reader.member(name);
    if (!value) continue;
    if (is_option_value(*value))
      request.options[name] = option_text(*value);
    else
      reader.wrong(name,
                   fmt::format("must be a number, text or a list of texts of at most {} bytes",
                               name_bytes_max));
  }
  reader.refuse_unknown();
}

void read_params(const sorted_json& params, std::vector<field_error>& errors,
                 proto::job_request& request) {
  object_reader reader(params, "/params", errors);
  request.backend = reader.text("backend", name_bytes_max, false);
  request.model = reader.text("model", name_bytes_max, false);
  if (const sorted_json* options = reader.member("options"))
    read_options(*options, reader.pointer_to("options"), errors, request);
  reader.refuse_unknown();
}

void read_inputs(const sorted_json& inputs, std::vector<field_error>& errors,
                 proto::job_request& request) {
  object_reader reader(inputs, "/inputs", errors);
  request.path = reader.text("path", path_bytes_max, false);
  request.dataset = reader.text("dataset", name_bytes_max, false);
  if (!request.path.empty() && !request.dataset.empty())
    reader.wrong("dataset", "either path or dataset, not both");
  reader.refuse_unknown();
}

void read_labels(const sorted_json& labels, std::vector<field_error>& errors,
                 proto::job_request& request) {
  if (!labels.is_object()) {
    errors.push_back(
        {"#/labels", fmt::format("must be an object of texts, is {}", labels.type_name()), {}});
    return;
  }
  if (labels.size() > labels_max) {
    errors.push_back({"#/labels", fmt::format("more than {} labels", labels_max), {}});
    return;
  }
  object_reader reader(labels, "/labels", errors);
  for (const auto& [name, value] : labels.items()) {
    if (name.empty() || name.size() > label_bytes_max || name.find('=') != std::string::npos)
      reader.wrong(name, "a label's name has no '=' and 1 to 200 bytes");
    else
      request.labels[name] = reader.text(name, label_bytes_max, false);
  }
}

void read_budget(const sorted_json& budget, std::vector<field_error>& errors,
                 proto::job_request& request) {
  object_reader reader(budget, "/budget", errors);
  request.token_budget = static_cast<std::uint64_t>(reader.integer("tokens", 1, tokens_max, 0));
  request.seconds_budget = reader.number("seconds", 0.001, seconds_max, 0);
  reader.refuse_unknown();
}

}  // namespace

std::expected<proto::job_request, refusal> read_job_request(const sorted_json& body) {
  std::vector<field_error> errors;
  proto::job_request request;
  object_reader reader(body, "", errors);
  request.pipeline = reader.text("pipeline", name_bytes_max, true);
  if (const sorted_json* inputs = reader.member("inputs")) read_inputs(*inputs, errors, request);
  if (const sorted_json* params = reader.member("params")) read_params(*params, errors, request);
  request.priority =
      static_cast<std::int32_t>(reader.integer("priority", -priority_max, priority_max, 0));
  if (const sorted_json* labels = reader.member("labels")) read_labels(*labels, errors, request);
  request.on_conflict =
      reader.one_of("on_conflict", {"enqueue", "reject", "cancel_previous"}, "enqueue");
  request.conflict_key = reader.text("conflict_key", name_bytes_max, false);
  if (request.on_conflict != "enqueue" && request.conflict_key.empty())
    reader.wrong("conflict_key", fmt::format("on_conflict '{}' needs it", request.on_conflict));
  if (const sorted_json* budget = reader.member("budget")) read_budget(*budget, errors, request);
  reader.refuse_unknown();
  if (errors.empty()) return request;
  if (errors.size() > errors_max) errors.resize(errors_max);
  return std::unexpected(invalid_request(std::move(errors)));
}

std::string fingerprint_of(const sorted_json& body) {
  evidence::sha256_stream sum;
  sum.add(body.dump(-1, ' ', false, sorted_json::error_handler_t::replace));
  return sum.hex();
}

}  // namespace chimera::http
