// The whole API as the server's application.
#pragma once

#include <memory>
#include <vector>

#include "daemon/http/api.hpp"

namespace chimera::http {

/// Handlers that work on what is given, which outlives the server. Tokens, access rules and
/// settings are as they are now, or as change_rules() says later.
[[nodiscard]] application make_application(std::shared_ptr<api> a);
[[nodiscard]] application make_application(dependencies given);

/// Every route, for the tests and the documents.
[[nodiscard]] std::vector<route> all_routes();

}  // namespace chimera::http
