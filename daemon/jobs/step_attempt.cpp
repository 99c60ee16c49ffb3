#include "daemon/jobs/step_attempt.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace chimera::jobs {

task<proto::result<roles::role_output>> step_attempt::run(proto::persona who,
                                                          roles::role_input input) {
  parts_.start(write(std::move(who), std::move(input)));
  if (auto limit = around_.decides.deadline_of(node_); limit && !output_ && !error_)
    parts_.start(watch_deadline(std::move(*limit)));
  // The step may have been cancelled while its parts began: they must be joined all the same.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const bool cancelled = co_await parts_.join();
  co_await boost::asio::this_coro::throw_if_cancelled(true);
  if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
  if (stopped_) co_return std::unexpected(std::move(*stopped_));
  if (error_) std::rethrow_exception(error_);
  co_return std::move(*output_);
}

// Whatever ends the writing ends the timer too.
task<> step_attempt::write(proto::persona who, roles::role_input input) {
  try {
    output_ = co_await roles::run_role(std::move(who), id_.step, std::move(input), this, {});
  } catch (...) {
    error_ = std::current_exception();
  }
  parts_.cancel();
}

task<> step_attempt::watch_deadline(plan::deadline limit) {
  const std::int64_t elapsed = around_.time.now().count() - around_.began_ns;
  co_await around_.time.sleep(
      std::chrono::nanoseconds(std::max<std::int64_t>(0, limit.at_ns - elapsed)));
  if (!output_ && !error_) stop(std::move(limit.missed));
}

task<proto::result<generation>> step_attempt::generate(
    generation_request request, std::function<void(std::string_view)> /*on_token*/) {
  const std::string call = request.step;
  request.job = around_.job;
  request.priority = around_.priority;
  around_.told.message_started(id_, request);
  std::uint64_t counted = 0;
  auto on_token = [this, &counted](std::string_view token) {
    if (stopped_) return;
    ++counted;
    ++tokens_sent_;
    around_.told.token(id_, token);
    charge(1);
  };
  auto answer = co_await around_.backend.generate(std::move(request), std::move(on_token));
  if (stopped_) co_return std::unexpected(*stopped_);
  if (!answer) co_return answer;
  around_.told.message_completed(id_, call, *answer);
  // A piece of text may be several tokens: the backend knows better.
  if (answer->usage.output_tokens > counted) charge(answer->usage.output_tokens - counted);
  if (stopped_) co_return std::unexpected(*stopped_);
  co_return answer;
}

void step_attempt::charge(std::uint64_t tokens) {
  const node& mine = around_.decides.nodes()[node_];
  plan::charge cost = around_.decides.spend(node_, tokens);
  if (cost.step_warning)
    around_.told.budget_warning(id_.step, "tokens", static_cast<double>(mine.tokens),
                                static_cast<double>(around_.decides.token_budget_of(node_)));
  if (cost.run_warning)
    around_.told.budget_warning("", "tokens", static_cast<double>(around_.decides.tokens()),
                                static_cast<double>(around_.decides.token_budget()));
  if (cost.exceeded) stop(std::move(*cost.exceeded));
}

void step_attempt::stop(proto::problem why) {
  if (!stopped_) stopped_ = std::move(why);
  parts_.cancel();
}

}  // namespace chimera::jobs
