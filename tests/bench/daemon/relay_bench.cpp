// What the daemon adds between a server's socket and watchers: 64 streams of 50 tokens a second
// (delay and processor time, beside a relay that only copies), 64 streams as fast as they go
// (tokens a second, processor time of each). RELAY_BENCH_RUNS, RELAY_BENCH_SECONDS,
// RELAY_BENCH_TOKENS (of a stream).
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "connection.hpp"
#include "lookalike_server.hpp"
#include "measured.hpp"
#include "plain_relay.hpp"
#include "served_daemon.hpp"

namespace {

using namespace chimera::bench;

constexpr std::size_t streams = 64;

/// The daemon with the server behind it, and a watcher on each of the jobs.
class relay {
 public:
  using handler = watcher::handler;
  explicit relay(lookalike_server::pace how) : server_(how) {
    const auto settings = daemon_.data() / "relay.yaml";
    std::ofstream(settings) << fmt::format(
        "personas: [{0}]\nroots: [{0}]\nbackends:\n"
        "  - {{name: far, type: openai, url: \"http://127.0.0.1:{1}\", slots: {2}}}\n"
        "defaults: {{backend: far}}\nlimits: {{running_max: {2}}}\n",
        CHIMERA_BENCH_PERSONAS, server_.port(), streams);
    daemon_.start(settings);
  }

  /// `on_text` gets the text of each token.delta.
  void open(const handler& on_text) {
    const std::string request = submit_text(daemon_.port(), "stream", "far", false);
    http_caller caller(context_, daemon_.port());
    for (std::size_t i = 0; i < streams; ++i) {
      const std::string job(member_of(caller.ask_now(request), "id"));
      auto on_message = [on_text](std::string_view message) {
        if (message.find(R"("type":"token.delta")") != std::string_view::npos)
          on_text(member_of(message, "text"));
      };
      watchers_.push_back(std::make_unique<watcher>(
          context_, daemon_.port(), fmt::format("/v1/jobs/{}/stream", job), std::move(on_message)));
    }
    while (server_.streams() < streams) context_.run_for(std::chrono::milliseconds(10));
    context_.run_for(std::chrono::milliseconds(200));
  }

  void begin() { server_.begin(); }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] served_daemon& daemon() { return daemon_; }
  [[nodiscard]] const lookalike_server& server() const { return server_; }

 private:
  lookalike_server server_;
  served_daemon daemon_;
  boost::asio::io_context context_;
  std::vector<std::unique_ptr<watcher>> watchers_;
};

/// What was said at a time, "w" and the nanoseconds of steady_clock, against now.
class delays {
 public:
  void begin() { measures_ = true; }
  void take(std::string_view text) {
    if (!measures_) return;
    ++messages_;
    const auto now = steady::now().time_since_epoch() / std::chrono::nanoseconds(1);
    for (std::size_t at = text.find('w'); at != std::string_view::npos;
         at = text.find('w', at + 1)) {
      std::int64_t written = 0;
      std::from_chars(text.data() + at + 1, text.data() + text.size(), written);
      if (written > 0) ms_.add(static_cast<double>(now - written) / 1e6);
    }
  }
  [[nodiscard]] const series& ms() const { return ms_; }
  [[nodiscard]] std::size_t messages() const { return messages_; }

 private:
  bool measures_ = false;
  std::size_t messages_ = 0;
  series ms_;
};

/// Runs of one relay, each a number of a series.
struct paced_figures {
  series medians;
  series tails;
  series worst;
  series messages;
  series cpu;
  series cpu_of_token;

  void add(const delays& heard, double cpu_seconds, double seconds) {
    cpu.add(cpu_seconds / seconds * 100);
    cpu_of_token.add(cpu_seconds / static_cast<double>(heard.ms().size()) * 1e6);
    medians.add(heard.ms().median());
    tails.add(heard.ms().quantile(0.99));
    worst.add(heard.ms().quantile(1));
    messages.add(static_cast<double>(heard.messages()) / seconds);
  }
  void print(std::string_view who) const {
    fmt::print("{}\n", who);
    medians.print("p50 of a run, server's write to arrival", "ms");
    tails.print("p99 of a run", "ms");
    worst.print("worst of a run", "ms");
    messages.print("messages (3,200 if none is merged)", "messages/s");
    cpu.print("processor time", "% of one");
    cpu_of_token.print("of a token", "us");
  }
};

constexpr lookalike_server::pace fifty_a_second{std::chrono::milliseconds(20), 1'000'000};

void measure_daemon(std::chrono::seconds length, paced_figures& out) {
  relay r(fifty_a_second);
  delays heard;
  r.open([&heard](std::string_view text) { heard.take(text); });
  r.begin();
  r.context().run_for(std::chrono::seconds(1));
  heard.begin();
  const double before = r.daemon().cpu_seconds();
  r.context().run_for(length);
  out.add(heard, r.daemon().cpu_seconds() - before, static_cast<double>(length.count()));
}

/// Reads what a plain relay hands on, to the end of the context.
class plain_watcher {
 public:
  plain_watcher(boost::asio::io_context& context, std::uint16_t port, delays& heard)
      : heard_(heard), socket_(context) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    read();
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(piece_),
                            [this](const boost::system::error_code& error, std::size_t got) {
                              if (error) return;
                              heard_.take({piece_.data(), got});
                              read();
                            });
  }
  delays& heard_;
  tcp_socket socket_;
  std::array<char, 4096> piece_{};
};

void measure_plain(std::chrono::seconds length, paced_figures& out) {
  lookalike_server server(fifty_a_second);
  const plain_relay between(server.port(), streams);
  boost::asio::io_context context;
  delays heard;
  std::vector<std::unique_ptr<plain_watcher>> watchers;
  for (std::size_t i = 0; i < streams; ++i)
    watchers.push_back(std::make_unique<plain_watcher>(context, between.port(), heard));
  while (server.streams() < streams) context.run_for(std::chrono::milliseconds(10));
  server.begin();
  context.run_for(std::chrono::seconds(1));
  heard.begin();
  const double before = between.cpu_seconds();
  context.run_for(length);
  out.add(heard, between.cpu_seconds() - before, static_cast<double>(length.count()));
}

void measure_paced(std::size_t runs, std::chrono::seconds length) {
  paced_figures daemon;
  paced_figures plain;
  for (std::size_t run = 0; run < runs; ++run) {
    measure_daemon(length, daemon);
    measure_plain(length, plain);
  }
  fmt::print("{} streams of 50 tokens/s to {} watchers, {} s a run\n", streams, streams,
             length.count());
  daemon.print("the daemon (targets: p99 1 ms, processor time 5 % of one)");
  plain.print("a plain relay, in turns with it: one epoll_wait, recv, send; nothing is read");
  fmt::print("  processor time, daemon / plain relay: {:.2f}\n",
             daemon.cpu.median() / plain.cpu.median());
}

void measure_flood(std::size_t runs, std::size_t tokens) {
  series rate;
  series cpu;
  series frames;
  double bytes = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    relay r({std::chrono::microseconds(0), tokens});
    std::size_t arrived = 0;
    std::size_t count = 0;
    const std::size_t all = tokens * streams;
    r.open([&](std::string_view text) {
      arrived += static_cast<std::size_t>(std::ranges::count(text, ' '));
      ++count;
      if (arrived >= all) r.context().stop();
    });
    bytes = r.server().event_bytes();
    const double before = r.daemon().cpu_seconds();
    const auto begin = steady::now();
    r.begin();
    r.context().run_for(std::chrono::seconds(120));
    const double seconds = ms_since(begin) / 1e3;
    if (arrived != all) {
      fmt::print(stderr, "{} of {} tokens arrived\n", arrived, all);
      std::_Exit(1);
    }
    rate.add(static_cast<double>(all) / seconds);
    cpu.add((r.daemon().cpu_seconds() - before) / static_cast<double>(all) * 1e6);
    frames.add(static_cast<double>(all) / static_cast<double>(count));
  }
  fmt::print("{} streams as fast as they go, {} tokens each of {:.0f} bytes in the socket\n",
             streams, tokens, bytes);
  rate.print("from the server to watchers (target 500,000)", "tokens/s");
  cpu.print("processor time of the daemon (target 2)", "us/token");
  frames.print("tokens in a message", "tokens");
}

}  // namespace

int main() {
  const std::size_t runs = count_setting("RELAY_BENCH_RUNS", 5);
  const std::chrono::seconds length(count_setting("RELAY_BENCH_SECONDS", 5));
  const std::size_t tokens = count_setting("RELAY_BENCH_TOKENS", 40'000);
  print_machine();
  allow_many_files();
  measure_paced(runs, length);
  measure_flood(runs, tokens);
  print_machine();
}
