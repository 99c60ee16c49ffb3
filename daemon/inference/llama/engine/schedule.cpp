#include "daemon/inference/llama/engine/schedule.hpp"

#include <algorithm>
#include <utility>

namespace chimera::embedded {

std::size_t common_prefix(const std::vector<token_id>& a, const std::vector<token_id>& b) {
  const std::size_t both = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (at < both && a[at] == b[at]) ++at;
  return at;
}

void schedule::submit(std::uint64_t id, std::vector<token_id> prompt, std::size_t answer_max) {
  call c;
  c.id = id;
  c.prompt = prompt.size();
  c.end = prompt.size() + answer_max;
  c.tokens = std::move(prompt);
  waiting_.push_back(std::move(c));
}

// The last token of a prompt is always computed: its prediction is what is wanted.
schedule::source schedule::best_source(const std::vector<token_id>& prompt) const {
  source best;
  if (!limits_.share) return best;
  const auto look = [&](const call& c, bool kept) {
    const std::size_t planned = std::min(common_prefix(prompt, c.tokens), prompt.size() - 1);
    const std::size_t now = std::min(planned, cells_.size(c.sequence));
    best.planned = std::max(best.planned, planned);
    if (now <= best.now) return;
    best.sequence = c.sequence;
    best.now = now;
    best.kept = kept;
  };
  for (const call& c : running_) look(c, false);
  for (const call& c : kept_) look(c, true);
  return best;
}

std::size_t schedule::reserved() const {
  std::size_t sum = 0;
  for (const call& c : running_) sum += c.end - cells_.size(c.sequence);
  return sum;
}

void schedule::cut(std::size_t sequence, std::size_t tokens, std::vector<memory_step>& memory) {
  cells_.truncate(sequence, tokens);
  memory.push_back({memory_step::kind::cut, sequence, 0, tokens});
}

void schedule::let_go(std::size_t kept_index, std::vector<memory_step>& memory) {
  const auto which = kept_.begin() + static_cast<std::ptrdiff_t>(kept_index);
  cut(which->sequence, 0, memory);
  taken_[which->sequence] = false;
  kept_.erase(which);
}

bool schedule::make_room(std::size_t need, const source& from, std::vector<memory_step>& memory) {
  const auto fits = [&] { return cells_.used() + reserved() + need <= cells_.capacity(); };
  std::size_t at = 0;
  while (!fits() && at < kept_.size()) {
    if (from.kept && kept_[at].sequence == from.sequence)
      ++at;
    else
      let_go(at, memory);
  }
  if (!fits() && from.kept) {
    // What lies behind the shared beginning is of no use to this call.
    for (call& c : kept_)
      if (c.sequence == from.sequence) c.tokens.resize(from.now);
    cut(from.sequence, from.now, memory);
  }
  return fits();
}

void schedule::touch(std::size_t sequence) {
  const auto which = std::ranges::find(kept_, sequence, &call::sequence);
  if (which != kept_.end()) std::rotate(which, which + 1, kept_.end());
}

void schedule::start(call c, const source& from, std::vector<memory_step>& memory) {
  const auto free = std::ranges::find(taken_, false);
  c.sequence = static_cast<std::size_t>(free - taken_.begin());
  *free = true;
  if (from.now > 0) {
    cells_.share(from.sequence, c.sequence, from.now);
    memory.push_back({memory_step::kind::copy, c.sequence, from.sequence, from.now});
    touch(from.sequence);
  }
  running_.push_back(std::move(c));
}

std::vector<started_call> schedule::admit(std::vector<memory_step>& memory) {
  std::vector<started_call> started;
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    if (running_.size() >= limits_.slots) break;
    const source from = best_source(next->tokens);
    if (from.planned >= from.now + limits_.share_min) {
      ++next;
      continue;
    }
    if (!make_room(next->end - from.now, from, memory)) break;
    started.push_back({next->id, from.now});
    start(std::move(*next), from, memory);
    next = waiting_.erase(next);
  }
  return started;
}

std::vector<portion> schedule::next_batch() const {
  std::vector<portion> batch;
  std::size_t room = limits_.batch;
  const auto add = [&](const call& c, std::size_t first, std::size_t tokens) {
    const auto begin = c.tokens.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(tokens);
    batch.push_back({c.id, c.sequence, first, {begin, end}, first + tokens == c.tokens.size()});
    room -= tokens;
  };
  for (const call& c : running_) {
    const std::size_t have = cells_.size(c.sequence);
    if (room > 0 && have >= c.prompt && have < c.tokens.size()) add(c, have, 1);
  }
  for (const call& c : running_) {
    const std::size_t have = cells_.size(c.sequence);
    if (room > 0 && have < c.prompt) add(c, have, std::min(room, c.prompt - have));
  }
  return batch;
}

void schedule::computed(const std::vector<portion>& batch) {
  for (const portion& p : batch) cells_.append(p.sequence, p.tokens.size());
}

void schedule::produced(std::uint64_t id, token_id token) {
  const auto which = std::ranges::find(running_, id, &call::id);
  if (which != running_.end()) which->tokens.push_back(token);
}

void schedule::finish(std::uint64_t id, bool keep, std::vector<memory_step>& memory) {
  std::erase_if(waiting_, [&](const call& c) { return c.id == id; });
  const auto which = std::ranges::find(running_, id, &call::id);
  if (which == running_.end()) return;
  call ended = std::move(*which);
  running_.erase(which);
  ended.tokens.resize(ended.prompt);
  const auto covers = [&](const call& a, const call& b) {
    return common_prefix(a.tokens, b.tokens) == b.tokens.size();
  };
  const bool known = std::ranges::any_of(kept_, [&](const call& k) { return covers(k, ended); });
  const bool whole = cells_.size(ended.sequence) >= ended.prompt;
  if (!keep || !limits_.share || limits_.kept == 0 || known || !whole) {
    cut(ended.sequence, 0, memory);
    taken_[ended.sequence] = false;
    return;
  }
  for (std::size_t i = kept_.size(); i-- > 0;)
    if (covers(ended, kept_[i])) let_go(i, memory);
  while (kept_.size() >= limits_.kept) let_go(0, memory);
  cut(ended.sequence, ended.prompt, memory);
  kept_.push_back(std::move(ended));
}

bool schedule::forget(std::vector<memory_step>& memory) {
  const bool any = !kept_.empty();
  while (!kept_.empty()) let_go(0, memory);
  return any;
}

}  // namespace chimera::embedded
