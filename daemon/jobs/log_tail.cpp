#include "daemon/jobs/log_tail.hpp"

#include <utility>

namespace chimera::jobs {
namespace {

constexpr std::size_t merged_lines_max = 8;

std::size_t bytes_of(const proto::event& e) {
  return sizeof(log_entry) + e.text.size() + e.data.size() + e.step.size();
}

}  // namespace

void log_tail::add(proto::event& e) {
  e.seq = ++last_;
  e.first_seq = e.seq;
  waiting_.push_back(e);
}

void log_tail::become_visible(std::size_t count) {
  for (; count > 0 && !waiting_.empty(); --count) {
    bytes_ += bytes_of(waiting_.front());
    if (waiting_.front().type != proto::event_type::token_delta)
      last_lasting_ = waiting_.front().seq;
    entries_.push_back({std::move(waiting_.front()), nullptr});
    waiting_.pop_front();
    ++visible_;
  }
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= bytes_of(entries_.front().event);
    entries_.pop_front();
  }
}

const proto::event& log_tail::at(std::uint64_t seq) const { return entries_[seq - first()].event; }

shared_text log_tail::json(std::uint64_t from, std::uint64_t to, const proto::event& merged) {
  if (from == to) {
    log_entry& one = entries_[from - first()];
    if (!one.json)
      one.json = std::make_shared<const std::string>(proto::to_json(one.event, job_, epoch_));
    return one.json;
  }
  for (const merged_line& known : merged_)
    if (known.from == from && known.to == to) return known.json;
  auto line = std::make_shared<const std::string>(proto::to_json(merged, job_, epoch_));
  merged_.push_back({from, to, line});
  if (merged_.size() > merged_lines_max) merged_.pop_front();
  return line;
}

}  // namespace chimera::jobs
