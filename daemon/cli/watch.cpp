// chimera watch: one WebSocket that is opened again where it broke off.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/cli/watch_model.hpp"
#include "daemon/cli/watch_screen.hpp"
#include "daemon/http_client/websocket_client.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"

namespace chimera::cli {
namespace {

namespace asio = loop::asio;

constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::milliseconds longest_pause{5000};
constexpr std::chrono::minutes patience{2};
constexpr std::chrono::milliseconds tick{200};
constexpr int ticks_between_looks = 5;

// One watching, on the loop thread; lives in the frame of watch_job.
class watching {
 public:
  watching(server& at, std::string id, bool json, asio::any_io_executor executor)
      : at_(at),
        json_(json),
        model_(std::move(id)),
        screen_(json ? screen{} : screen_of_stdout(), time_),
        executor_(executor),
        pause_(executor),
        signals_(executor, SIGINT, SIGTERM),
        beside_(executor) {}

  task<proto::result<exit_code>> run() {
    watch_signals();
    if (!json_) beside_.start(draw_now_and_then());
    auto end = co_await follow();
    done_ = true;
    signals_.cancel();
    beside_.cancel();
    (void)co_await beside_.join();
    if (!json_) screen_.leave(model_);
    if (interrupted_ && !model_.ended()) {
      fmt::print(stderr,
                 "chimera: the job goes on; 'chimera watch {0}' looks again, "
                 "'chimera cancel {0}' ends it\n",
                 model_.job());
      co_return exit_code::interrupted;
    }
    co_return end;
  }

 private:
  // Until the job has ended, nobody wants to watch, or the daemon stays away.
  task<proto::result<exit_code>> follow() {
    std::chrono::milliseconds wait = first_pause;
    auto lost = std::chrono::nanoseconds::zero();
    while (!interrupted_) {
      const std::string before = model_.cursor();
      auto looked = co_await look();
      if (looked) looked = co_await read_stream();
      if (model_.ended() && stream_ended_) co_return outcome_of(model_.state());
      if (interrupted_) break;
      if (!looked && (!was_connected_ || !may_pass(looked.error())))
        co_return std::unexpected(looked.error());
      if (model_.cursor() != before) {
        wait = first_pause;
        lost = std::chrono::nanoseconds::zero();
      }
      if (lost == std::chrono::nanoseconds::zero()) {
        lost = time_.now();
        tell_lost();
      }
      if (time_.now() - lost > patience && looked)
        co_return proto::fail("client.closed", "the server closes the stream again and again");
      if (time_.now() - lost > patience) co_return std::unexpected(looked.error());
      pause_.expires_after(wait);
      co_await pause_.async_wait(loop::as_result);
      wait = std::min(wait * 2, longest_pause);
    }
    co_return exit_code::interrupted;
  }

  // The job as it is: says why when it cannot be watched, and where it waits.
  task<proto::result<void>> look() {
    const auto job = co_await at_.read(get("/v1/jobs/" + encoded(model_.job())));
    if (!job) co_return std::unexpected(job.error());
    model_.look(nlohmann::json(*job));
    co_return proto::result<void>{};
  }

  task<proto::result<void>> read_stream() {
    auto socket = std::make_shared<http::websocket_client>(executor_);
    http::websocket_options how;
    how.subprotocols = {"chimera.v1.json"};
    how.headers = at_.credentials();
    auto opened = co_await socket->connect(stream_url(), std::move(how));
    if (!opened) co_return std::unexpected(reason_of(std::move(opened.error())));
    socket_ = socket;
    was_connected_ = true;
    while (!interrupted_ && !stream_ended_) {
      const auto message = co_await socket->receive();
      if (!message) break;
      take(*message);
    }
    socket_.reset();
    if (!interrupted_) co_await socket->close();
    co_return proto::result<void>{};
  }

  // A daemon that declines says why in the body of its answer.
  [[nodiscard]] static proto::problem reason_of(proto::problem p) {
    if (p.code != "client.declined") return p;
    proto::problem said = problem_of({0, {}, p.detail});
    return said.code.starts_with("status.") ? p : said;
  }

  [[nodiscard]] std::string stream_url() const {
    const std::string& url = at_.url();
    std::string address =
        "ws" + url.substr(url.find("://")) + "/v1/jobs/" + encoded(model_.job()) + "/stream";
    char mark = '?';
    // A reader of lines needs no tokens: their number comes with the usage of each call.
    if (!json_ && !screen_.redraws()) {
      address += "?channels=lifecycle,artifacts";
      mark = '&';
    }
    if (const std::string from = model_.cursor(); !from.empty())
      address += mark + ("after=" + encoded(from));
    return address;
  }

  void take(const std::string& text) {
    ordered_json message = ordered_json::parse(text, nullptr, false);
    if (!message.is_object()) return;
    if (const auto result = message.find("result"); result != message.end()) {
      const auto recovered = result->find("recovered");
      const bool anew =
          recovered != result->end() && recovered->is_boolean() && !recovered->get<bool>();
      if (anew) model_.restart();
      return;
    }
    const auto e = read_stream_event(nlohmann::json(message));
    if (!e) return;
    if (e->type == "stream.end") stream_ended_ = true;
    const bool is_gap = e->type == "stream.gap";
    const bool news = model_.take(*e);
    if (json_) {
      message.erase("sub");
      if (news || is_gap)
        fmt::print("{}\n", message.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
      std::fflush(stdout);
    } else if (news) {
      screen_.take(*e, model_);
    }
  }

  void tell_lost() {
    if (told_lost_) return;
    told_lost_ = true;
    screen_.clear();
    fmt::print(stderr, "chimera: the connection is lost; going on where it broke off\n");
  }

  task<> draw_now_and_then() {
    for (int count = 0; !done_; ++count) {
      screen_.draw(model_);
      co_await time_.sleep(tick);
      // Places in the queue move without events.
      const bool waits = model_.state() == "queued" && !model_.cursor().empty();
      if (waits && socket_ && count % ticks_between_looks == 0) (void)co_await look();
    }
  }

  void watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      if (interrupted_) std::_Exit(static_cast<int>(exit_code::interrupted));
      interrupted_ = true;
      pause_.cancel();
      if (socket_) beside_.start(hang_up(socket_));
      watch_signals();
    });
  }

  static task<> hang_up(std::shared_ptr<http::websocket_client> socket) {
    co_await socket->close();
  }

  server& at_;
  loop::steady_clock time_;
  bool json_;
  watch_model model_;
  watch_screen screen_;
  asio::any_io_executor executor_;
  asio::steady_timer pause_;
  std::shared_ptr<http::websocket_client> socket_;  ///< while it is open
  bool stream_ended_ = false;
  bool was_connected_ = false;
  bool told_lost_ = false;
  bool interrupted_ = false;
  bool done_ = false;
  asio::signal_set signals_;
  loop::scope beside_;
};

task<proto::result<exit_code>> work(server* at, job_options options) {
  auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(std::move(id.error()));
  co_return co_await watch_job(at, std::move(*id), options.at.json);
}

}  // namespace

task<proto::result<exit_code>> watch_job(server* at, std::string id, bool json) {
  watching one(*at, std::move(id), json, co_await asio::this_coro::executor);
  co_return co_await one.run();
}

exit_code watch(const job_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
