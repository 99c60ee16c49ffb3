#include "daemon/inference/llama/engine/sampling.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proto/decimal.hpp"

namespace chimera::embedded {
namespace {

using nlohmann::json;

class reader {
 public:
  explicit reader(const std::map<std::string, std::string>& options) : options_(options) {}

  void decimal(const char* name, double& into, double least, double most) {
    const auto found = options_.find(name);
    if (found == options_.end()) return;
    const auto value = proto::parse_decimal(found->second);
    if (value && *value >= least && *value <= most)
      into = *value;
    else
      refuse(name, found->second, fmt::format("{} to {}", least, most));
  }

  void whole(const char* name, std::int64_t& into, std::int64_t least) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    double value = static_cast<double>(into);
    decimal(name, value, static_cast<double>(least), static_cast<double>(most));
    if (value != std::floor(value)) refuse(name, options_.at(name), "a whole number");
    into = static_cast<std::int64_t>(value);
  }

  // A list of texts as JSON, or one text.
  void texts(const char* name, std::vector<std::string>& into) {
    const auto found = options_.find(name);
    if (found == options_.end()) return;
    const json list = json::parse(found->second, nullptr, false);
    if (!list.is_array()) {
      into = {list.is_string() ? list.get<std::string>() : found->second};
      return;
    }
    for (const json& text : list) {
      if (text.is_string())
        into.push_back(text.get<std::string>());
      else
        refuse(name, found->second, "a text or a list of texts");
    }
  }

  [[nodiscard]] const std::optional<proto::problem>& problem() const { return problem_; }

 private:
  void refuse(const char* name, const std::string& value, std::string allowed) {
    if (problem_) return;
    proto::problem p;
    p.code = "backend.refused";
    p.title = fmt::format("option '{}' cannot be '{}'", name, value);
    p.field = fmt::format("options.{}", name);
    p.allowed = std::move(allowed);
    problem_ = std::move(p);
  }

  const std::map<std::string, std::string>& options_;
  std::optional<proto::problem> problem_;
};

}  // namespace

proto::result<sampling> sampling_of(const std::map<std::string, std::string>& options) {
  constexpr double penalty_max = 10;
  sampling s;
  reader read(options);
  read.decimal("temperature", s.temperature, 0, 100);
  read.whole("top_k", s.top_k, 0);
  read.decimal("top_p", s.top_p, 0, 1);
  read.decimal("min_p", s.min_p, 0, 1);
  read.decimal("repeat_penalty", s.repeat_penalty, 0, penalty_max);
  read.whole("repeat_last_n", s.repeat_last_n, 0);
  read.decimal("frequency_penalty", s.frequency_penalty, -penalty_max, penalty_max);
  read.decimal("presence_penalty", s.presence_penalty, -penalty_max, penalty_max);
  read.whole("seed", s.seed, -1);
  read.whole("num_predict", s.num_predict, -2);
  read.whole("num_ctx", s.num_ctx, 0);
  read.texts("stop", s.stop);
  // The library takes no penalty of nothing; it means the same as none.
  if (s.repeat_penalty <= 0) s.repeat_penalty = 1;
  if (read.problem()) return std::unexpected(*read.problem());
  return s;
}

std::map<std::string, std::string> in_effect(const sampling& s) {
  std::map<std::string, std::string> options;
  options["temperature"] = fmt::format("{}", s.temperature);
  options["repeat_penalty"] = fmt::format("{}", s.repeat_penalty);
  options["num_predict"] = fmt::format("{}", s.num_predict);
  if (s.temperature > 0) {
    options["top_k"] = fmt::format("{}", s.top_k);
    options["top_p"] = fmt::format("{}", s.top_p);
    options["min_p"] = fmt::format("{}", s.min_p);
    options["seed"] = fmt::format("{}", s.seed);
  }
  if (s.repeat_penalty != 1 || s.frequency_penalty != 0 || s.presence_penalty != 0)
    options["repeat_last_n"] = fmt::format("{}", s.repeat_last_n);
  if (s.frequency_penalty != 0)
    options["frequency_penalty"] = fmt::format("{}", s.frequency_penalty);
  if (s.presence_penalty != 0) options["presence_penalty"] = fmt::format("{}", s.presence_penalty);
  if (s.num_ctx > 0) options["num_ctx"] = fmt::format("{}", s.num_ctx);
  if (!s.stop.empty()) options["stop"] = json(s.stop).dump();
  return options;
}

}  // namespace chimera::embedded
