// Ollama's bytes, as docs/api.md of Ollama and its server show them.
#include <fmt/format.h>

#include "daemon/inference/conformance/dialect.hpp"
#include "daemon/inference/ollama/ollama.hpp"
#include "proto/json_text.hpp"

namespace chimera::inference::conformance {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  proto::append_quoted(out, text);
  return out;
}

class ollama_dialect final : public dialect {
 public:
  explicit ollama_dialect(bool is_chat) : is_chat_(is_chat) {}

  std::string name() const override { return is_chat_ ? "ollama" : "ollama generate"; }
  std::unique_ptr<backend> make(config::backend_settings settings,
                                const clock& time) const override {
    return std::make_unique<ollama>(std::move(settings), time);
  }
  bool asks_for_text(const test::scripted_request& request) const override {
    return request.target == (is_chat_ ? "/api/chat" : "/api/generate");
  }
  std::pair<unsigned, std::string> aside(const test::scripted_request& request) const override {
    if (request.target == "/api/version") return {200, R"({"version":"0.33.0"})"};
    if (request.target == "/api/ps") return {200, R"({"models":[]})"};
    if (request.target == "/api/tags")
      return {200, R"({"models":[{"name":"tiny:latest","digest":"d1","size":1}]})"};
    if (request.target == "/api/show")
      return {200,
              fmt::format(R"({{"template":{},"capabilities":["completion"],"model_info":)"
                          R"({{"general.architecture":"llama","llama.context_length":8192}}}})",
                          json_text(is_chat_ ? "{{ .System }}{{ .Prompt }}" : "{{ .Prompt }}"))};
    return {404, R"({"error":"what?"})"};
  }
  std::string content_type() const override { return "application/x-ndjson"; }
  std::string piece(std::string_view text) const override {
    return fmt::format("{{{}{},\"done\":false}}\n", begin(), said(text));
  }
  std::string mark(std::string_view finish_reason) const override {
    return fmt::format(
        "{{{}{},\"done_reason\":\"{}\",\"done\":true,\"total_duration\":900,\"load_duration\":5,"
        "\"prompt_eval_count\":26,\"prompt_eval_duration\":130,\"eval_count\":7,"
        "\"eval_duration\":700}}\n",
        begin(), said(""), finish_reason);
  }
  std::string error_event(std::string_view message) const override {
    return fmt::format("{{\"error\":{}}}\n", json_text(message));
  }
  std::string noise() const override { return "<html>502 Bad Gateway</html>\n"; }
  std::string refusal_body(unsigned status) const override {
    return fmt::format("{{\"error\":\"status {} it is\"}}", status);
  }
  std::string context_body(int prompt_tokens, int context) const override {
    const std::string inner = fmt::format(
        R"({{"error":{{"code":400,"message":"the request exceeds the available context size",)"
        R"("type":"exceed_context_size_error","n_prompt_tokens":{},"n_ctx":{}}}}})",
        prompt_tokens, context);
    return fmt::format("{{\"error\":{}}}", json_text(inner));
  }
  std::vector<std::string> variants() const override {
    const std::string one = piece("one ");
    const std::string two = piece("two");
    std::string unfinished = mark("stop");
    unfinished.pop_back();
    return {one + two + mark("stop"),
            one + two + unfinished,
            "\n" + one + "\n\n" + two + mark(""),
            one + two + mark("stop") + "{\"error\":\"after the end\"}\n" + piece("more"),
            piece("one two") + "{\"done\":true}\n",
            fmt::format("{{\"done\":false,{}, \"thinking\":null}}\n", said("one ")) + two +
                mark("stop"),
            piece("") + one + two + mark("stop")};
  }

 private:
  std::string begin() const {
    return R"("model":"tiny:latest","created_at":"2026-08-01T10:00:00.000001Z",)";
  }
  std::string said(std::string_view text) const {
    if (is_chat_)
      return fmt::format("\"message\":{{\"role\":\"assistant\",\"content\":{}}}", json_text(text));
    return fmt::format("\"response\":{}", json_text(text));
  }

  bool is_chat_;
};

}  // namespace

const dialect& ollama_chat() {
  static const ollama_dialect speech(true);
  return speech;
}

const dialect& ollama_generate() {
  static const ollama_dialect speech(false);
  return speech;
}

}  // namespace chimera::inference::conformance
