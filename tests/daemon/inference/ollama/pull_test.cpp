#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/inference/ollama/ollama.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "support/scripted_server.hpp"

namespace chimera::inference {
namespace {

struct pulled {
  std::string code;  ///< of the problem; "" = it is there
  std::vector<std::string> steps;
};

pulled pull(const std::string& bytes) {
  boost::asio::io_context context(1);
  loop::steady_clock time;
  test::scripted_server server(context.get_executor(), [&](const test::scripted_request&) {
    test::script out;
    out.chunks = {bytes};
    return out;
  });
  config::backend_settings settings;
  settings.url = fmt::format("http://127.0.0.1:{}", server.port());
  ollama backend(settings, time);
  pulled out;
  const auto story = [&]() -> task<> {
    const auto keep = [&out](const pull_progress& step) {
      out.steps.push_back(fmt::format("{} {}/{}", step.status, step.bytes, step.bytes_total));
    };
    const auto ended = co_await backend.pull("tiny", keep);
    if (!ended) out.code = ended.error().code;
    co_await server.stop();
  };
  boost::asio::co_spawn(context, story(), [](const std::exception_ptr& e) { REQUIRE_FALSE(e); });
  context.run_for(std::chrono::seconds(10));
  CHECK(server.requests().at(0).body == R"({"model":"tiny","stream":true})");
  return out;
}

TEST_CASE("a pull tells its steps until the model is there") {
  const auto out = pull(
      "HTTP/1.1 200 OK\r\n\r\n{\"status\":\"pulling manifest\"}\n"
      "{\"status\":\"pulling abc\",\"total\":10,\"completed\":4}\n{\"status\":\"success\"}\n");
  CHECK(out.code.empty());
  CHECK(out.steps ==
        std::vector<std::string>{"pulling manifest 0/0", "pulling abc 4/10", "success 0/0"});
}

TEST_CASE("a pull that fails says why") {
  const auto row = GENERATE(table<std::string, std::string>(
      {{"HTTP/1.1 200 OK\r\n\r\n{\"status\":\"pulling abc\"}\n", "backend.cut"},
       {"HTTP/1.1 200 OK\r\n\r\n{\"error\":\"pull model manifest: file does not exist\"}\n",
        "backend.model"},
       {"HTTP/1.1 200 OK\r\n\r\n{\"error\":\"no space left\"}\n", "backend.failed"},
       {"HTTP/1.1 200 OK\r\n\r\nwhat\n", "backend.protocol"},
       {"HTTP/1.1 503 Busy\r\n\r\n{\"error\":\"busy\"}", "backend.overloaded"}}));
  CHECK(pull(std::get<0>(row)).code == std::get<1>(row));
}

}  // namespace
}  // namespace chimera::inference
