#include "daemon/serve/daemon.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "daemon/backends/backend_set.hpp"
#include "daemon/datasets/allowed_roots.hpp"
#include "daemon/datasets/dataset_store.hpp"
#include "daemon/faults/faults.hpp"
#include "daemon/http/application.hpp"
#include "daemon/http/server/server.hpp"
#include "daemon/library/library.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/serve/dataset_desk.hpp"
#include "daemon/service/job_service.hpp"
#include "daemon/store/data_folder.hpp"
#include "daemon/store/sqlite_store.hpp"

namespace chimera::serve {
namespace {

constexpr std::size_t file_threads = 2;

void report(const std::string& line) { fmt::print(stderr, "chimera: {}\n", line); }

// All folders as one; check_pipeline finds what they lack, a name that two of them have is refused.
proto::result<library::catalog> load_library(const config::settings& settings) {
  std::vector<std::optional<std::string>> folders;
  for (const std::filesystem::path& one : settings.personas) folders.emplace_back(one.string());
  if (folders.empty()) folders.emplace_back(std::nullopt);
  library::catalog all;
  for (const std::optional<std::string>& folder : folders) {
    auto more = library::load_library(folder);
    if (!more) return more;
    if (auto joined = library::join(all, std::move(*more)); !joined)
      return std::unexpected(std::move(joined.error()));
  }
  for (const proto::pipeline& one : all.pipelines)
    if (auto sound = library::check_pipeline(one, all.personas); !sound)
      return std::unexpected(std::move(sound.error()));
  return all;
}

datasets::unpack_limits limits_of(const config::upload_limits& from) {
  datasets::unpack_limits limits;
  limits.archive_bytes = from.bytes;
  limits.total_bytes = from.unpacked_bytes;
  limits.files = from.files;
  limits.ratio = from.ratio;
  return limits;
}

std::string address_of(const config::listen_address& listen, std::uint16_t port) {
  const bool six = listen.host.contains(':');
  return fmt::format("{}{}{}:{}", six ? "[" : "", listen.host, six ? "]" : "", port);
}

service::service_settings service_settings_of(const config::settings& from, bool tail_lost) {
  service::service_settings to;
  to.queue = {from.running_max, from.waiting_max, from.tenant_waiting_max};
  to.default_model = from.default_model;
  to.threads = std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  to.retention.older_than_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(from.keep.age).count();
  to.retention.bytes_max = from.keep.bytes;
  to.tail_may_be_lost = tail_lost;
  return to;
}

// Members in the order in which they depend on each other.
class daemon {
 public:
  daemon(config::settings settings, const store::data_folder& folder,
         std::unique_ptr<store::sqlite_store> kept, datasets::allowed_roots roots,
         datasets::dataset_store uploads, std::optional<http::token_table> tokens,
         library::catalog known)
      : settings_(std::move(settings)),
        folder_(folder),
        kept_(std::move(kept)),
        roots_(std::move(roots)),
        uploads_(std::move(uploads)),
        tokens_(std::move(tokens)),
        service_(surroundings(), service_settings_of(settings_, folder_.tail_may_be_lost()),
                 std::move(known), context_.get_executor()),
        desk_({roots_, uploads_, files_, service_}),
        server_(context_.get_executor(), http::make_application(dependencies()), {}, files_),
        signals_(context_, SIGINT, SIGTERM),
        hangups_(context_, SIGHUP),
        work_(context_.get_executor()) {}

  proto::result<void> run() {
    auto backends = inference::backend_set::build(settings_, time_);
    if (!backends) return std::unexpected(std::move(backends.error()));
    backends_ = std::move(*backends);
    for (const inference::named_backend& one : backends_->all()) one.behind->observe(tell_place());
    const std::string wanted = address_of(settings_.listen, settings_.listen.port);
    if (auto listening = server_.listen(wanted); !listening) return listening;
    watch_signals();
    watch_hangups();
    work_.start(live());
    context_.run();
    if (work_.first_error()) std::rethrow_exception(work_.first_error());
    return std::move(ended_);
  }

 private:
  service::surroundings surroundings() {
    service::surroundings around{*kept_, compute_, files_, time_, {}, {}, {}, {}, report};
    around.locate = [this](const proto::job_request& asked) { return locate(asked); };
    around.load_library = [this] { return load_library(settings_); };
    around.backend = [this](std::string_view name) -> std::shared_ptr<text_generator> {
      auto found = backends_->find(name);
      return found ? found->behind : nullptr;
    };
    around.backends = [this] { return backend_views(); };
    return around;
  }

  http::dependencies dependencies() {
    http::dependencies given{.jobs = service_,
                             .events = http::read_from(service_.log()),
                             .datasets = &desk_,
                             .blocking = files_,
                             .time = time_,
                             .tokens = tokens_,
                             .access = {},
                             .settings = {},
                             .version = CHIMERA_VERSION,
                             .on_error = report};
    given.open = settings_.insecure;
    given.access.hosts = settings_.allowed_hosts;
    given.access.hosts.push_back(settings_.listen.host);
    given.access.origins = settings_.allowed_origins;
    given.settings.upload_bytes_max = settings_.upload.bytes;
    given.settings.spool_folder = folder_.spool();
    return given;
  }

  std::function<void(const inference::waiting_call&)> tell_place() {
    return [this](const inference::waiting_call& call) {
      service_.tell_place(call.job, call.step, {call.position, call.eta_seconds});
    };
  }

  proto::result<std::filesystem::path> locate(const proto::job_request& asked) {
    if (!asked.path.empty()) return roots_.resolve(asked.path);
    auto found = uploads_.find(asked.dataset);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found)
      return proto::fail("dataset.unknown",
                         fmt::format("no dataset has the id '{}'", asked.dataset),
                         "upload it first, or name a folder under an allowed root");
    return (*found)->folder;
  }

  std::vector<jobs::backend_view> backend_views() const {
    std::vector<jobs::backend_view> views;
    for (const inference::named_backend& one : backends_->all()) {
      jobs::backend_view view;
      view.name = one.what.name;
      view.type = one.what.type;
      view.description = one.behind->describe();
      view.slots = one.what.slots;
      view.in_flight = one.behind->in_flight();
      view.waiting = one.behind->waiting();
      view.available = one.behind->available();
      views.push_back(std::move(view));
    }
    return views;
  }

  task<> live() {
    auto started = co_await service_.start();
    if (!started) {
      ended_ = std::unexpected(std::move(started.error()));
      signals_.cancel();
      hangups_.cancel();
      co_return;
    }
    const std::string url = fmt::format("http://{}", address_of(settings_.listen, server_.port()));
    write_endpoint(url);
    report(fmt::format("listening on {}", url));
    co_await server_.run();
    signals_.cancel();
    hangups_.cancel();
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

  task<> reload() {
    auto done = co_await service_.reload();
    report(done ? "personas and pipelines were read again"
                : fmt::format("nothing was changed: {}", proto::to_text(done.error())));
  }

  void watch_hangups() {
    auto on_hangup = [this](const boost::system::error_code& error, int /*signal*/) {
      if (error) return;
      work_.start(reload());
      watch_hangups();
    };
    hangups_.async_wait(std::move(on_hangup));
  }

  config::settings settings_;
  const store::data_folder& folder_;
  std::unique_ptr<store::sqlite_store> kept_;
  datasets::allowed_roots roots_;
  datasets::dataset_store uploads_;
  std::optional<http::token_table> tokens_;
  boost::asio::io_context context_{1};
  loop::steady_clock time_;
  loop::blocking_pool files_{file_threads};
  loop::blocking_pool compute_{1};
  std::shared_ptr<const inference::backend_set> backends_;
  proto::result<void> ended_;
  bool stopping_ = false;
  service::job_service service_;
  dataset_desk desk_;
  http::server server_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  loop::scope work_;
};

}  // namespace

proto::result<void> run_daemon(config::settings settings) {
  const char* faults = std::getenv("CHIMERA_FAULTS");
  if (auto set = faults::configure(faults == nullptr ? "" : faults); !set) return set;
  auto folder = store::data_folder::open(settings.data);
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto kept = store::sqlite_store::open({folder->database(), folder->shelf(), {}});
  if (!kept) return std::unexpected(std::move(kept.error()));
  auto roots = datasets::allowed_roots::open(settings.roots);
  if (!roots) return std::unexpected(std::move(roots.error()));
  auto uploads = datasets::dataset_store::open(folder->datasets(), limits_of(settings.upload));
  if (!uploads) return std::unexpected(std::move(uploads.error()));
  if (auto clean = uploads->clean(); !clean) return std::unexpected(std::move(clean.error()));
  std::optional<http::token_table> tokens;
  if (!settings.token_file.empty()) {
    auto read = http::token_table::read(settings.token_file);
    if (!read) return std::unexpected(std::move(read.error()));
    tokens = std::move(*read);
  }
  auto known = load_library(settings);
  if (!known) return std::unexpected(std::move(known.error()));
  proto::result<void> ended;
  {
    daemon all(std::move(settings), *folder, std::move(*kept), std::move(*roots),
               std::move(*uploads), std::move(tokens), std::move(*known));
    ended = all.run();
  }
  if (!ended) return ended;
  return folder->stopped();
}

}  // namespace chimera::serve
