#include "daemon/cli/analyze.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/cli/analysis.hpp"
#include "daemon/cli/problem_document.hpp"
#include "daemon/inference/narrator.hpp"
#include "daemon/library/library.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/reporting/report_json.hpp"
#include "daemon/reporting/run_json.hpp"

namespace chimera::cli {
namespace {

std::string utc_day(const clock& time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time.today()));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

// Problems on stderr for people, and as the one document of stdout for programs.
exit_code tell(const analyze_options& options, exit_code code, const proto::problem& p) {
  fmt::print(stderr, "chimera: {}\n", proto::to_text(p));
  if (options.json) fmt::print("{}\n", problem_document(p, code));
  return code;
}

proto::problem interruption() {
  proto::problem p;
  p.code = "interrupted";
  p.title = "interrupted";
  p.detail = "no report was written";
  return p;
}

// The personas and the pipeline of the run, checked against each other.
proto::result<void> choose_agents(const analyze_options& options, reporting::finished_run& run) {
  auto all = library::load_library(options.personas);
  if (!all) return std::unexpected(std::move(all.error()));
  auto chosen = library::find_pipeline(*all, options.pipeline);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (auto sound = library::check_pipeline(*chosen, all->personas); !sound) return sound;
  run.pipeline = std::move(*chosen);
  for (const proto::pipeline_step& step : run.pipeline.steps) {
    if (std::ranges::find(run.personas, step.persona, &proto::persona::name) != run.personas.end())
      continue;
    auto who = library::find_persona(*all, step.persona);
    if (!who) return std::unexpected(std::move(who.error()));
    if (who->model == "default" && !options.model.empty()) who->model = options.model;
    run.personas.push_back(std::move(*who));
  }
  return {};
}

// The paragraph under "## Verdict".
std::string_view verdict_of(std::string_view markdown) {
  constexpr std::string_view heading = "## Verdict\n";
  const std::size_t start = markdown.find(heading);
  if (start == std::string_view::npos) return {};
  std::string_view text = markdown.substr(start + heading.size());
  text = text.substr(0, text.find("\n## "));
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

void print_summary(const analyze_options& options, const reporting::finished_run& run) {
  if (options.json) {
    fmt::print("{}", reporting::summary_json(run, options.out));
    return;
  }
  if (options.quiet) return;
  fmt::print("{}\n\n{}/report.html\n{}/report.md\n", verdict_of(run.text.markdown), options.out,
             options.out);
}

// Owns the loop of one run.
class session {
 public:
  session(const analyze_options& options, reporting::finished_run& run, output_folder& folder)
      : options_(options),
        narrator_(time_),
        shown_(progress::style_for(options.quiet), time_),
        job_(options, {pool_, time_, narrator_, shown_}, run, folder),
        signals_(context_, SIGINT, SIGTERM),
        scope_(context_.get_executor()) {
    run.backend = narrator_.describe();
    run.date = utc_day(time_);
  }

  ending run() {
    watch_signals();
    scope_.start(work());
    context_.run();
    shown_.end();
    if (!interrupted_ && scope_.first_error()) std::rethrow_exception(scope_.first_error());
    if (interrupted_ && !ended_) {
      return {exit_code::interrupted, interruption()};
    }
    return end_;
  }

 private:
  task<> work() {
    // Whatever ends the work, the loop must not wait for signals after it.
    const auto stop = [](boost::asio::signal_set* signals) { signals->cancel(); };
    const std::unique_ptr<boost::asio::signal_set, decltype(stop)> guard(&signals_, stop);
    end_ = co_await job_.work();
    ended_ = true;
  }

  void watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      // Reading cannot be stopped from outside, and nothing has been written yet.
      if (job_.only_reading() || interrupted_) {
        shown_.end();
        (void)tell(options_, exit_code::interrupted, interruption());
        std::fflush(stdout);
        std::_Exit(static_cast<int>(exit_code::interrupted));
      }
      interrupted_ = true;
      scope_.cancel();
      watch_signals();
    });
  }

  const analyze_options& options_;
  loop::steady_clock time_;
  inference::narrator narrator_;
  progress shown_;
  boost::asio::io_context context_{1};
  loop::blocking_pool pool_{1};
  ending end_;
  bool ended_ = false;
  bool interrupted_ = false;
  analysis job_;
  boost::asio::signal_set signals_;
  loop::scope scope_;
};

}  // namespace

exit_code analyze(const analyze_options& asked) {
  analyze_options options = asked;
  if (options.threads == 0)
    options.threads = std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  if (options.backend != "narrator") {
    proto::problem p;
    p.code = "backend.unavailable";
    p.title = fmt::format("backend '{}' is not built into this version", options.backend);
    p.allowed = "narrator";
    return tell(options, exit_code::backend_unavailable, p);
  }
  auto run = std::make_unique<reporting::finished_run>();
  run->dataset = options.folder;
  run->version = CHIMERA_VERSION;
  run->model = options.model;
  run->limits = options.limits;
  if (auto agents = choose_agents(options, *run); !agents)
    return tell(options, exit_code::usage, agents.error());
  std::error_code ignored;  // best effort: the scan says what is wrong with a folder
  if (!std::filesystem::is_directory(options.folder, ignored)) {
    const char* what =
        std::filesystem::exists(options.folder, ignored) ? "is no folder" : "does not exist";
    proto::problem p;
    p.code = "dataset.root";
    p.title = fmt::format("'{}' {}", options.folder, what);
    p.detail = "name the folder that holds the result files";
    return tell(options, exit_code::usage, p);
  }
  auto folder = output_folder::choose(options.out, options.folder);
  if (!folder) return tell(options, exit_code::usage, folder.error());
  if (!options.model.empty())
    fmt::print(stderr, "chimera: note: the narrator uses no model; '{}' is only recorded\n",
               options.model);
  session one(options, *run, *folder);
  const ending end = one.run();
  if (end.why) return tell(options, end.code, *end.why);
  print_summary(options, *run);
  return end.code;
}

}  // namespace chimera::cli
