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
  e.first_seq = last_ + 1;
  last_ += 1 + std::exchange(skipped_, 0);
  e.seq = last_;
  waiting_.push_back(e);
}

void log_tail::show_next() {
  proto::event& next = waiting_.front();
  bytes_ += bytes_of(next);
  if (next.type != proto::event_type::token_delta) last_lasting_ = next.seq;
  visible_ = next.seq;
  entries_.push_back({std::move(next), nullptr});
  waiting_.pop_front();
}

// What is not stored can be read nowhere else.
void log_tail::drop_oldest() {
  while (bytes_ > bytes_max_ && entries_.size() > 1 && first() <= stored_) {
    bytes_ -= bytes_of(entries_.front().event);
    entries_.pop_front();
  }
}

bool log_tail::show_tokens() {
  const std::uint64_t before = visible_;
  while (!waiting_.empty() && visible_ < stored_ + tokens_ahead_max) {
    const proto::event& next = waiting_.front();
    if (next.type != proto::event_type::token_delta || next.first_seq != next.seq) break;
    show_next();
  }
  drop_oldest();
  return visible_ != before;
}

void log_tail::become_stored(std::uint64_t seq) {
  stored_ = seq;
  while (!waiting_.empty() && visible_ < stored_) show_next();
  show_tokens();
}

const proto::event& log_tail::at(std::uint64_t seq) const { return entries_[seq - first()].event; }

shared_text log_tail::json(std::uint64_t from, std::uint64_t to, const proto::event& merged) {
  if (log_entry& one = entries_[to - first()]; from == one.event.first_seq) {
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
