// How fast the HTTP layer is, and what an idle WebSocket costs. The server has one thread of this
// process, the peers are another process.
//
// usage: http_bench hello CONNECTIONS | frames SOCKETS | idle SOCKETS
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "daemon/http/server/server.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds warm_up{1};
constexpr std::chrono::seconds measured{4};
constexpr std::size_t frame_payload_bytes = 120;

task<reply> hello(request) {
  response out;
  out.headers.emplace_back("content-type", "text/plain");
  out.body = "hello";
  co_return out;
}

task<> send_frames(websocket& ws) {
  const auto tail = std::make_shared<const std::string>(frame_payload_bytes - 20, 'x');
  while (co_await ws.send("0123456789abcdefghij", tail)) {
  }
}

task<> stay_idle(websocket& ws) {
  while (!ws.closed()) co_await ws.wait();
}

task<std::variant<response, upgrade>> accept(request what) {
  upgrade out;
  out.converse = what.path == "/frames" ? send_frames : stay_idle;
  co_return out;
}

std::string upgrade_request(std::string_view path) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      path);
}

/// The peers: each coroutine counts what it gets.
struct peers {
  asio::io_context context{1};
  tcp::endpoint server;
  std::uint64_t& count;  ///< shared with the process of the server

  explicit peers(std::uint64_t& counted) : count(counted) {}

  task<> ask() {
    tcp::socket socket(context);
    co_await socket.async_connect(server, asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    constexpr std::string_view question = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    std::array<char, 4096> came{};
    for (;;) {
      co_await asio::async_write(socket, asio::buffer(question), asio::use_awaitable);
      co_await socket.async_read_some(asio::buffer(came), asio::use_awaitable);
      ++count;
    }
  }

  task<> listen(std::string path) {
    tcp::socket socket(context);
    co_await socket.async_connect(server, asio::use_awaitable);
    const auto question = upgrade_request(path);
    co_await asio::async_write(socket, asio::buffer(question), asio::use_awaitable);
    std::vector<char> came(64U << 10U);
    for (;;) count += co_await socket.async_read_some(asio::buffer(came), asio::use_awaitable);
  }

  task<> stay(std::size_t sockets) {
    std::vector<tcp::socket> all;
    const auto question = upgrade_request("/idle");
    std::array<char, 1024> came{};
    for (std::size_t i = 0; i < sockets; ++i) {
      auto& socket = all.emplace_back(context);
      co_await socket.async_connect(server, asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(question), asio::use_awaitable);
      co_await socket.async_read_some(asio::buffer(came), asio::use_awaitable);
    }
    count = sockets;
    asio::steady_timer end(context, std::chrono::minutes(1));
    co_await end.async_wait(asio::use_awaitable);
  }
};

/// What one answer or frame adds to the count.
double each_of(const std::string& mode) {
  return mode == "frames" ? static_cast<double>(frame_payload_bytes + 2) : 1.0;
}

void play(peers& all, const std::string& mode, std::size_t number) {
  loop::scope running(all.context.get_executor());
  const std::size_t coroutines = mode == "idle" ? 1 : number;
  for (std::size_t i = 0; i < coroutines; ++i) {
    running.start(mode == "hello"    ? all.ask()
                  : mode == "frames" ? all.listen("/frames")
                                     : all.stay(number));
  }
  if (mode == "idle") {
    while (all.count == 0) all.context.run_for(std::chrono::milliseconds(100));
    ::kill(::getppid(), SIGUSR1);
    all.context.run_for(std::chrono::seconds(2));
  } else {
    all.context.run_for(warm_up);
    const auto before = all.count;
    all.context.run_for(measured);
    fmt::print("{} with {}: {:.0f}/s\n", mode, number,
               static_cast<double>(all.count - before) / each_of(mode) /
                   static_cast<double>(measured.count()));
  }
  std::fflush(stdout);
  ::_exit(0);
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * 4096;
}

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int run(const std::string& mode, std::size_t number) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  asio::io_context context(1);
  loop::blocking_pool pool(1);
  application app;
  app.handle = hello;
  app.accept = accept;
  server http(context.get_executor(), app, {}, pool);
  if (!http.listen("127.0.0.1:0")) return 1;
  const tcp::endpoint where(asio::ip::address_v4::loopback(), http.port());
  void* const shared = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  auto* const count = new (shared) std::uint64_t(0);
  const auto child = ::fork();
  if (child == 0) {
    peers all(*count);
    all.server = where;
    play(all, mode, number);
  }
  const auto before = resident_bytes();
  asio::signal_set signals(context, SIGUSR1, SIGCHLD);
  std::function<void(const boost::system::error_code&, int)> signalled =
      [&](const boost::system::error_code&, int which) {
        if (which == SIGCHLD) return http.stop();
        fmt::print("{} idle WebSockets: {:.1f} KiB each\n", http.connections(),
                   static_cast<double>(resident_bytes() - before) / 1024 /
                       static_cast<double>(http.connections()));
        signals.async_wait(signalled);
      };
  signals.async_wait(signalled);
  loop::scope serving(context.get_executor());
  serving.start(http.run());
  context.run();
  ::waitpid(child, nullptr, 0);
  if (mode == "idle") return 0;
  // Another process may take half of this core: the time that was used says more than the clock.
  fmt::print("  per second of processor time of the server: {:.0f}\n",
             static_cast<double>(*count) / each_of(mode) / processor_seconds());
  return 0;
}

}  // namespace
}  // namespace chimera::http

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: http_bench hello|frames|idle NUMBER\n");
    return 2;
  }
  return chimera::http::run(argv[1], std::strtoul(argv[2], nullptr, 10));
}
