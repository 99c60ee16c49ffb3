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

#include "daemon/backends/backend_set.hpp"
#include "daemon/cli/analysis.hpp"
#include "daemon/cli/chosen_backend.hpp"
#include "daemon/cli/problem_document.hpp"
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
  session(const analyze_options& options, const config::settings& settings,
          reporting::finished_run& run, output_folder& folder)
      : options_(options),
        settings_(settings),
        run_(run),
        folder_(folder),
        shown_(progress::style_for(options.quiet), time_),
        signals_(context_, SIGINT, SIGTERM),
        scope_(context_.get_executor()) {}

  ending run() {
    auto backends = inference::backend_set::build(settings_, time_);
    if (!backends) return {exit_code::backend_unavailable, std::move(backends.error())};
    auto found = (*backends)->find("");
    if (!found) return {exit_code::usage, std::move(found.error())};
    backend_ = std::move(*found);
    run_.backend = backend_.behind->describe();
    run_.date = utc_day(time_);
    job_.emplace(options_, analysis::surroundings{pool_, time_, *backend_.behind, shown_}, run_,
                 folder_);
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
    end_ = co_await look();
    if (end_.code == exit_code::done) end_ = co_await job_->work();
    ended_ = true;
  }

  // Before anything is read: a run that cannot be finished is not begun.
  task<ending> look() {
    shown_.show("looking at the backend", 0, 0);
    auto view = co_await backend_.behind->look();
    if (!view) co_return ending{exit_code::backend_unavailable, std::move(view.error())};
    for (const std::string& warning : view->warnings)
      fmt::print(stderr, "chimera: note: {}\n", warning);
    const std::string& given = backend_.what.model;
    auto model = choose_model(*view, models_of(run_.personas, given));
    if (!model) co_return ending{exit_code::backend_unavailable, std::move(model.error())};
    run_.model = std::move(*model);
    if (!run_.model.empty())
      for (proto::persona& who : run_.personas)
        if (who.model == "default") who.model = run_.model;
    if (backend_.what.type == "narrator" && !run_.model.empty())
      fmt::print(stderr, "chimera: note: the narrator uses no model; '{}' is only recorded\n",
                 run_.model);
    co_return ending{};
  }

  void watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      // Reading cannot be stopped from outside, and nothing has been written yet.
      if (job_->only_reading() || interrupted_) {
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
  const config::settings& settings_;
  reporting::finished_run& run_;
  output_folder& folder_;
  loop::steady_clock time_;
  progress shown_;
  boost::asio::io_context context_{1};
  loop::blocking_pool pool_{1};
  inference::named_backend backend_;
  ending end_;
  bool ended_ = false;
  bool interrupted_ = false;
  std::optional<analysis> job_;
  boost::asio::signal_set signals_;
  loop::scope scope_;
};

// A name of no backend, or a file that says something else: settings. A kind that is not built in,
// like one that cannot be reached: the backend.
exit_code code_of(const proto::problem& p) {
  return means_unusable(p.code) ? exit_code::backend_unavailable : exit_code::usage;
}

}  // namespace

exit_code analyze(const analyze_options& asked) {
  analyze_options options = asked;
  if (options.threads == 0)
    options.threads = std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  const auto settings = settings_with(options.config, options.backend, options.model);
  if (!settings) return tell(options, code_of(settings.error()), settings.error());
  auto run = std::make_unique<reporting::finished_run>();
  run->dataset = options.folder;
  run->version = CHIMERA_VERSION;
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
  session one(options, *settings, *run, *folder);
  const ending end = one.run();
  if (end.why) return tell(options, end.code, *end.why);
  print_summary(options, *run);
  return end.code;
}

}  // namespace chimera::cli
