// The bytes of OpenAI-compatible servers, as their sources and recorded answers show them.
#include <fmt/format.h>

#include "daemon/inference/conformance/dialect.hpp"
#include "daemon/inference/openai/openai.hpp"
#include "proto/json_text.hpp"

namespace chimera::inference::conformance {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  proto::append_quoted(out, text);
  return out;
}

/// What tells one server from the others.
struct server_kind {
  std::string name;
  std::string probe;        ///< the path that it alone answers
  std::string shown;        ///< what it answers there
  std::string usage_place;  ///< "own" chunk, "last" chunk, or "timings" of llama-server
  std::string done = "data: [DONE]\n\n";
  std::string between = {};  ///< keep-alive before each chunk
  std::string error;         ///< an error object; {} = the message as JSON
  std::string context;       ///< the message of a prompt that does not fit; {0} and {1}
};

class openai_dialect final : public dialect {
 public:
  explicit openai_dialect(server_kind kind) : kind_(std::move(kind)) {}

  std::string name() const override { return kind_.name; }
  std::unique_ptr<backend> make(config::backend_settings settings,
                                const clock& time) const override {
    return std::make_unique<openai>(settings, time);
  }
  bool asks_for_text(const test::scripted_request& request) const override {
    return request.target == "/v1/chat/completions";
  }
  std::pair<unsigned, std::string> aside(const test::scripted_request& request) const override {
    if (request.target == "/v1/models") return {200, R"({"object":"list","data":[{"id":"tiny"}]})"};
    if (request.target == kind_.probe) return {200, kind_.shown};
    if (kind_.name == "lm studio") return {200, R"({"error":"Unexpected endpoint or method."})"};
    return {404, R"({"detail":"Not Found"})"};
  }
  std::string content_type() const override { return "text/event-stream"; }
  std::string piece(std::string_view text) const override {
    return kind_.between + chunk(fmt::format("\"content\":{}", json_text(text)), "null", "");
  }
  std::string mark(std::string_view finish_reason) const override {
    const std::string reason = json_text(finish_reason);
    const std::string usage = R"("usage":{"prompt_tokens":26,"completion_tokens":7})";
    if (kind_.usage_place == "last") return chunk("", reason, "," + usage) + kind_.done;
    if (kind_.usage_place == "timings")
      return chunk("", reason,
                   R"(,"timings":{"cache_n":20,"prompt_n":6,"prompt_ms":1.5,"predicted_n":7,)"
                   R"("predicted_ms":70.1})") +
             kind_.done;
    return chunk("", reason, "") + fmt::format("data: {{\"choices\":[],{}}}\n\n", usage) +
           kind_.done;
  }
  std::string error_event(std::string_view message) const override {
    return "data: " + fmt::format(fmt::runtime(kind_.error), json_text(message)) + "\n\n";
  }
  std::string noise() const override { return "data: <html>502 Bad Gateway</html>\n\n"; }
  std::string refusal_body(unsigned status) const override {
    return fmt::format(fmt::runtime(kind_.error),
                       json_text(fmt::format("status {} it is", status)));
  }
  std::string context_body(int prompt_tokens, int context) const override {
    return fmt::format(fmt::runtime(kind_.error),
                       json_text(fmt::format(fmt::runtime(kind_.context), prompt_tokens, context)));
  }
  /// With the finish_reason the answer is whole.
  std::string needed(const std::string& body) const override {
    return body.substr(0, body.find('\n', body.find(R"("finish_reason":")")));
  }
  std::vector<std::string> variants() const override {
    const std::string said = piece("one ") + piece("two");
    const std::string end = chunk("", "\"stop\"", "");
    const std::string done = "data: [DONE]\n\n";
    return {said + end,
            said + end + "data: [DONE]",
            said + mark("stop") + error_event("after the end") + piece("more"),
            said + done,
            ": ping\n\n" + piece("one ") + ":\n\n: OPENROUTER PROCESSING\n\n" + piece("two") + end,
            "retry: 100\nid: 1\nevent: message\n" + said + end + done,
            piece("one ") + chunk("\"content\":\"two\"", "\"stop\"", "") + done,
            chunk(R"("role":"assistant","content":null)", "null", "") + said + end + done,
            chunk(R"("reasoning_content":"hm")", "null", "") + said + end + done,
            chunk(R"("reasoning":"hm","content":"")", "null", "") + said + end + done,
            "data:{\"choices\":\ndata:[{\"delta\":{\"content\":\"one two\"}}]}\n\n" + end,
            R"(data: {"error":null,"choices":[{"delta":{"content":"one two"}}],"usage":null})"
            "\n\n" +
                end + done};
  }

 private:
  static std::string chunk(std::string_view delta, std::string_view reason, std::string_view more) {
    return fmt::format(
        R"(data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"tiny",)"
        R"("choices":[{{"index":0,"delta":{{{}}},"finish_reason":{}}}]{}}})"
        "\n\n",
        delta, reason, more);
  }

  server_kind kind_;
};

const std::vector<const dialect*>& kinds() {
  static const openai_dialect vllm({
      .name = "vllm",
      .probe = "/version",
      .shown = R"({"version":"0.11.0"})",
      .usage_place = "own",
      .error = R"({{"error":{{"message":{},"type":"BadRequestError","param":null}}}})",
      .context = "This model's maximum context length is {1} tokens. However, your request has {0} "
                 "input tokens.",
  });
  static const openai_dialect llama_server({
      .name = "llama-server",
      .probe = "/props",
      .shown = R"({"default_generation_settings":{"n_ctx":4096},"total_slots":4})",
      .usage_place = "timings",
      .between = ":\n\n",
      .error = R"({{"error":{{"code":500,"message":{},"type":"server_error"}}}})",
      .context = "the request exceeds the available context size: {0} tokens, {1} fit",
  });
  static const openai_dialect sglang({
      .name = "sglang",
      .probe = "/get_server_info",
      .shown = R"({"version":"0.5.2","tp_size":1})",
      .usage_place = "own",
      .error = R"({{"object":"error","error":{{"message":{},"code":500}}}})",
      .context = "The input ({0} tokens) is longer than the model's context length ({1} tokens).",
  });
  static const openai_dialect lm_studio({
      .name = "lm studio",
      .probe = "/api/v0/models",
      .shown = R"({"data":[{"id":"tiny","type":"llm","state":"loaded"}]})",
      .usage_place = "last",
      .error = R"({{"error":{}}})",
      .context = "The number of tokens to keep from the initial prompt ({0}) is greater than the "
                 "context length ({1}).",
  });
  static const openai_dialect tgi({
      .name = "tgi",
      .probe = "/info",
      .shown = R"({"model_id":"tiny","version":"3.3.5"})",
      .usage_place = "own",
      .done = "",
      .between = ": keep-alive\n\n",
      .error = R"({{"error":{},"error_type":"generation"}})",
      .context = "Input validation error: `inputs` tokens + `max_new_tokens` must be <= {1}. "
                 "Given: {0} `inputs` tokens",
  });
  static const std::vector<const dialect*> all = {&llama_server, &vllm, &sglang, &lm_studio, &tgi};
  return all;
}

}  // namespace

const std::vector<const dialect*>& openai_dialects() { return kinds(); }

}  // namespace chimera::inference::conformance
