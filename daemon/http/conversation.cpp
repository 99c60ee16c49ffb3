#include "daemon/http/conversation.hpp"

#include <list>
#include <memory>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/http/job_json.hpp"
#include "daemon/http/stream_session.hpp"
#include "daemon/http/submit.hpp"

namespace chimera::http {
namespace {

stream_limits limits_of(const api_settings& settings) {
  return {settings.subscriptions_max, settings.command_bytes, settings.commands_per_second,
          settings.commands_burst, settings.bookmark};
}

// Answers of POST bodies point into the body, which is "params" here.
void point_into_params(refusal& why) {
  for (field_error& error : why.errors)
    if (error.pointer.starts_with('#')) error.pointer.insert(1, "/params");
}

class talk {
 public:
  talk(api& a, websocket& socket, const open_stream& stream)
      : api_(a), socket_(socket), stream_(stream), session_(limits_of(a.given.settings)) {}

  task<> run(std::shared_ptr<opening> first);

 private:
  struct watch {
    std::string sub;
    std::chrono::milliseconds coalesce{0};
    std::unique_ptr<event_reader> reader = nullptr;
    bool fresh = true;  ///< not read yet: its first reading may be only the end
    /// Until then tokens wait for more of them.
    std::chrono::nanoseconds quiet_until{0};
    bool held = false;  ///< tokens wait now: they need not wake anybody
  };

  [[nodiscard]] std::chrono::nanoseconds now() const { return api_.given.time.now(); }
  [[nodiscard]] bool over() const { return hung_up_ || socket_.closed(); }
  void hang_up_with(close_code code, std::string reason) {
    hung_up_ = true;
    socket_.close(static_cast<std::uint16_t>(code), std::move(reason));
  }
  task<> say_text(std::string text);
  task<> begin(opening first, std::string id, std::chrono::milliseconds coalesce);
  task<> take_commands(std::vector<std::string> messages);
  task<> perform(stream_action action);
  task<> subscribe(subscribe_command command);
  task<> cancel(cancel_command command);
  task<> submit(submit_command command);
  task<> unsubscribe(unsubscribe_command command);
  /// True if something was read.
  task<bool> give_turns();
  /// True if the watch has something to be sent now; tokens that may wait are held.
  [[nodiscard]] bool is_due(watch& one);
  task<> give_turn(watch* to);  ///< one of `watches_`
  task<> send_bookmarks();
  void wake_at(std::chrono::nanoseconds when);

  api& api_;
  websocket& socket_;
  const open_stream& stream_;
  stream_session session_;
  std::list<watch> watches_;
  std::string scratch_;  ///< the message being sent
  std::chrono::nanoseconds bookmarks_looked_at_{0};
  std::shared_ptr<loop::asio::steady_timer> waker_;     ///< for bookmarks
  std::shared_ptr<loop::asio::steady_timer> release_;   ///< of held tokens; made when needed
  std::optional<std::chrono::nanoseconds> release_at_;  ///< when `release_` wakes
  bool ends_with_job_ = false;
  bool hung_up_ = false;
};

task<> talk::say_text(std::string text) {
  if (over()) co_return;
  scratch_ = std::move(text);
  if (!co_await socket_.send(scratch_, nullptr)) hung_up_ = true;
}

task<> talk::begin(opening first, std::string id, std::chrono::milliseconds coalesce) {
  auto made = session_.subscribe(id, first.wish, first.job, now());
  ++api_.counted.resumes[!made.recovered ? "restarted" : first.wish.resumes ? "recovered" : "new"];
  jobs::log_reader::place where{first.job.id, first.job.epoch, first.wish.from.seq,
                                first.wish.filter, true};
  watch& added = watches_.emplace_back(made.sub, coalesce);
  added.reader = api_.given.events(std::move(where), [&added, &socket = socket_] {
    if (!added.held || !added.reader->only_tokens()) socket.wake();
  });
  co_await say_text(std::move(made.reply));
}

task<> talk::subscribe(subscribe_command command) {
  if (!stream_.who().may(scope_read)) {
    co_await say_text(error_text(command.id, missing_scope(stream_.who(), scope_read)));
    co_return;
  }
  auto view = co_await api_.given.jobs.find(command.job);
  if (view)
    co_await begin({std::move(view->job), std::move(command.wish)}, command.id, command.coalesce);
  else
    co_await say_text(error_text(command.id, view.error()));
}

task<> talk::cancel(cancel_command command) {
  if (!stream_.who().may(scope_submit)) {
    co_await say_text(error_text(command.id, missing_scope(stream_.who(), scope_submit)));
    co_return;
  }
  auto view = co_await api_.given.jobs.cancel(command.job, command.reason);
  if (view)
    co_await say_text(result_text(command.id, to_text(to_json(*view))));
  else
    co_await say_text(error_text(command.id, view.error()));
}

task<> talk::submit(submit_command command) {
  if (!stream_.who().may(scope_submit)) {
    co_await say_text(error_text(command.id, missing_scope(stream_.who(), scope_submit)));
    co_return;
  }
  auto made = co_await submit_job(&api_, std::move(command.body),
                                  std::move(command.idempotency_key), stream_.who());
  if (!made) {
    point_into_params(made.error());
    co_await say_text(error_text(command.id, made.error()));
    co_return;
  }
  ordered_json result{{"job", to_json(made->view)}, {"replayed", made->replayed}};
  co_await say_text(result_text(command.id, to_text(result)));
}

task<> talk::unsubscribe(unsubscribe_command command) {
  const bool known = session_.forget(command.sub);
  std::erase_if(watches_, [&](const watch& each) { return each.sub == command.sub; });
  if (known)
    co_await say_text(result_text(command.id, "{}"));
  else
    co_await say_text(error_text(
        command.id, invalid_request({{"#/params/sub", "there is no such subscription", {}}})));
}

task<> talk::perform(stream_action action) {
  if (auto* text = std::get_if<say>(&action)) co_await say_text(std::move(text->text));
  if (auto* end = std::get_if<hang_up>(&action)) hang_up_with(end->code, std::move(end->reason));
  if (auto* command = std::get_if<subscribe_command>(&action))
    co_await subscribe(std::move(*command));
  if (auto* command = std::get_if<unsubscribe_command>(&action))
    co_await unsubscribe(std::move(*command));
  if (auto* command = std::get_if<cancel_command>(&action)) co_await cancel(std::move(*command));
  if (auto* command = std::get_if<submit_command>(&action)) co_await submit(std::move(*command));
}

task<> talk::take_commands(std::vector<std::string> messages) {
  for (const std::string& message : messages) {
    if (over()) co_return;
    co_await perform(session_.take(message, now()));
  }
}

bool talk::is_due(watch& one) {
  one.held = false;
  if (one.fresh) return true;
  if (!one.reader->pending()) return false;
  if (one.coalesce.count() == 0 || !one.reader->only_tokens() || now() >= one.quiet_until)
    return true;
  one.held = true;
  wake_at(one.quiet_until);
  return false;
}

task<> talk::give_turn(watch* to) {
  to->fresh = false;
  auto read = co_await to->reader->next(api_.given.settings.reading_bytes);
  if (!read) {
    api_.given.on_error("a WebSocket's events: " + proto::to_text(read.error()));
    hang_up_with(close_code::internal, "the log could not be read");
    co_return;
  }
  api_.counted.gaps += read->gaps.size();
  const std::chrono::nanoseconds started = now();
  to->quiet_until = started + to->coalesce;
  for (const stream_session::frame& each : session_.frames(to->sub, *read, started)) {
    if (over()) break;
    scratch_ = each.head;
    if (each.tail) scratch_.append(*each.tail, 1);
    if (!co_await socket_.send(scratch_, nullptr)) hung_up_ = true;
  }
  if (!read->ended) co_return;
  session_.forget(to->sub);
  to->reader.reset();
  if (ends_with_job_ && !over()) hang_up_with(close_code::end, "the job has ended");
}

// The timer ends with the conversation: a handler that is already on its way then finds none.
void talk::wake_at(std::chrono::nanoseconds when) {
  if (release_at_ && *release_at_ <= when) return;
  release_at_ = when;
  if (!release_) release_ = std::make_shared<loop::asio::steady_timer>(waker_->get_executor());
  release_->expires_after(when - now());
  const std::weak_ptr<loop::asio::steady_timer> kept = release_;
  release_->async_wait([this, kept](const boost::system::error_code& stopped) {
    if (stopped || kept.expired()) return;
    release_at_.reset();
    socket_.wake();
  });
}

task<bool> talk::give_turns() {
  bool moved = false;
  for (auto each = watches_.begin(); each != watches_.end() && !over();) {
    const bool due = is_due(*each);
    if (due) co_await give_turn(&*each);
    moved = moved || due;
    each = each->reader ? std::next(each) : watches_.erase(each);
  }
  co_return moved;
}

task<> talk::send_bookmarks() {
  bookmarks_looked_at_ = now();
  for (const watch& each : watches_) {
    std::optional<std::string> mark = session_.bookmark(each.sub, each.reader->reached(), now());
    if (mark) co_await say_text(std::move(*mark));
  }
}

// Wakes the conversation now and then, for bookmarks. The timer ends it: a handler that is already
// on its way then finds no timer, and touches nothing.
void keep_waking(const std::shared_ptr<loop::asio::steady_timer>& timer, websocket& socket,
                 std::chrono::milliseconds interval) {
  timer->expires_after(interval);
  const std::weak_ptr<loop::asio::steady_timer> kept = timer;
  timer->async_wait([kept, &socket, interval](const boost::system::error_code& stopped) {
    const auto alive = kept.lock();
    if (stopped || !alive) return;
    socket.wake();
    keep_waking(alive, socket, interval);
  });
}

task<> talk::run(std::shared_ptr<opening> first) {
  waker_ = std::make_shared<loop::asio::steady_timer>(co_await loop::asio::this_coro::executor);
  keep_waking(waker_, socket_, api_.given.settings.bookmark);
  if (first) {
    ends_with_job_ = true;
    co_await begin(std::move(*std::exchange(first, nullptr)), "null", coalesce_usual);
  }
  while (!over()) {
    if (!stream_.allowed()) {
      hang_up_with(close_code::unauthenticated, "the token is not valid any more");
      co_return;
    }
    if (auto messages = socket_.received(); !messages.empty())
      co_await take_commands(std::move(messages));
    const bool moved = co_await give_turns();
    if (moved && now() < bookmarks_looked_at_ + api_.given.settings.bookmark / 10) continue;
    co_await send_bookmarks();
    if (moved || over()) continue;
    std::string().swap(scratch_);  // the many that wait hold no memory of what they said
    co_await socket_.wait();
  }
}

}  // namespace

task<> converse(api* a, websocket* socket, identity who, std::shared_ptr<opening> first) {
  const scope_set needs = first ? scope_read : scope_read | scope_submit;
  const open_stream counted(*a, "websocket", {std::move(who), needs, [socket] { socket->wake(); }});
  talk it(*a, *socket, counted);
  co_await it.run(std::move(first));
}

}  // namespace chimera::http
