// Events of the job itself.
#pragma once

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::service {

/// `data` is an object; bytes that are no UTF-8 are replaced.
[[nodiscard]] inline proto::event event_of(proto::event_type type,
                                           const nlohmann::ordered_json& data) {
  proto::event e;
  e.type = type;
  if (!data.empty())
    e.data = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return e;
}

/// {"error": {"code", "title", "detail", ...}}
[[nodiscard]] inline nlohmann::ordered_json problem_data(const proto::problem& p) {
  nlohmann::ordered_json error = {{"code", p.code}, {"title", p.title}, {"detail", p.detail}};
  if (!p.file.empty()) error["file"] = p.file;
  if (!p.allowed.empty()) error["allowed"] = p.allowed;
  return {{"error", std::move(error)}};
}

[[nodiscard]] inline std::vector<proto::event> only(proto::event e) {
  std::vector<proto::event> one;
  one.push_back(std::move(e));
  return one;
}

}  // namespace chimera::service
