// The embedded engine on the stage: a program in its place says what the scene wants.
#include <fstream>

#include "daemon/inference/conformance/play.hpp"
#include "daemon/inference/llama/llama.hpp"
#include "daemon/inference/llama/protocol/message.hpp"
#include "support/scratch_folder.hpp"

namespace chimera::inference::conformance {
namespace {

using enum scene::ending;

// As the engine writes it, with '@' for the id of the call.
std::string line_for_call(embedded::event what) {
  std::string line = embedded::to_line(what);
  const std::size_t at = line.find("\"id\":0");
  line.replace(at + 5, 1, "@");
  return line;
}

std::string ending_of(const scene& what) {
  proto::problem why;
  why.title = "something went wrong";
  why.code = "backend.failed";
  embedded::done end;
  end.finish_reason = what.then == length ? "length" : "stop";
  end.output_tokens = what.texts.size();
  switch (what.then) {
    case stop:
    case length:
      return line_for_call(end);
    case error:
      return line_for_call(embedded::failed{0, why});
    case no_context:
      why.code = "backend.context";
      why.title = "a prompt of 5000 tokens does not fit into a context of 4096 tokens";
      return line_for_call(embedded::failed{0, why});
    case crash:
      return "#crash\n";
    case garbage:
      return "<html>\n";
    case unending:
      return "#forever\n";
    default:
      return "#hold\n";
  }
}

class engine_stage final : public stage {
 public:
  engine_stage(const scene& what, const clock& time) {
    embedded::ready begin;
    begin.version = "0.5.0";
    begin.model = "tiny";
    begin.context = 4096;
    begin.slots = 8;
    std::string script = embedded::to_line(begin);
    for (const std::string& text : what.texts) script += line_for_call(embedded::piece{0, text});
    script += ending_of(what);
    folder_.write("scene", script);
    config::backend_settings how;
    how.file = folder_ / "scene";
    how.budgets = what.budgets;
    ends_ = what.then != silence && what.then != unending;
    backend_ = std::make_unique<llama>(how, time, CHIMERA_SCRIPTED_ENGINE);
  }

  [[nodiscard]] backend& actor() override { return *backend_; }
  [[nodiscard]] std::size_t left() const override {
    return std::filesystem::exists(folder_ / "scene.left") ? 1 : 0;
  }
  [[nodiscard]] bool busy() const override { return !ends_ && left() == 0; }
  task<> close() override {
    // A process on a busy machine: it hears in its own time.
    constexpr int tries = 5000;
    for (int i = 0; i < tries && busy(); ++i) co_await pause(std::chrono::milliseconds(1));
    backend_.reset();
  }

 private:
  test::scratch_folder folder_;
  std::unique_ptr<llama> backend_;
  bool ends_ = true;
};

}  // namespace

house llama_house() {
  const auto arrange = [](const loop::asio::any_io_executor&, const scene& what,
                          const clock& time) -> std::unique_ptr<stage> {
    // Nothing lies between the two that could break off: an end of the process is a crash. And
    // there is no status.
    if (what.then == none || what.then == reset || what.then == refused) return nullptr;
    return std::make_unique<engine_stage>(what, time);
  };
  return {"llama", arrange};
}

}  // namespace chimera::inference::conformance
