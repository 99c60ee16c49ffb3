// A log on a store in memory and the loop that it lives on, for the tests of log and readers.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "daemon/jobs/commit_wait.hpp"
#include "daemon/jobs/log_reader.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "support/memory_store.hpp"

namespace chimera::jobs::test_log {

using proto::event_type;

inline proto::event token(std::string text, std::string step = "a") {
  proto::event e;
  e.type = event_type::token_delta;
  e.text = std::move(text);
  e.step = std::move(step);
  e.attempt = 1;
  return e;
}

inline proto::event other(event_type type, std::string step = {}) {
  proto::event e;
  e.type = type;
  e.step = std::move(step);
  return e;
}

inline std::vector<proto::event> list(proto::event e) {
  std::vector<proto::event> one;
  one.push_back(std::move(e));
  return one;
}

inline proto::problem full() {
  proto::problem p;
  p.code = "store.full";
  p.title = "no space";
  return p;
}

struct room {
  explicit room(log_limits limits = {})
      : log(kept, context.get_executor(), pool, time, limits,
            [this](const std::optional<proto::problem>& p) { trouble = p; }),
        scope(context.get_executor()) {}

  void begin(const std::string& id) {
    store::insert_job insert;
    insert.job.id = id;
    insert.job.epoch = "E";
    log.begin(std::move(insert), list(other(event_type::job_queued)),
              [this](const std::optional<proto::problem>& p) { begun = !p; });
  }
  void run() {
    context.run();
    context.restart();
    if (scope.first_error()) std::rethrow_exception(scope.first_error());
  }
  // Until everything appended so far is visible.
  task<> settle() {
    const commit_wait done(context.get_executor());
    log.sync(done.done());
    (void)co_await done.result();
  }

  boost::asio::io_context context{1};
  test::memory_store kept;
  loop::blocking_pool pool{1};
  loop::steady_clock time;
  std::optional<proto::problem> trouble;
  bool begun = false;
  event_log log;
  loop::scope scope;
};

inline log_reader::place from(std::uint64_t after, bool merge = false) {
  return {"job_1", "E", after, {}, merge};
}

}  // namespace chimera::jobs::test_log
