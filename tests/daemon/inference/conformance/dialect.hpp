// How servers of one kind put an answer into bytes, and the stage that plays their scenes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inference/conformance/scene.hpp"
#include "support/scripted_server.hpp"

namespace chimera::inference::conformance {

class dialect {
 public:
  virtual ~dialect() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<backend> make(config::backend_settings settings,
                                                      const clock& time) const = 0;
  /// True for the request that asks for text.
  [[nodiscard]] virtual bool asks_for_text(const test::scripted_request& request) const = 0;
  /// The body of any other (models, versions), with its status.
  [[nodiscard]] virtual std::pair<unsigned, std::string> aside(
      const test::scripted_request& request) const = 0;
  [[nodiscard]] virtual std::string content_type() const = 0;
  /// One event of the stream with that text.
  [[nodiscard]] virtual std::string piece(std::string_view text) const = 0;
  /// All that marks the end.
  [[nodiscard]] virtual std::string mark(std::string_view finish_reason) const = 0;
  [[nodiscard]] virtual std::string error_event(std::string_view message) const = 0;
  [[nodiscard]] virtual std::string noise() const = 0;
  [[nodiscard]] virtual std::string refusal_body(unsigned status) const = 0;
  /// Status 400: a prompt of that many tokens does not fit.
  [[nodiscard]] virtual std::string context_body(int prompt_tokens, int context) const = 0;
  /// Whole bodies that mean "one two" in other words (comments, blank lines, no last line end).
  [[nodiscard]] virtual std::vector<std::string> variants() const = 0;

  /// The beginning of an answer's body without which it is none: all but its last line ends.
  [[nodiscard]] virtual std::string needed(const std::string& body) const;

  /// What a scene's call is answered with.
  [[nodiscard]] test::script script_of(const scene& what) const;
  /// A head without a length, then the body as it is, to the end of the connection.
  [[nodiscard]] test::script answer(std::vector<std::string> chunks) const;
};

/// A scripted server of that dialect with a backend before it.
class server_stage final : public stage {
 public:
  server_stage(loop::asio::any_io_executor executor, const dialect& speech, test::script call,
               config::call_budgets budgets, const clock& time);

  [[nodiscard]] backend& actor() override { return *backend_; }
  [[nodiscard]] std::size_t left() const override { return server_.left(); }
  [[nodiscard]] bool busy() const override { return server_.open() > 0; }
  task<> close() override { return server_.stop(); }
  /// What the next calls are answered with.
  void prepare(test::script call) { call_ = std::move(call); }
  [[nodiscard]] const test::scripted_server& server() const { return server_; }

 private:
  const dialect& speech_;
  test::script call_;
  test::scripted_server server_;
  std::unique_ptr<backend> backend_;
};

/// Those whose bytes are cut everywhere.
[[nodiscard]] std::vector<const dialect*> all_dialects();
[[nodiscard]] house house_of(const dialect& speech);

[[nodiscard]] const dialect& ollama_chat();
[[nodiscard]] const dialect& ollama_generate();
/// llama-server's is the first.
[[nodiscard]] const std::vector<const dialect*>& openai_dialects();

}  // namespace chimera::inference::conformance
