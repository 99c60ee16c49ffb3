#include "daemon/cli/pull.hpp"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "daemon/cli/registration.hpp"
#include "daemon/cli/server.hpp"
#include "daemon/cli/terminal_text.hpp"
#include "daemon/config/backend_reader.hpp"
#include "daemon/inference/ollama/ollama.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "proto/object_text.hpp"

namespace chimera::cli {
namespace {

// A line for each step; on a terminal it grows in place.
class pull_lines {
 public:
  void show(const inference::pull_progress& step) {
    const std::string status = printable(step.status);
    std::string line = status;
    if (step.bytes_total > 0)
      line += fmt::format(
          " {:.0f} % of {:.1f} MiB",
          100.0 * static_cast<double>(step.bytes) / static_cast<double>(step.bytes_total),
          static_cast<double>(step.bytes_total) / (1024.0 * 1024.0));
    if (!terminal_) {
      if (status != last_) fmt::print(stderr, "chimera: {}\n", line);
    } else {
      if (status != last_ && !last_.empty()) fmt::print(stderr, "\n");
      fmt::print(stderr, "\r\x1b[2K{}", line);
    }
    last_ = status;
  }
  void end() const {
    if (terminal_ && !last_.empty()) fmt::print(stderr, "\n");
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::string last_;
};

task<> pull_to(inference::ollama* server, std::string model, pull_lines* lines,
               proto::result<void>* ended) {
  *ended = co_await server->pull(
      std::move(model), [lines](const inference::pull_progress& step) { lines->show(step); });
}

}  // namespace

exit_code pull(const pull_options& options) {
  auto settings = config::backend_from_text(options.url, {});
  if (!settings || settings->type != "ollama") {
    proto::problem p;
    p.code = "backend.type";
    p.title = fmt::format("'{}' is no address of an Ollama server", options.url);
    p.allowed = "http://host:port or https://host";
    (void)tell(p, options.json);
    return exit_code::usage;
  }
  const loop::steady_clock time;
  inference::ollama server(std::move(*settings), time);
  boost::asio::io_context context(1);
  loop::scope running(context.get_executor());
  pull_lines lines;
  proto::result<void> ended;
  running.start(pull_to(&server, options.model, &lines, &ended));
  context.run();
  lines.end();
  if (running.first_error()) std::rethrow_exception(running.first_error());
  if (!ended) {
    (void)tell(ended.error(), options.json);
    return ended.error().code == "backend.unavailable" ? exit_code::backend_unavailable
                                                       : exit_code::job_failed;
  }
  if (options.json)
    fmt::print("{}\n", proto::object_text().add("model", options.model).take());
  else
    fmt::print("{} is at {}\n", printable(options.model), options.url);
  return exit_code::done;
}

void add_pull_command(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<pull_options>();
  CLI::App* sub = app.add_subcommand("pull", "Fetch a model to an Ollama server");
  sub->add_option("MODEL", options->model, "Name of the model, as in gemma3:4b")->required();
  sub->add_option("--backend", options->url, "Address of the server")->capture_default_str();
  sub->add_flag("--json", options->json, "One JSON document on stdout");
  sub->callback([&chosen, options] { chosen = [options] { return pull(*options); }; });
}

}  // namespace chimera::cli
