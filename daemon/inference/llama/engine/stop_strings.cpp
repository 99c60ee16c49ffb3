#include "daemon/inference/llama/engine/stop_strings.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace chimera::embedded {

stop_strings::stop_strings(std::vector<std::string> stops) : stops_(std::move(stops)) {
  std::erase(stops_, "");
}

std::string stop_strings::push(std::string_view text) {
  if (stopped_) return {};
  held_ += text;
  std::size_t end = std::string::npos;
  for (const std::string& stop : stops_) end = std::min(end, held_.find(stop));
  if (end != std::string::npos) {
    stopped_ = true;
    std::string before = held_.substr(0, end);
    held_.clear();
    return before;
  }
  std::size_t hold = 0;
  for (const std::string& stop : stops_) {
    std::size_t length = std::min(stop.size() - 1, held_.size());
    while (length > hold && !held_.ends_with(std::string_view(stop).substr(0, length))) --length;
    hold = std::max(hold, length);
  }
  std::string certain = held_.substr(0, held_.size() - hold);
  held_.erase(0, held_.size() - hold);
  return certain;
}

std::string stop_strings::finish() { return std::exchange(held_, {}); }

}  // namespace chimera::embedded
