// Looks at backends: remembered with their age, made anew when old, never waited for.
#include "daemon/backends/backend_watch.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/config/load_settings.hpp"
#include "daemon/inference/virtual_time.hpp"

namespace chimera::inference {
namespace {

using namespace std::chrono_literals;

struct bench {
  virtual_time time;
  boost::asio::io_context context;
  backend_watch watch{context.get_executor(), time};
  std::shared_ptr<const backend_set> all = build("backends: [{name: a, type: simulated}]");

  std::shared_ptr<const backend_set> build(const std::string& yaml) {
    const auto settings = config::read_settings(yaml, "chimera.yaml", {{"HOME", "/"}}, {});
    REQUIRE(settings);
    auto built = backend_set::build(*settings, time);
    REQUIRE(built);
    return *built;
  }
};

TEST_CASE("nothing is known before the first look has ended") {
  bench b;
  CHECK(b.watch.find("a") == nullptr);
  b.watch.refresh(*b.all);
  CHECK(b.watch.find("a") == nullptr);
  b.time.run(b.context);
  REQUIRE(b.watch.find("a") != nullptr);
  CHECK(b.watch.find("a")->view);
  CHECK(b.watch.find("nobody") == nullptr);
}

TEST_CASE("a look is made anew when it is old, not before") {
  bench b;
  b.watch.refresh(*b.all);
  b.time.run(b.context);
  b.time.run(b.context, 9s);
  b.watch.refresh(*b.all);
  b.time.run(b.context);
  CHECK(b.watch.age(*b.watch.find("a")) == 9s);
  b.time.run(b.context, 10s);
  b.watch.refresh(*b.all);
  b.time.run(b.context);
  CHECK(b.watch.age(*b.watch.find("a")) == 0s);
}

TEST_CASE("what another backend showed under the same name is forgotten") {
  bench b;
  b.watch.refresh(*b.all);
  b.time.run(b.context);
  b.watch.refresh(*b.build("backends: [{name: a, type: simulated, seed: 7}]"));
  CHECK(b.watch.find("a") == nullptr);
  b.time.run(b.context);
  CHECK(b.watch.find("a")->view->server.contains("seed 7"));
}

TEST_CASE("nothing is looked at any more once it was stopped") {
  bench b;
  b.watch.stop();
  b.watch.refresh(*b.all);
  b.time.run(b.context);
  CHECK(b.watch.find("a") == nullptr);
}

}  // namespace
}  // namespace chimera::inference
