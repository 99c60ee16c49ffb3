#include "daemon/inference/llama/engine_process.hpp"

#include <csignal>
#include <cstring>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <sys/wait.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "daemon/inference/llama/spawn.hpp"

namespace chimera::inference {

namespace asio = loop::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 65536;
constexpr std::size_t log_bytes_max = 4096;
constexpr std::size_t line_bytes_max = std::size_t{64} << 20U;

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = ::sigabbrev_np(signal);
    return fmt::format("was ended by signal {} (SIG{})", signal, name == nullptr ? "?" : name);
  }
  return fmt::format("ended with code {}", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

}  // namespace

struct engine_process::files : spawned {};

proto::result<std::shared_ptr<engine_process>> engine_process::start(
    asio::any_io_executor executor, const std::filesystem::path& program,
    std::vector<std::string> arguments) {
  auto child = spawn(program, std::move(arguments));
  if (!child) return std::unexpected(std::move(child).error());
  const int pid = child->pid;
  std::shared_ptr<engine_process> self(
      new engine_process(std::move(executor), files{std::move(*child)}, pid));
  return self;
}

engine_process::engine_process(asio::any_io_executor executor, files&& from, int pid)
    : talk_(executor, asio::local::stream_protocol(), from.talk.release()),
      log_(executor, from.log.release()),
      process_(executor, from.process.release()),
      pid_(pid),
      lines_(line_bytes_max),
      buffer_(read_bytes),
      log_buffer_(log_bytes_max),
      changed_(executor) {}

engine_process::~engine_process() {
  stop();
  // Best effort: a process that is still being killed by now is reaped when the program ends.
  if (!reaped_) (void)::waitpid(pid_, &status_, WNOHANG);
}

void engine_process::stop() {
  if (std::exchange(stopped_, true)) return;
  if (!reaped_) (void)::kill(pid_, SIGKILL);  // best effort: it may be gone
  error_code ignored;                         // best effort: the kernel closes it in any case
  (void)talk_.close(ignored);
  (void)log_.close(ignored);
  if (!weak_from_this().expired()) watch();  // it leaves no zombie behind
}

bool engine_process::is_gone() const {
  siginfo_t info{};
  if (reaped_ || ended_) return true;
  const int outcome = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return outcome != 0 || info.si_pid != 0;
}

void engine_process::listen() {
  read();
  read_log();
  watch();
}

void engine_process::rest() {
  if (stopped_ || !being_sent_.empty()) return;  // write() comes here when it has sent all
  error_code ignored;                            // best effort: it then listens on
  (void)talk_.cancel(ignored);
  (void)log_.cancel(ignored);
  (void)process_.cancel(ignored);
}

bool engine_process::begin(way& which) {
  return !which.over && !std::exchange(which.waiting, true);
}

// After each operation: whether what it brought is to be taken.
bool engine_process::goes_on(way& which, const error_code& error) {
  which.waiting = false;
  if (!error) return true;
  if (error != asio::error::operation_aborted || stopped_)
    end(which);
  else if (users_ > 0)
    listen();
  return false;
}

void engine_process::send(const embedded::command& what) {
  if (stopped_ || ended_) return;
  outgoing_ += embedded::to_line(what);
  if (being_sent_.empty()) write();
}

void engine_process::write() {
  being_sent_ = std::exchange(outgoing_, {});
  if (being_sent_.empty()) {
    if (users_ == 0) rest();
    return;
  }
  const auto sent = [self = shared_from_this()](const error_code& error, std::size_t) {
    self->being_sent_.clear();
    if (!error) self->write();  // after an error the reading side sees the end
  };
  asio::async_write(talk_, asio::buffer(being_sent_), sent);
}

void engine_process::read() {
  if (stopped_ || !begin(talking_)) return;
  const auto got = [self = shared_from_this()](const error_code& error, std::size_t size) {
    if (!self->goes_on(self->talking_, error)) return;
    self->take({self->buffer_.data(), size});
    if (self->stopped_)
      self->end(self->talking_);
    else if (self->users_ > 0)
      self->read();
  };
  talk_.async_read_some(asio::buffer(buffer_), got);
}

void engine_process::read_log() {
  if (stopped_ || !begin(logging_)) return;
  const auto got = [self = shared_from_this()](const error_code& error, std::size_t size) {
    if (!self->goes_on(self->logging_, error)) return;
    std::string& tail = self->log_tail_;
    tail.append(self->log_buffer_.data(), size);
    if (tail.size() > log_bytes_max) tail.erase(0, tail.size() - log_bytes_max);
    if (self->users_ > 0) self->read_log();
  };
  log_.async_read_some(asio::buffer(log_buffer_), got);
}

void engine_process::watch() {
  if (!begin(watching_)) return;
  const auto ended = [self = shared_from_this()](const error_code& error) {
    if (!self->goes_on(self->watching_, error)) return;
    // Blocks for a moment at most: the pidfd says that it has ended.
    self->reaped_ = ::waitpid(self->pid_, &self->status_, 0) == self->pid_;
    self->end(self->watching_);
  };
  process_.async_wait(asio::posix::stream_descriptor::wait_read, ended);
}

void engine_process::take(std::string_view chunk) {
  lines_.push(chunk);
  while (const auto line = lines_.next()) {
    auto event = embedded::parse_event(*line);
    if (event) {
      hand_out(*std::move(event));
      continue;
    }
    refused_ = std::move(event).error();
    refused_->code = "backend.protocol";
    return stop();
  }
  if (lines_.too_long()) stop();
}

void engine_process::hand_out(embedded::event e) {
  if (const auto* r = std::get_if<embedded::ready>(&e)) {
    state_ = *r;
    return changed_.notify_all();
  }
  if (const auto* r = std::get_if<embedded::refused>(&e)) {
    refused_ = r->why;
    return;
  }
  if (std::holds_alternative<embedded::working>(e)) {
    for (const auto& [id, inbox] : inboxes_) {
      ++inbox->signs_of_life;
      inbox->arrived.notify_all();
    }
    return;
  }
  const auto id_of = [](const auto& what) -> std::uint64_t {
    if constexpr (requires { what.id; }) return what.id;
    return 0;
  };
  const auto found = inboxes_.find(std::visit(id_of, e));
  if (found == inboxes_.end()) return;  // a call that was left
  engine_inbox& inbox = *found->second;
  // Its last event: the engine knows nothing of the call any more.
  if (!std::holds_alternative<embedded::piece>(e)) inboxes_.erase(found);
  inbox.events.push_back(std::move(e));
  inbox.arrived.notify_all();
}

void engine_process::leave(std::uint64_t id) {
  if (inboxes_.erase(id) > 0) send(embedded::cancel{id});
}

void engine_process::end(way& which) {
  which.over = true;
  // Whoever ends one of its ways is of no use any more, whatever it still does.
  if (!reaped_) (void)::kill(pid_, SIGKILL);  // best effort: it may be gone
  if (ended_ || !talking_.over || !logging_.over || !watching_.over) return;
  ended_ = cause();
  for (const auto& [id, inbox] : inboxes_) inbox->arrived.notify_all();
  changed_.notify_all();
}

proto::problem engine_process::cause() const {
  if (refused_) return *refused_;
  proto::problem p;
  p.code = "backend.crashed";
  p.title = fmt::format("the embedded engine {}", how_it_ended(status_));
  p.detail = log_tail_.empty() ? "it said nothing; a process that takes too much memory is killed "
                                 "by the system"
                               : fmt::format("its last words: {}", log_tail_);
  while (p.detail.ends_with('\n')) p.detail.pop_back();
  return p;
}

}  // namespace chimera::inference
