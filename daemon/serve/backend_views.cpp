#include "daemon/serve/backend_views.hpp"

namespace chimera::serve {

jobs::backend_look look_of(const inference::last_look& seen, double age_seconds) {
  jobs::backend_look look;
  look.age_seconds = age_seconds;
  look.problem = seen.problem;
  if (!seen.view) return look;
  look.server = seen.view->server;
  look.slots = seen.view->slots;
  look.warnings = seen.view->warnings;
  for (const inference::seen_model& m : seen.view->models)
    look.models.push_back(
        {m.name, m.digest, m.quantization, m.context_tokens, m.bytes, m.gpu_bytes, m.resident});
  return look;
}

jobs::backend_view view_of(const inference::named_backend& one,
                           const inference::backend_watch& watch) {
  jobs::backend_view view;
  view.name = one.what.name;
  view.type = one.what.type;
  view.description = one.behind->describe();
  // As they are now: those of the settings, else those that the backend shows.
  view.slots = one.behind->bounds().slots;
  view.in_flight = one.behind->in_flight();
  view.waiting = one.behind->waiting();
  view.available = one.behind->available();
  view.url = one.what.url.empty() ? one.what.file.string() : one.what.url;
  if (const inference::last_look* seen = watch.find(one.what.name))
    view.look = look_of(*seen, std::chrono::duration<double>(watch.age(*seen)).count());
  return view;
}

}  // namespace chimera::serve
