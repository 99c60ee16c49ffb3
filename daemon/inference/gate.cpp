#include "daemon/inference/gate.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace chimera::inference {

namespace asio = loop::asio;

// A place before or within the gate; gone when this is.
class gate::pass {
 public:
  pass(gate& owner, gate_policy::ticket id) : owner_(owner), id_(id) {}
  pass(const pass&) = delete;
  pass& operator=(const pass&) = delete;
  ~pass() { owner_.release(id_); }

 private:
  gate& owner_;
  gate_policy::ticket id_;
};

gate::gate(std::unique_ptr<backend> inner, gate_limits limits, const clock& time, std::string model)
    : inner_(std::move(inner)), policy_(limits), time_(time), model_(std::move(model)) {}

task<proto::result<generation>> gate::generate(generation_request request,
                                               std::function<void(std::string_view)> on_token) {
  // Whatever is wrong with the backend, the call itself will say so.
  if (!looked_ && policy_.limits().slots == 0) (void)co_await look();
  const gate_policy::answer asked = policy_.ask(request.priority);
  if (asked.what == gate_policy::verdict::full)
    co_return proto::fail(
        "backend.queue-full",
        fmt::format("{} calls wait for {} already", policy_.waiting(), inner_->describe()),
        "try again later, or raise waiting_max of the backend");
  const pass held(*this, asked.id);
  if (asked.what == gate_policy::verdict::waiting) {
    const auto executor = co_await asio::this_coro::executor;
    co_await wait(asked.id, {asio::steady_timer(executor, asio::steady_timer::time_point::max()),
                             request.job, request.step, request.priority, time_.now()});
  }
  if (request.model.empty()) request.model = model_;
  const std::chrono::nanoseconds began = time_.now();
  auto answer = co_await inner_->generate(std::move(request), std::move(on_token));
  available_ = answer.has_value() || answer.error().code != "backend.unavailable";
  if (answer) policy_.learn(std::chrono::duration<double>(time_.now() - began).count());
  co_return answer;
}

task<> gate::wait(gate_policy::ticket id, waiter self) {
  // Ends with the coroutine, however it ends, before the timer does.
  struct entry {
    entry(gate& of, gate_policy::ticket key, waiter* value) : owner(of), id(key) {
      owner.waiters_.emplace(id, value);
    }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { owner.waiters_.erase(id); }
    gate& owner;
    gate_policy::ticket id;
  };
  const entry listed(*this, id, &self);
  if (observer_) observer_(view(self, policy_.position(id)));
  while (!policy_.is_granted(id)) {
    co_await self.granted.async_wait(loop::as_result);
    const auto state = co_await asio::this_coro::cancellation_state;
    // The next wait would throw; there may be none.
    if (state.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (observer_) observer_(view(self, 0));
}

void gate::release(gate_policy::ticket id) {
  let_in(policy_.leave(id));
  tell_moves();
}

task<proto::result<model_limits>> gate::limits(generation_request about) {
  if (about.model.empty()) about.model = model_;
  co_return co_await inner_->limits(std::move(about));
}

task<proto::result<std::uint64_t>> gate::count_tokens(generation_request request) {
  if (request.model.empty()) request.model = model_;
  co_return co_await inner_->count_tokens(std::move(request));
}

task<proto::result<backend_view>> gate::look() {
  auto view = co_await inner_->look();
  available_ = view.has_value() || view.error().code != "backend.unavailable";
  if (!view) co_return view;
  looked_ = true;
  shown_slots_ = view->slots;
  if (policy_.limits().slots == 0) set_limits(policy_.limits());
  co_return view;
}

void gate::set_limits(gate_limits limits) {
  if (limits.slots == 0) limits.slots = shown_slots_;
  let_in(policy_.set_limits(limits));
  tell_moves();
}

void gate::let_in(const std::vector<gate_policy::ticket>& granted) {
  for (const gate_policy::ticket id : granted)
    if (const auto found = waiters_.find(id); found != waiters_.end())
      found->second->granted.cancel();
}

void gate::tell_moves() {
  if (!observer_ || policy_.waiting() == 0) return;
  const std::chrono::nanoseconds now = time_.now();
  if (moves_told_ && now - *moves_told_ < moves_apart) return;
  moves_told_ = now;
  for (const waiting_call& call : queue()) observer_(call);
}

std::vector<waiting_call> gate::queue() const {
  std::vector<waiting_call> all;
  std::size_t position = 0;
  for (const gate_policy::ticket id : policy_.in_order()) {
    ++position;
    if (const auto found = waiters_.find(id); found != waiters_.end())
      all.push_back(view(*found->second, position));
  }
  return all;
}

waiting_call gate::view(const waiter& w, std::size_t position) const {
  return {w.job, w.step, w.priority, position, policy_.estimate(position), time_.now() - w.since};
}

}  // namespace chimera::inference
