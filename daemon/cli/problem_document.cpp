#include "daemon/cli/problem_document.hpp"

#include <nlohmann/json.hpp>

namespace chimera::cli {

std::string problem_document(const proto::problem& p, exit_code code) {
  nlohmann::ordered_json error;
  error["error"] = {{"exit_code", static_cast<int>(code)},
                    {"code", p.code},
                    {"title", p.title},
                    {"detail", p.detail},
                    {"file", p.file},
                    {"line", p.line},
                    {"column", p.column},
                    {"field", p.field},
                    {"allowed", p.allowed}};
  return error.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace chimera::cli
