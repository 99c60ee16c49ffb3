#include "daemon/serve/daemon.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "daemon/backends/backend_set.hpp"
#include "daemon/backends/backend_watch.hpp"
#include "daemon/faults/faults.hpp"
#include "daemon/http/application.hpp"
#include "daemon/http/server/server.hpp"
#include "daemon/loop/condition.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/serve/backend_views.hpp"
#include "daemon/serve/data_places.hpp"
#include "daemon/serve/dataset_desk.hpp"
#include "daemon/serve/file_watch.hpp"
#include "daemon/serve/fresh_state.hpp"
#include "daemon/service/job_service.hpp"
#include "daemon/store/data_folder.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace chimera::serve {
namespace {

constexpr std::size_t file_threads = 2;

void report(const std::string& line) { fmt::print(stderr, "chimera: {}\n", line); }

// Members in the order in which they depend on each other.
class daemon {
 public:
  daemon(fresh_state first, settings_source source, const store::data_folder& folder,
         std::unique_ptr<store::sqlite_store> kept)
      : settings_(std::move(first.settings)),
        source_(std::move(source)),
        folder_(folder),
        kept_(std::move(kept)),
        places_(std::move(first.places)),
        service_(surroundings(), service_settings_of(settings_, folder_.tail_may_be_lost()),
                 first.known, context_.get_executor()),
        desk_({places_, files_, service_}),
        api_(std::make_shared<http::api>(dependencies(std::move(first.tokens)))),
        server_(context_.get_executor(), http::make_application(api_), server_limits_of(settings_),
                files_),
        signals_(context_, SIGINT, SIGTERM),
        hangups_(context_, SIGHUP),
        watch_(context_.get_executor(), [this] { reload_soon(); }),
        reloading_(context_.get_executor()),
        work_(context_.get_executor()) {
    watch_files(first.known);
  }

  proto::result<void> run() {
    auto backends = inference::backend_set::build(settings_, time_);
    if (!backends) return std::unexpected(std::move(backends.error()));
    backends_ = std::move(*backends);
    for (const inference::named_backend& one : backends_->all()) one.behind->observe(tell_place());
    const std::string wanted = address_of(settings_.listen, settings_.listen.port);
    if (auto listening = server_.listen(wanted); !listening) return listening;
    watch_signals();
    watch_hangups();
    shown_.refresh(*backends_);
    work_.start(live());
    context_.run();
    if (work_.first_error()) std::rethrow_exception(work_.first_error());
    return std::move(ended_);
  }

 private:
  service::surroundings surroundings() {
    service::surroundings around{*kept_, compute_, files_, time_, {}, {}, {}, {}, {}, report};
    around.locate = [this](const proto::job_request& asked) { return locate(asked); };
    around.reload = [this] { return reload(); };
    around.backend = [this](std::string_view name) -> std::shared_ptr<text_generator> {
      auto found = backends_->find(name);
      return found ? found->behind : nullptr;
    };
    around.backends = [this] {
      shown_.refresh(*backends_);
      return backend_views();
    };
    around.backend_name = [this](std::string_view name) {
      return name.empty() ? backends_->default_name() : std::string(name);
    };
    return around;
  }

  http::dependencies dependencies(std::optional<http::token_table> tokens) {
    http::door_rules rules = rules_of(std::move(tokens));
    http::dependencies given{.jobs = service_,
                             .events = http::read_from(service_.log()),
                             .datasets = &desk_,
                             .blocking = files_,
                             .time = time_,
                             .tokens = std::move(rules.tokens),
                             .open = rules.open,
                             .access = std::move(rules.access),
                             .settings = {},
                             .version = CHIMERA_VERSION,
                             .on_error = report};
    given.settings.upload_bytes_max = rules.upload_bytes_max;
    given.settings.spool_folder = folder_.spool();
    return given;
  }

  http::door_rules rules_of(std::optional<http::token_table> tokens) const {
    http::door_rules rules{std::move(tokens), settings_.insecure, {}, settings_.upload.bytes};
    rules.access.hosts = settings_.allowed_hosts;
    rules.access.hosts.push_back(settings_.listen.host);
    rules.access.origins = settings_.allowed_origins;
    return rules;
  }

  std::function<void(const inference::waiting_call&)> tell_place() {
    return [this](const inference::waiting_call& call) {
      service_.tell_place(call.job, call.step, {call.position, call.eta_seconds});
    };
  }

  proto::result<std::filesystem::path> locate(const proto::job_request& asked) {
    const auto places = places_.now();
    if (!asked.path.empty()) return places->roots.resolve(asked.path);
    auto found = places->uploads.find(asked.dataset);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found)
      return proto::fail("dataset.unknown",
                         fmt::format("no dataset has the id '{}'", asked.dataset),
                         "upload it first, or name a folder under an allowed root");
    return (*found)->folder;
  }

  std::vector<jobs::backend_view> backend_views() const {
    std::vector<jobs::backend_view> views;
    for (const inference::named_backend& one : backends_->all())
      views.push_back(view_of(one, shown_));
    return views;
  }

  task<> live() {
    auto started = co_await service_.start();
    if (!started) {
      ended_ = std::unexpected(std::move(started.error()));
      stop_listening();
      co_return;
    }
    const std::string url = fmt::format("http://{}", address_of(settings_.listen, server_.port()));
    write_endpoint(url);
    report(fmt::format("listening on {}", url));
    co_await server_.run();
    stop_listening();
  }

  void stop_listening() {
    signals_.cancel();
    hangups_.cancel();
    watch_.stop();
    shown_.stop();
  }

  // For programs that start it on any free port.
  void write_endpoint(const std::string& url) const {
    std::ofstream out(folder_.path() / "endpoint", std::ios::binary | std::ios::trunc);
    out << url << '\n';
    if (!out.flush()) report("the address could not be written into the data folder");
  }

  // Streams stay open and questions are answered (new jobs with 503) while the running jobs come to
  // their end; then everybody is sent away.
  task<> stop() {
    co_await service_.stop(settings_.grace);
    server_.stop();
  }

  void watch_signals() {
    auto on_signal = [this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      if (stopping_) std::_Exit(1);
      stopping_ = true;
      report("stopping; a second signal ends it at once");
      work_.start(stop());
      watch_signals();
    };
    signals_.async_wait(std::move(on_signal));
  }

  void watch_files(const library::catalog& known) {
    if (auto watched = watch_.watch(files_of(settings_, known)); !watched)
      report(fmt::format("{}; SIGHUP reads files again", proto::to_text(watched.error())));
  }

  // All of it is read and checked, then all of it is swapped, without a pause between.
  task<proto::result<std::vector<std::string>>> read_again() {
    auto work = [this, before = settings_]() -> proto::result<reading> {
      auto settings = source_();
      if (!settings) return std::unexpected(std::move(settings.error()));
      auto kept = keep_fixed(*settings, before);
      if (!kept) return std::unexpected(std::move(kept.error()));
      auto state = read_state(std::move(*settings), folder_.datasets());
      if (!state) return std::unexpected(std::move(state.error()));
      return reading{std::move(*state), std::move(*kept)};
    };
    auto fresh = co_await files_.run(std::move(work));
    if (!fresh) co_return std::unexpected(std::move(fresh.error()));
    fresh_state& state = fresh->state;
    auto backends = inference::backend_set::build(state.settings, time_, backends_.get());
    if (!backends) co_return std::unexpected(std::move(backends.error()));
    backends_ = std::move(*backends);
    for (const inference::named_backend& one : backends_->all()) one.behind->observe(tell_place());
    settings_ = std::move(state.settings);
    places_.change(std::move(state.places));
    watch_files(state.known);
    service_.adopt(std::move(state.known), service_settings_of(settings_, false));
    http::change_rules(*api_, rules_of(std::move(state.tokens)));
    co_return std::move(fresh->unchanged);
  }

  // One at a time. Who asks while one is under way gets the next, together with all who do.
  task<proto::result<std::vector<std::string>>> reload() {
    const std::uint64_t mine = ++reloads_asked_;
    while (reading_now_) {
      co_await reloading_.wait();
      if (reloads_done_ >= mine) co_return reloaded_;
    }
    const std::uint64_t covered = reloads_asked_;
    const auto leave = [this](const bool*) {
      reading_now_ = false;
      reloading_.notify_all();
    };
    reading_now_ = true;
    const std::unique_ptr<bool, decltype(leave)> at_the_end(&reading_now_, leave);
    reloaded_ = co_await read_again();
    reloads_done_ = covered;
    if (!reloaded_) {
      report(fmt::format("nothing was changed: {}", proto::to_text(reloaded_.error())));
      co_return reloaded_;
    }
    report("settings, personas, pipelines and tokens were read again");
    for (const std::string& line : *reloaded_) report(line);
    co_return reloaded_;
  }

  // What is read a moment later covers every signal and change until then.
  void reload_soon() {
    if (reloads_waiting_ > 1) return;
    ++reloads_waiting_;
    work_.start(reload_once());
  }

  task<> reload_once() {
    (void)co_await reload();  // it has reported
    --reloads_waiting_;
  }

  void watch_hangups() {
    auto on_hangup = [this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      reload_soon();
      watch_hangups();
    };
    hangups_.async_wait(std::move(on_hangup));
  }

  struct reading {
    fresh_state state;
    std::vector<std::string> unchanged;
  };

  config::settings settings_;
  settings_source source_;
  const store::data_folder& folder_;
  std::unique_ptr<store::sqlite_store> kept_;
  current_places places_;
  boost::asio::io_context context_{1};
  loop::steady_clock time_;
  loop::blocking_pool files_{file_threads};
  loop::blocking_pool compute_{1};
  std::shared_ptr<const inference::backend_set> backends_;
  inference::backend_watch shown_{context_.get_executor(), time_};
  proto::result<void> ended_;
  bool stopping_ = false;
  service::job_service service_;
  dataset_desk desk_;
  std::shared_ptr<http::api> api_;
  http::server server_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  file_watch watch_;
  bool reading_now_ = false;
  std::uint64_t reloads_asked_ = 0;
  std::uint64_t reloads_done_ = 0;  ///< of those asked for
  std::size_t reloads_waiting_ = 0;
  proto::result<std::vector<std::string>> reloaded_;  ///< the last one
  loop::condition reloading_;                         ///< notified when one ends
  loop::scope work_;
};

}  // namespace

proto::result<void> run_daemon(config::settings settings, settings_source again) {
  const char* faults = std::getenv("CHIMERA_FAULTS");
  if (auto set = faults::configure(faults == nullptr ? "" : faults); !set) return set;
  auto folder = store::data_folder::open(settings.data);
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto kept = store::sqlite_store::open({folder->database(), folder->shelf(), {}});
  if (!kept) return std::unexpected(std::move(kept.error()));
  auto first = read_state(std::move(settings), folder->datasets());
  if (!first) return std::unexpected(std::move(first.error()));
  if (auto clean = first->places.uploads.clean(); !clean)
    return std::unexpected(std::move(clean.error()));
  proto::result<void> ended;
  {
    daemon all(std::move(*first), std::move(again), *folder, std::move(*kept));
    ended = all.run();
  }
  if (!ended) return ended;
  return folder->stopped();
}

}  // namespace chimera::serve
