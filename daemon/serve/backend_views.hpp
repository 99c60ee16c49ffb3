// A backend as the API shows it.
#pragma once

#include "daemon/backends/backend_watch.hpp"
#include "daemon/jobs/service.hpp"

namespace chimera::serve {

[[nodiscard]] jobs::backend_look look_of(const inference::last_look& seen, double age_seconds);

/// What is known now, the last look with its age: asks no server.
[[nodiscard]] jobs::backend_view view_of(const inference::named_backend& one,
                                         const inference::backend_watch& watch);

}  // namespace chimera::serve
