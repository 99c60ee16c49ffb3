#include "daemon/jobs/log_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace chimera::jobs {
namespace {

constexpr std::size_t envelope_bytes = 160;

std::size_t bytes_of(const proto::event& e) {
  return envelope_bytes + e.text.size() + e.data.size() + e.step.size();
}

bool is_within(std::string_view step, std::string_view asked) {
  if (!step.starts_with(asked)) return false;
  return step.size() == asked.size() || (!asked.empty() && step[asked.size()] == '/');
}

// Gathers what follows each other into one entry.
class merging {
 public:
  using line_of = std::function<shared_text(std::uint64_t, std::uint64_t, const proto::event&)>;
  merging(reading& out, line_of line) : out_(out), line_(std::move(line)) {}

  /// `after`: the number that the reader has; an event that stands for several may begin before.
  void take(const proto::event& e, std::uint64_t after, bool merge) {
    if (merge && run_ && proto::may_coalesce(*run_, e)) {
      proto::coalesce(*run_, e);
      return;
    }
    end();
    run_ = e;
    run_->first_seq = std::max(run_->first_seq, after + 1);
  }
  void end() {
    if (!run_) return;
    shared_text json = line_(run_->first_seq, run_->seq, *run_);
    out_.entries.push_back({std::move(*run_), std::move(json)});
    run_.reset();
  }

 private:
  reading& out_;
  line_of line_;
  std::optional<proto::event> run_;
};

}  // namespace

bool event_filter::wants(const proto::event& e) const {
  if (!channels.empty() && std::ranges::find(channels, proto::channel_of(e.type)) == channels.end())
    return false;
  if (!types.empty() && std::ranges::find(types, proto::to_text(e.type)) == types.end())
    return false;
  const auto within = [&e](const std::string& asked) { return is_within(e.step, asked); };
  return steps.empty() || std::ranges::any_of(steps, within);
}

log_reader::log_reader(event_log& log, place where, std::function<void()> wake)
    : log_(log), where_(std::move(where)), wake_(std::move(wake)), reached_(where_.after) {
  log_.attach(*this);
}

log_reader::~log_reader() { log_.detach(*this); }

bool log_reader::pending() const {
  if (ended_) return false;
  if (tail_ == nullptr) return true;
  return tail_->visible() > reached_ || (tail_->closed && tail_->waiting() == 0);
}

bool log_reader::only_tokens() const {
  return tail_ != nullptr && !tail_->closed && tail_->last_lasting() <= reached_ &&
         reached_ + 1 >= tail_->first();
}

task<proto::result<reading>> log_reader::next(std::size_t bytes_max) {
  reading out;
  if (held_) out.gaps.push_back(*std::exchange(held_, std::nullopt));
  if (tail_ == nullptr) log_.attach(*this);
  const bool in_memory = tail_ != nullptr && reached_ + 1 >= tail_->first();
  if (in_memory) {
    read_memory(*tail_, bytes_max, out);
    caught_up_ = caught_up_ || reached_ == tail_->visible();
    ended_ = tail_->closed && tail_->waiting() == 0 && reached_ == tail_->visible();
  } else {
    auto read = co_await read_store(bytes_max, &out);
    if (!read) co_return std::unexpected(std::move(read.error()));
  }
  hold_last_gap(out);
  out.reached = reached();
  out.ended = ended_;
  log_.gaps_told_ += out.gaps.size();
  co_return out;
}

void log_reader::read_memory(log_tail& tail, std::size_t bytes_max, reading& out) {
  const auto line = [&tail](std::uint64_t from, std::uint64_t to, const proto::event& merged) {
    return tail.json(from, to, merged);
  };
  merging run(out, line);
  for (std::size_t bytes = 0; reached_ < tail.visible() && bytes < bytes_max;) {
    const std::uint64_t after = reached_;
    const proto::event& e = tail.at(++reached_);
    if (!where_.filter.wants(e)) continue;
    bytes += bytes_of(e);
    run.take(e, after, where_.merge_tokens);
  }
  run.end();
}

task<proto::result<void>> log_reader::read_store(std::size_t bytes_max, reading* out) {
  const std::size_t page_bytes = std::min(bytes_max, log_.limits_.page_bytes);
  auto work = [&kept = log_.store_, job = where_.job, after = reached_, page_bytes] {
    return kept.read_events(job, after, page_bytes);
  };
  auto page = co_await log_.pool_.run(std::move(work));
  if (!page) co_return std::unexpected(std::move(page.error()));
  // The job has no open log: what the store holds is all there is.
  if (page->empty()) ended_ = tail_ == nullptr;
  take_page(std::move(*page), bytes_max, *out);
  co_return proto::result<void>{};
}

void log_reader::take_page(std::vector<proto::event> page, std::size_t bytes_max, reading& out) {
  const auto line = [this](std::uint64_t, std::uint64_t, const proto::event& merged) {
    return std::make_shared<const std::string>(proto::to_json(merged, where_.job, where_.epoch));
  };
  // Events that are stored but not yet visible come from memory, when they are.
  const std::uint64_t shown =
      tail_ == nullptr ? page.empty() ? 0 : page.back().seq : tail_->visible();
  merging run(out, line);
  std::size_t bytes = 0;
  for (const proto::event& e : page) {
    if (e.seq > shown || bytes >= bytes_max) break;
    const std::uint64_t after = std::exchange(reached_, e.seq);
    if (!where_.filter.wants(e)) continue;
    if (caught_up_ && e.type == proto::event_type::token_delta) {
      run.end();
      take_gap(e, out);
      continue;
    }
    bytes += bytes_of(e);
    run.take(e, after, where_.merge_tokens);
  }
  run.end();
}

namespace {

bool ends_with_gap(const reading& read) {
  if (read.gaps.empty()) return false;
  return read.entries.empty() || read.entries.back().event.seq < read.gaps.back().from_seq;
}

}  // namespace

// What lies between and was filtered out needs no telling.
void log_reader::take_gap(const proto::event& e, reading& out) {
  if (ends_with_gap(out))
    out.gaps.back().to_seq = e.seq;
  else
    out.gaps.push_back({e.first_seq, e.seq});
}

// There is more to read: if that begins with lost tokens too, both are one gap.
void log_reader::hold_last_gap(reading& out) {
  if (ended_ || !ends_with_gap(out) || !pending()) return;
  held_ = out.gaps.back();
  out.gaps.pop_back();
}

}  // namespace chimera::jobs
