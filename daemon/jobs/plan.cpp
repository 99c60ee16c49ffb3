#include "daemon/jobs/plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace chimera::jobs {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;

using state = node::state;

bool is_over(const node& n) { return n.at == state::done || n.at == state::skipped; }

proto::problem problem_of(std::string code, std::string title, std::string detail) {
  proto::problem p;
  p.code = std::move(code);
  p.title = std::move(title);
  p.detail = std::move(detail);
  return p;
}

// Shows what was set in the unit that it was likely set in.
std::string shown(std::int64_t ms) {
  if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

using deadline = plan::deadline;

void take_earlier(std::optional<deadline>& best, deadline other) {
  if (!best || other.at_ns < best->at_ns) best = std::move(other);
}

std::optional<deadline> end_of_run(const proto::pipeline& p, const run_limits& limits) {
  std::optional<deadline> ends;
  if (limits.ends_ns)
    ends = {*limits.ends_ns, problem_of("deadline.job", "the time of the job is over",
                                        "submit it again with more time")};
  if (p.timeout_ms != 0)
    take_earlier(ends, {p.timeout_ms * ns_per_ms,
                        problem_of("deadline.job",
                                   fmt::format("pipeline '{}' ran longer than its timeout of {}",
                                               p.name, shown(p.timeout_ms)),
                                   "raise its 'timeout', or give it less to do")});
  if (p.seconds_budget != 0)
    take_earlier(ends, {static_cast<std::int64_t>(p.seconds_budget) * ns_per_s,
                        problem_of("budget.exceeded",
                                   fmt::format("pipeline '{}' spent its budget of {} seconds",
                                               p.name, p.seconds_budget),
                                   "raise its 'budget', or give it less to do")});
  return ends;
}

// Nothing is a budget of 0; else the stricter of both.
std::uint64_t stricter(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

bool mostly_spent(std::uint64_t spent, std::uint64_t budget) {
  return budget != 0 && spent >= budget - budget / 5;
}

bool holds(const proto::lint_condition& when, const std::vector<proto::lint>& lints) {
  return std::ranges::any_of(lints, [&](const proto::lint& found) {
    // error < warning < info
    return found.level <= when.at_least &&
           (when.lints.empty() || std::ranges::find(when.lints, found.rule) != when.lints.end());
  });
}

}  // namespace

plan::plan(const proto::pipeline& p, const std::vector<std::string>& question_ids,
           run_limits limits)
    : pipeline_(p),
      ended_(p.steps.size(), false),
      token_budget_(stricter(p.token_budget, limits.token_budget)),
      tokens_(limits.tokens_spent),
      ends_(end_of_run(p, limits)) {
  for (std::size_t s = 0; s < p.steps.size(); ++s) {
    const proto::pipeline_step& step = p.steps[s];
    std::vector<std::size_t>& makers = inputs_.emplace_back();
    for (const std::string& input : step.inputs) {
      const auto maker = std::ranges::find(p.steps, input, &proto::pipeline_step::output);
      if (maker != p.steps.end())
        makers.push_back(static_cast<std::size_t>(maker - p.steps.begin()));
    }
    const auto add = [&](std::size_t question, const std::string& suffix) {
      node n;
      n.step = s;
      n.question = question;
      n.name = step.name + suffix;
      n.output = step.output + suffix;
      nodes_.push_back(std::move(n));
    };
    if (step.for_each.empty())
      add(node::no_question, "");
    else
      for (std::size_t q = 0; q < question_ids.size(); ++q) add(q, '/' + question_ids[q]);
  }
  settle();
}

// A step has ended when its nodes have, and its inputs: one that has no nodes (no questions) ends
// with its inputs. A sound pipeline has no cycle, so this ends.
void plan::settle() {
  std::vector<bool> open(ended_.size(), false);
  for (const node& n : nodes_)
    if (!is_over(n)) open[n.step] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t s = 0; s < ended_.size(); ++s) {
      if (ended_[s] || open[s]) continue;
      if (!std::ranges::all_of(inputs_[s], [this](std::size_t m) { return ended_[m]; })) continue;
      ended_[s] = true;
      changed = true;
    }
  }
}

std::vector<std::size_t> plan::skip_unwanted(const std::vector<proto::lint>& lints) {
  std::vector<std::size_t> skipped;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::optional<proto::lint_condition>& when = pipeline_.steps[nodes_[i].step].when;
    if (nodes_[i].at != state::waiting || !when || holds(*when, lints)) continue;
    nodes_[i].at = state::skipped;
    skipped.push_back(i);
  }
  settle();
  return skipped;
}

void plan::restore(std::size_t index, bool skipped) {
  nodes_[index].at = skipped ? state::skipped : state::done;
  settle();
}

std::vector<std::size_t> plan::ready() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].at != state::waiting) continue;
    const std::vector<std::size_t>& makers = inputs_[nodes_[i].step];
    if (std::ranges::all_of(makers, [this](std::size_t m) { return ended_[m]; }))
      indices.push_back(i);
  }
  return indices;
}

void plan::start(std::size_t index, std::int64_t now_ns) {
  node& n = nodes_[index];
  n.at = state::running;
  n.attempt_ns = now_ns;
  if (n.attempts++ == 0) n.first_ns = now_ns;
}

void plan::finish(std::size_t index) {
  nodes_[index].at = state::done;
  settle();
}

bool plan::finished() const { return std::ranges::all_of(nodes_, is_over); }

std::size_t plan::ended() const {
  return static_cast<std::size_t>(std::ranges::count_if(nodes_, is_over));
}

std::vector<std::size_t> plan::sources_of(std::size_t index) const {
  std::vector<std::size_t> sources;
  for (const std::size_t maker : inputs_[nodes_[index].step])
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i].step == maker && nodes_[i].at == state::done) sources.push_back(i);
  return sources;
}

// The end of the step or of the run, whichever comes first.
std::optional<deadline> plan::last_moment_of(const node& n) const {
  std::optional<deadline> last = ends_;
  const std::int64_t step_ms = pipeline_.steps[n.step].step_timeout_ms;
  if (step_ms != 0)
    take_earlier(last, {n.first_ns + step_ms * ns_per_ms,
                        problem_of("deadline.step",
                                   fmt::format("step '{}' ran longer than its timeout of {}",
                                               n.name, shown(step_ms)),
                                   "raise 'timeout.step', or give it less to do")});
  return last;
}

std::optional<deadline> plan::deadline_of(std::size_t index) const {
  const node& n = nodes_[index];
  std::optional<deadline> first = last_moment_of(n);
  const std::int64_t attempt_ms = pipeline_.steps[n.step].attempt_timeout_ms;
  if (attempt_ms != 0)
    take_earlier(
        first, {n.attempt_ns + attempt_ms * ns_per_ms,
                problem_of("deadline.attempt",
                           fmt::format("an attempt of step '{}' ran longer than its timeout of {}",
                                       n.name, shown(attempt_ms)),
                           "raise 'timeout.attempt', or use a faster backend")});
  return first;
}

std::int64_t plan::backoff_ns(const node& n, std::uint64_t dice) const {
  const proto::retry_policy& policy = pipeline_.steps[n.step].attempts;
  std::int64_t ms = policy.backoff_ms;
  for (std::uint32_t i = 1; i < n.attempts && ms < policy.backoff_max_ms; ++i) ms *= 2;
  ms = std::min(ms, policy.backoff_max_ms);
  constexpr double bits = 9007199254740992.0;  // 2^53: what a double holds exactly
  const double share = static_cast<double>(dice >> 11U) / bits * 2 - 1;
  return std::llround(static_cast<double>(ms * ns_per_ms) * (1 + share * policy.jitter));
}

plan::decision plan::fail(std::size_t index, proto::problem why, std::int64_t now_ns,
                          std::uint64_t dice) {
  node& n = nodes_[index];
  const std::uint32_t most = pipeline_.steps[n.step].attempts.max;
  decision next;
  if (can_retry(why) && n.attempts < most) {
    next.delay_ns = std::max(backoff_ns(n, dice), std::int64_t{why.wait_s} * ns_per_s);
    const std::optional<deadline> last = last_moment_of(n);
    next.retry = !last || now_ns + next.delay_ns < last->at_ns;
    if (!next.retry) why.detail += "; no time is left for another attempt";
  } else if (most > 1 && n.attempts >= most) {
    why.detail += fmt::format("{}this was attempt {} of {}", why.detail.empty() ? "" : "; ",
                              n.attempts, most);
  }
  n.at = next.retry ? state::backing_off : state::failed;
  next.why = std::move(why);
  return next;
}

plan::charge plan::spend(std::size_t index, std::uint64_t tokens) {
  node& n = nodes_[index];
  n.tokens += tokens;
  tokens_ += tokens;
  charge c;
  const std::uint64_t mine = pipeline_.steps[n.step].token_budget;
  c.step_warning = !n.warned && mostly_spent(n.tokens, mine);
  c.run_warning = !warned_of_tokens_ && mostly_spent(tokens_, token_budget_);
  n.warned = n.warned || c.step_warning;
  warned_of_tokens_ = warned_of_tokens_ || c.run_warning;
  if (mine != 0 && n.tokens > mine)
    c.exceeded = problem_of("budget.exceeded",
                            fmt::format("step '{}' wrote more than {} tokens", n.name, mine),
                            "raise its 'budget', or ask for less");
  else if (token_budget_ != 0 && tokens_ > token_budget_)
    c.exceeded = problem_of("budget.exceeded",
                            fmt::format("the job wrote more than {} tokens", token_budget_),
                            "raise the budget of the job or of its pipeline");
  return c;
}

bool plan::warn_of_time(std::int64_t now_ns) {
  if (warned_of_time_ || !ends_ || now_ns < ends_->at_ns - ends_->at_ns / 5) return false;
  warned_of_time_ = true;
  return true;
}

std::vector<std::size_t> plan::cancel() {
  std::vector<std::size_t> stopped;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    state& at = nodes_[i].at;
    if (at != state::waiting && at != state::running && at != state::backing_off) continue;
    at = state::canceled;
    stopped.push_back(i);
  }
  return stopped;
}

}  // namespace chimera::jobs
