// The embedded engine's process, as the loop sees it: commands in, events out, and its end.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "daemon/inference/llama/protocol/message.hpp"
#include "daemon/inference/stream/lines.hpp"
#include "daemon/loop/asio.hpp"
#include "daemon/loop/condition.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// Where the events of one call wait until it takes them: no more than one for each token that the
/// answer may have.
struct engine_inbox {
  explicit engine_inbox(const loop::asio::any_io_executor& executor) : arrived(executor) {}

  std::deque<embedded::event> events;
  loop::condition arrived;  ///< also told at the end of the process, and at signs of life
  std::uint64_t signs_of_life = 0;
};

/// Lives on the loop thread and never blocks it. It listens to the process only while somebody
/// uses it, so that an idle engine keeps no loop from ending. The process dies with it, and with
/// the whole program.
class engine_process : public std::enable_shared_from_this<engine_process> {
 public:
  /// Error "backend.library" if `program` cannot be started.
  [[nodiscard]] static proto::result<std::shared_ptr<engine_process>> start(
      loop::asio::any_io_executor executor, const std::filesystem::path& program,
      std::vector<std::string> arguments);
  ~engine_process();
  engine_process(const engine_process&) = delete;
  engine_process& operator=(const engine_process&) = delete;

  /// Somebody waits for the process: it is listened to.
  class use {
   public:
    explicit use(std::shared_ptr<engine_process> what) : what_(std::move(what)) {
      ++what_->users_;
      what_->listen();
    }
    use(const use&) = delete;
    use& operator=(const use&) = delete;
    ~use() {
      if (--what_->users_ == 0) what_->rest();
    }

   private:
    std::shared_ptr<engine_process> what_;
  };

  void send(const embedded::command& what);
  /// Events of call `id` go to `inbox` until leave(), which tells the engine to drop the call
  /// unless it has ended.
  void join(std::uint64_t id, engine_inbox& inbox) { inboxes_.insert_or_assign(id, &inbox); }
  void leave(std::uint64_t id);
  /// For those that wait for the beginning: told when state() or ended() changes.
  [[nodiscard]] loop::condition& changed() { return changed_; }

  /// What it runs, once it does.
  [[nodiscard]] const std::optional<embedded::ready>& state() const { return state_; }
  /// Why it is no more: what it refused to work for, else "backend.crashed" with the signal and the
  /// last lines that it wrote.
  [[nodiscard]] const std::optional<proto::problem>& ended() const { return ended_; }
  [[nodiscard]] std::int64_t pid() const { return pid_; }
  /// It has ended, even if nobody was listening.
  [[nodiscard]] bool is_gone() const;

  /// Kills it. Calls under way get no more events.
  void stop();

 private:
  struct files;
  engine_process(loop::asio::any_io_executor executor, files&& from, int pid);
  /// One of the three ways on which it is heard.
  struct way {
    bool waiting = false;
    bool over = false;
  };
  void listen();
  void rest();
  [[nodiscard]] bool begin(way& which);
  [[nodiscard]] bool goes_on(way& which, const boost::system::error_code& error);
  void read();
  void read_log();
  void write();
  void watch();
  void take(std::string_view chunk);
  void hand_out(embedded::event e);
  void end(way& which);
  [[nodiscard]] proto::problem cause() const;

  loop::asio::local::stream_protocol::socket talk_;
  loop::asio::posix::stream_descriptor log_;
  loop::asio::posix::stream_descriptor process_;  ///< a pidfd: readable when it has ended
  int pid_;
  int status_ = 0;
  bool reaped_ = false;
  bool stopped_ = false;
  std::size_t users_ = 0;
  way talking_;
  way logging_;
  way watching_;
  std::string outgoing_;
  std::string being_sent_;
  lines lines_;
  std::vector<char> buffer_;
  std::vector<char> log_buffer_;
  std::string log_tail_;
  std::map<std::uint64_t, engine_inbox*> inboxes_;
  loop::condition changed_;
  std::optional<embedded::ready> state_;
  std::optional<proto::problem> refused_;
  std::optional<proto::problem> ended_;
};

}  // namespace chimera::inference
