#include "daemon/inference/replayer.hpp"

#include <fmt/format.h>

#include "agents/roles/material.hpp"

namespace chimera::inference {
namespace {

// The call that a repair or a revision follows; "" if it is neither.
std::string_view followed_by(std::string_view step) {
  std::size_t at = step.rfind("/repair-");
  if (at == std::string_view::npos) at = step.rfind("/revise");
  return at == std::string_view::npos ? std::string_view() : step.substr(0, at);
}

}  // namespace

task<proto::result<model_limits>> replayer::limits(generation_request about) {
  auto found = limits_.find(about.step);
  if (found == limits_.end()) found = limits_.find(std::string(followed_by(about.step)));
  co_return found == limits_.end() ? model_limits{} : found->second.limits;
}

task<proto::result<std::uint64_t>> replayer::count_tokens(generation_request request) {
  const auto found = limits_.find(request.step);
  const bool brief = request.prompt.contains(roles::brief_mark);
  if (found != limits_.end() && brief == found->second.brief &&
      request.prompt.size() <= found->second.prompt_bytes)
    co_return 1;
  auto known = co_await limits(std::move(request));
  co_return known->context_tokens + 1;
}

task<proto::result<generation>> replayer::generate(
    generation_request request, std::function<void(std::string_view)> /*on_token*/) {
  const auto found = answers_.find(request.step);
  if (found == answers_.end())
    co_return proto::fail("replay.missing",
                          fmt::format("step '{}' was not part of the recorded run", request.step),
                          "the artifacts now lead to other questions than they did then");
  co_return found->second;
}

}  // namespace chimera::inference
