#include "daemon/inference/replayer.hpp"

#include <fmt/format.h>

namespace chimera::inference {

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
