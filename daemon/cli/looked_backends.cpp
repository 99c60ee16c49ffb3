#include "daemon/cli/looked_backends.hpp"

#include <exception>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "daemon/backends/backend_set.hpp"
#include "daemon/cli/chosen_backend.hpp"
#include "daemon/config/load_settings.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/serve/backend_views.hpp"

namespace chimera::cli {
namespace {

task<> look(inference::named_backend at, looked_backend* into) {
  into->description = at.behind->describe();
  auto view = co_await at.behind->look();
  if (view)
    into->look.view = std::move(*view);
  else
    into->look.problem = std::move(view.error());
}

jobs::backend_view listed(const looked_backend& one) {
  jobs::backend_view view;
  view.name = one.what.name;
  view.type = one.what.type;
  view.description = one.description;
  view.slots = one.what.slots;
  if (view.slots == 0 && one.look.view) view.slots = one.look.view->slots;
  view.available = !one.look.problem;
  view.url = one.what.url.empty() ? one.what.file.string() : one.what.url;
  view.look = serve::look_of(one.look, 0);
  return view;
}

}  // namespace

proto::result<config::settings> settings_of(const std::string& file) {
  return settings_with(file, "", "");
}

proto::result<config::settings> settings_of_daemon(const std::string& file) {
  std::optional<std::filesystem::path> from;
  if (!file.empty()) from = file;
  return config::load_settings(from, config::environment_of_process(), {});
}

proto::result<std::vector<looked_backend>> look_at_all(const config::settings& settings) {
  const loop::steady_clock time;
  boost::asio::io_context context{1};
  std::vector<looked_backend> all(settings.backends.size());
  std::vector<std::shared_ptr<const inference::backend_set>> sets;
  loop::scope looks(context.get_executor());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].what = settings.backends[i];
    config::settings alone = settings;
    alone.backends = {settings.backends[i]};
    alone.default_backend = settings.backends[i].name;
    auto built = inference::backend_set::build(alone, time);
    if (!built) {
      all[i].look.problem = std::move(built.error());
      continue;
    }
    looks.start(look((*built)->all().front(), &all[i]));
    sets.push_back(std::move(*built));
  }
  context.run();
  if (looks.first_error()) std::rethrow_exception(looks.first_error());
  return all;
}

nlohmann::ordered_json as_listed(const std::vector<looked_backend>& all) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const looked_backend& one : all) list.push_back(http::to_json(listed(one)));
  return list;
}

}  // namespace chimera::cli
