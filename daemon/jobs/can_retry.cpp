#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/jobs/plan.hpp"

namespace chimera::jobs {
namespace {

struct entry {
  std::string_view prefix;
  bool retry;
};

// The first prefix that fits decides. What is not listed does not pass by itself: usage,
// validation, deadlines of the step and the job, spent budgets.
constexpr std::array table = std::to_array<entry>({
    {"backend.unknown", false},   {"backend.model", false},  // no such model
    {"backend.context", false},                              // the prompt does not fit
    {"backend.truncated", false},                            // the server cut the prompt
    {"backend.protocol", false},  {"backend.no-gpu", false},
    {"backend.library", false},   {"backend.unauthorized", false},
    {"backend.forbidden", false}, {"backend.refused", false},  // refused the request itself
    {"backend.request", false},   {"backend.bad-request", false},
    {"backend.config", false},    {"backend.type", false},
    {"backend.", true},           {"generation.", true},
    {"client.closed", true},      {"client.connect", true},
    {"client.timeout", true},     {"role.empty", true},
    {"role.json", true},          {"deadline.attempt", true},
});

}  // namespace

bool can_retry(const proto::problem& p) {
  const auto found = std::ranges::find_if(
      table, [&](const entry& e) { return std::string_view(p.code).starts_with(e.prefix); });
  return found != table.end() && found->retry;
}

}  // namespace chimera::jobs
