// What the daemon adds between a server's socket and watchers: 64 streams of 50 tokens a second
// (delay and processor time), 64 streams as fast as they go (tokens a second, processor time of
// each). RELAY_BENCH_RUNS, RELAY_BENCH_SECONDS, RELAY_BENCH_TOKENS (of a stream).
#include <algorithm>
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

void measure_paced(std::size_t runs, std::chrono::seconds length) {
  series medians;
  series tails;
  series worst;
  series messages;
  series cpu;
  series cpu_of_token;
  for (std::size_t run = 0; run < runs; ++run) {
    relay r({std::chrono::milliseconds(20), 1'000'000});
    series ms;
    bool measures = false;
    std::size_t count = 0;
    r.open([&](std::string_view text) {
      if (!measures) return;
      ++count;
      const auto now = steady::now().time_since_epoch() / std::chrono::nanoseconds(1);
      for (std::size_t at = text.find('w'); at != std::string_view::npos;
           at = text.find('w', at + 1)) {
        std::int64_t written = 0;
        std::from_chars(text.data() + at + 1, text.data() + text.size(), written);
        ms.add(static_cast<double>(now - written) / 1e6);
      }
    });
    r.begin();
    r.context().run_for(std::chrono::seconds(1));
    measures = true;
    const double before = r.daemon().cpu_seconds();
    r.context().run_for(length);
    const auto seconds = static_cast<double>(length.count());
    const double used = r.daemon().cpu_seconds() - before;
    cpu.add(used / seconds * 100);
    cpu_of_token.add(used / static_cast<double>(ms.size()) * 1e6);
    medians.add(ms.median());
    tails.add(ms.quantile(0.99));
    worst.add(ms.quantile(1));
    messages.add(static_cast<double>(count) / seconds);
  }
  fmt::print("{} streams of 50 tokens/s to {} watchers, {} s a run\n", streams, streams,
             length.count());
  medians.print("p50 of a run, server's write to arrival", "ms");
  tails.print("p99 of a run (target 1 ms)", "ms");
  worst.print("worst of a run", "ms");
  messages.print("messages (3,200 if none is merged)", "messages/s");
  cpu.print("processor time of the daemon (target 5)", "% of one");
  cpu_of_token.print("of a token", "us");
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
