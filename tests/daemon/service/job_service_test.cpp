// Jobs from their admission to their end, and over restarts, on a store in memory.
#include "daemon/service/job_service.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/loop/steady_clock.hpp"
#include "daemon/service/plain_agents.hpp"
#include "support/memory_store.hpp"

namespace chimera::service {
namespace {

using proto::job_state;

// What outlives a daemon: its disk and its backend.
struct world {
  world() : backend(std::make_shared<test::scripted_generator>(time)) {}
  test::memory_store kept;
  loop::steady_clock time;
  std::shared_ptr<test::scripted_generator> backend;
  std::vector<std::string> reported;
};

// One life of the daemon: start, do, stop.
struct life {
  explicit life(world& in, queue_limits limits = {4, 100, 50})
      : around{in.kept, compute, files, in.time, {}, {}, {}, {}, {}, {}} {
    around.locate = [](const proto::job_request&) -> proto::result<std::filesystem::path> {
      return proto::fail("dataset.not-found", "no such folder");
    };
    around.backend = [&in](std::string_view name) -> std::shared_ptr<text_generator> {
      if (name.empty() || name == "main") return in.backend;
      return nullptr;
    };
    around.backend_name = [](std::string_view) { return std::string("main"); };
    around.backends = [] {
      return std::vector<jobs::backend_view>{{"main", "scripted", "", 0, 0, 0, true}};
    };
    around.report = [&in](const std::string& line) { in.reported.push_back(line); };
    service_settings settings;
    settings.queue = limits;
    service = std::make_unique<job_service>(around, settings, test::plain_agents(),
                                            context.get_executor());
  }

  // `script` runs between start and stop.
  void live(std::function<task<>(job_service&)> script) {
    loop::scope scope(context.get_executor());
    auto all = [](job_service& s, std::function<task<>(job_service&)> body) -> task<> {
      auto started = co_await s.start();
      CHECK(started);
      co_await body(s);
      co_await s.stop(std::chrono::milliseconds(0));
    };
    scope.start(all(*service, std::move(script)));
    context.run();
    if (scope.first_error()) std::rethrow_exception(scope.first_error());
  }

  boost::asio::io_context context{1};
  loop::blocking_pool compute{1};
  loop::blocking_pool files{1};
  surroundings around;
  std::unique_ptr<job_service> service;
};

proto::job_request three() {
  proto::job_request r;
  r.pipeline = "three";
  return r;
}

std::vector<std::string> types_of(world& in, const std::string& job) {
  std::vector<std::string> types;
  std::uint64_t next = 1;
  for (const proto::event& e : *in.kept.read_events(job, 0, 1U << 20U)) {
    CHECK(e.first_seq == next);
    next = e.seq + 1;
    types.emplace_back(proto::to_text(e.type));
  }
  return types;
}

std::size_t count(const std::vector<std::string>& all, std::string_view one) {
  return static_cast<std::size_t>(std::ranges::count(all, one));
}

TEST_CASE("a job is stored before it is acknowledged, runs its steps in order and ends") {
  world in;
  std::string id;
  life(in).live([&](job_service& s) -> task<> {
    auto taken = co_await s.submit(three(), {"local", "", ""});
    REQUIRE(taken);
    id = taken->view.job.id;
    CHECK((*in.kept.find_job(id)).has_value());
    auto ended = co_await s.wait_for_end(id, std::chrono::seconds(5));
    REQUIRE(ended);
    CHECK(ended->job.state == job_state::completed);
    auto steps = co_await s.steps(id);
    REQUIRE(steps);
    REQUIRE(steps->size() == 3);
    for (const jobs::step_view& step : *steps) {
      CHECK(step.state == "completed");
      CHECK_FALSE(step.record.empty());
    }
  });
  CHECK(in.backend->asked == std::vector<std::string>{"one", "two", "three"});
  const auto types = types_of(in, id);
  CHECK(types.front() == "job.queued");
  CHECK(types[1] == "job.started");
  CHECK(types.back() == "job.completed");
  CHECK(count(types, "step.completed") == 3);
}

TEST_CASE("a job that was running goes on after a restart: finished steps are not run again") {
  world in;
  std::string id;
  in.backend->hangs = [](const std::string& step) { return step == "two"; };
  life(in).live([&](job_service& s) -> task<> {
    auto taken = co_await s.submit(three(), {"local", "", ""});
    id = taken->view.job.id;
    while (in.backend->asked.size() < 2) co_await in.time.sleep(std::chrono::milliseconds(1));
    co_await in.time.sleep(std::chrono::milliseconds(20));
  });
  CHECK((*in.kept.find_job(id))->state == job_state::running);
  in.backend->hangs = [](const std::string&) { return false; };
  life(in).live([&](job_service& s) -> task<> {
    auto ended = co_await s.wait_for_end(id, std::chrono::seconds(5));
    REQUIRE(ended);
    CHECK(ended->job.state == job_state::completed);
  });
  CHECK(in.backend->asked == std::vector<std::string>{"one", "two", "two", "three"});
  const auto types = types_of(in, id);
  CHECK(count(types, "job.resumed") == 1);
  CHECK(count(types, "step.attempt_discarded") == 1);
  CHECK(count(types, "step.completed") == 3);
  // Tokens of the cut attempt may have been shown: their numbers are used up.
  const std::vector<proto::event> log = *in.kept.read_events(id, 0, 1U << 20U);
  const auto lost = std::ranges::find(log, proto::event_type::job_resumed, &proto::event::type) - 1;
  CHECK(lost->type == proto::event_type::token_delta);
  CHECK(lost->text.empty());
  CHECK(lost->step == "two");
  CHECK(lost->seq - lost->first_seq == jobs::tokens_ahead_max);
  for (const proto::event& e : log)
    if (e.type == proto::event_type::step_completed)
      CHECK(e.attempt == (e.step == "two" ? 2U : 1U));
}

TEST_CASE("cancelling ends a running job and all that it does; a second time changes nothing") {
  world in;
  in.backend->hangs = [](const std::string& step) { return step == "one"; };
  life(in).live([&](job_service& s) -> task<> {
    auto taken = co_await s.submit(three(), {"local", "", ""});
    const std::string id = taken->view.job.id;
    auto asked = co_await s.cancel(id, "not needed");
    REQUIRE(asked);
    auto ended = co_await s.wait_for_end(id, std::chrono::seconds(5));
    CHECK(ended->job.state == job_state::canceled);
    auto again = co_await s.cancel(id, "again");
    CHECK(again->job.state == job_state::canceled);
    CHECK(s.queue().running == 0);
    CHECK(types_of(in, id).back() == "job.canceled");
  });
}

TEST_CASE("a waiting job has a place, and can be canceled before it runs") {
  world in;
  in.backend->hangs = [](const std::string&) { return true; };
  life(in, {1, 100, 50}).live([&](job_service& s) -> task<> {
    auto first = co_await s.submit(three(), {"local", "", ""});
    auto second = co_await s.submit(three(), {"local", "", ""});
    auto third = co_await s.submit(three(), {"local", "", ""});
    CHECK(second->view.queue.position == 1);
    CHECK(third->view.queue.position == 2);
    auto canceled = co_await s.cancel(second->view.job.id, "");
    CHECK(canceled->job.state == job_state::canceled);
    auto moved = co_await s.find(third->view.job.id);
    CHECK(moved->queue.position == 1);
    (void)first;
  });
}

TEST_CASE("the same idempotency key makes one job, over restarts too; another request is refused") {
  world in;
  std::string id;
  life(in).live([&](job_service& s) -> task<> {
    auto first = co_await s.submit(three(), {"local", "k", "print"});
    id = first->view.job.id;
    auto again = co_await s.submit(three(), {"local", "k", "print"});
    REQUIRE(again);
    CHECK(again->replayed);
    CHECK(again->view.job.id == id);
    auto other = co_await s.submit(three(), {"local", "k", "another print"});
    REQUIRE_FALSE(other);
    CHECK(other.error().code == "idempotency.mismatch");
  });
  life(in).live([&](job_service& s) -> task<> {
    auto again = co_await s.submit(three(), {"local", "k", "print"});
    REQUIRE(again);
    CHECK(again->view.job.id == id);
  });
}

TEST_CASE("a request that cannot be run is refused with the place of the fault") {
  struct row {
    const char* what;
    std::function<void(proto::job_request&)> change;
    const char* code;
    const char* pointer;
  };
  const std::vector<row> rows = {
      {"pipeline", [](auto& r) { r.pipeline = "thre"; }, "personas.unknown", "#/pipeline"},
      {"backend", [](auto& r) { r.backend = "mian"; }, "request.backend", "#/params/backend"},
      {"inputs", [](auto& r) { r.path = "/x"; }, "request.inputs", "#/inputs"}};
  world in;
  life(in).live([&](job_service& s) -> task<> {
    for (const row& one : rows) {
      INFO(one.what);
      proto::job_request request = three();
      one.change(request);
      auto refused = co_await s.submit(request, {"local", "", ""});
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == one.code);
      CHECK(refused.error().field == one.pointer);
    }
  });
  CHECK(in.kept.list_jobs({})->empty());
}

TEST_CASE("conflict policies: reject, cancel the previous one, or wait for it") {
  world in;
  in.backend->hangs = [](const std::string&) { return true; };
  life(in).live([&](job_service& s) -> task<> {
    proto::job_request request = three();
    request.conflict_key = "night";
    auto first = co_await s.submit(request, {"local", "", ""});
    request.on_conflict = "reject";
    auto refused = co_await s.submit(request, {"local", "", ""});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "job.conflict");
    request.on_conflict = "enqueue";
    auto waiting = co_await s.submit(request, {"local", "", ""});
    CHECK(waiting->view.job.state == job_state::queued);
    request.on_conflict = "cancel_previous";
    auto last = co_await s.submit(request, {"local", "", ""});
    auto replaced = co_await s.wait_for_end(waiting->view.job.id, std::chrono::seconds(5));
    CHECK(replaced->job.state == job_state::canceled);
    (void)co_await s.cancel(first->view.job.id, "");
    (void)co_await s.wait_for_end(first->view.job.id, std::chrono::seconds(5));
    auto now = co_await s.find(last->view.job.id);
    CHECK(now->job.state == job_state::running);
  });
}

TEST_CASE("a failed job can be tried again from where it failed, or from an earlier step") {
  world in;
  in.backend->fails = [](const std::string& step) { return step == "two"; };
  life(in).live([&](job_service& s) -> task<> {
    auto taken = co_await s.submit(three(), {"local", "", ""});
    const std::string id = taken->view.job.id;
    auto failed = co_await s.wait_for_end(id, std::chrono::seconds(5));
    CHECK(failed->job.state == job_state::failed);
    REQUIRE(failed->job.error);
    in.backend->fails = [](const std::string&) { return false; };
    in.backend->asked.clear();
    auto again = co_await s.retry(id, "");
    REQUIRE(again);
    auto ended = co_await s.wait_for_end(id, std::chrono::seconds(5));
    CHECK(ended->job.state == job_state::completed);
    CHECK(in.backend->asked == std::vector<std::string>{"two", "three"});
    in.backend->asked.clear();
    (void)co_await s.retry(id, "one");
    (void)co_await s.wait_for_end(id, std::chrono::seconds(5));
    CHECK(in.backend->asked == std::vector<std::string>{"one", "two", "three"});
    auto unknown = co_await s.retry(id, "four");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().field == "#/from_step");
    (void)types_of(in, id);
  });
}

TEST_CASE("a store that cannot be written refuses jobs and is readable") {
  world in;
  life(in).live([&](job_service& s) -> task<> {
    auto before = co_await s.submit(three(), {"local", "", ""});
    (void)co_await s.wait_for_end(before->view.job.id, std::chrono::seconds(5));
    proto::problem full;
    full.code = "store.full";
    full.title = "no space left";
    in.kept.fail_with = full;
    auto refused = co_await s.submit(three(), {"local", "", ""});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "store.full");
    CHECK(s.not_ready()->code == "store.full");
    CHECK(co_await s.find(before->view.job.id));
    in.kept.fail_with.reset();
  });
  CHECK(in.kept.list_jobs({})->size() == 1);
}

TEST_CASE("a job of a defect fails alone, with what it said") {
  world in;
  in.backend->fails = [](const std::string&) -> bool { throw std::runtime_error("a defect"); };
  life(in).live([&](job_service& s) -> task<> {
    auto taken = co_await s.submit(three(), {"local", "", ""});
    auto failed = co_await s.wait_for_end(taken->view.job.id, std::chrono::seconds(5));
    CHECK(failed->job.state == job_state::failed);
    CHECK(failed->job.error->detail == "a defect");
    CHECK(s.queue().running == 0);
  });
  CHECK_FALSE(in.reported.empty());
}

}  // namespace
}  // namespace chimera::service
