// Which handler a request is for: a table of methods and path templates.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/http/identity.hpp"
#include "daemon/http/server/message.hpp"

namespace chimera::http {

struct api;

/// A request on its way to a handler: routed, and its sender known.
struct call {
  request asked;
  std::map<std::string, std::string, std::less<>> path;  ///< values of the template's {names}
  identity who;
  std::string request_id;
  std::string trace_id;  ///< "" = none

  [[nodiscard]] const std::string& at(std::string_view name) const {
    return path.find(name)->second;
  }
};

/// A coroutine; the api outlives it.
using handler = task<reply> (*)(api*, call);

struct route {
  std::string_view method;       ///< GET also answers HEAD
  std::string_view pattern;      ///< "/v1/jobs/{id}"; a last "{name...}" takes the rest of the path
  std::string_view operation;    ///< operationId in openapi.json
  scope_set needs = scope_open;  ///< one of these scopes
  handler run = nullptr;
  bool ticket = false;  ///< a one-time ?ticket= may stand for the token
};

class router {
 public:
  void add(const route& r);

  struct found {
    const route* to = nullptr;
    std::map<std::string, std::string, std::less<>> path;
  };
  /// The path is known, the method is not: the value of Allow, "GET, HEAD, OPTIONS, POST".
  struct wrong_method {
    std::string allow;
  };
  struct unknown {};
  using answer = std::variant<found, wrong_method, unknown>;

  /// OPTIONS is wrong_method on purpose: its answer is the list.
  [[nodiscard]] answer match(std::string_view method, std::string_view path) const;
  [[nodiscard]] std::vector<route> routes() const;

 private:
  struct entry {
    route to;
    std::vector<std::string_view> parts;
  };
  std::vector<entry> entries_;
};

}  // namespace chimera::http
