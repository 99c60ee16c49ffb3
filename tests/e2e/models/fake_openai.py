#!/usr/bin/python3
"""A look-alike OpenAI-compatible server: llama-server, vLLM, SGLang, LM Studio, TGI or a generic one.

Each dialect shows itself as the real one does, pings, ends and fails in its own way. A prompt that
does not fit is refused; LM Studio cuts it, without a word. With `key`, calls without it get 401.

Faults of a call for text, besides those of lookalike.py: "error" (an object in mid-stream after
`after` tokens), "empty", "garbage", "no done" (the stream ends after the finish_reason), "status"
(with `status`, `message`), "no stream_options" (400 for calls that have them).

usage: fake_openai.py PORT [--answers FILE] [--speed TOKENS_A_SECOND]
"""
import json

import lookalike
from lookalike import Call, LookAlike, Left, tokens_of

PROBES = {
    "llama-server": ("/props", lambda s: {"total_slots": s.parallel, "build_info": "b9500-fake",
                                          "default_generation_settings": {"n_ctx": s.context}}),
    "vllm": ("/version", lambda s: {"version": "0.11.0"}),
    "sglang": ("/get_server_info", lambda s: {"version": "0.5.2", "tp_size": 1,
                                              "max_running_requests": s.parallel}),
    "lm-studio": ("/api/v0/models", lambda s: {"data": [
        {"id": name, "type": "llm", "state": "loaded", "quantization": "Q4_K_M",
         "loaded_context_length": s.context} for name in s.models]}),
    "tgi": ("/info", lambda s: {"model_id": s.models[0], "version": "3.3.5",
                                "max_total_tokens": s.context,
                                "max_concurrent_requests": s.parallel}),
    "openai-compatible": ("", lambda s: {}),
}


class FakeOpenai(LookAlike):
    def __init__(self, dialect="vllm", models=("tiny",), context=32768, key=None, **more):
        super().__init__(**more)
        self.dialect, self.models, self.context, self.key = dialect, list(models), context, key

    async def answer(self, exchange, method, path, headers, body):
        probe, shown = PROBES[self.dialect]
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            await exchange.whole(401, self.error("Incorrect API key provided", 401))
        elif path == "/v1/models":
            shown_context = {"max_model_len": self.context} if self.dialect == "vllm" else {}
            await exchange.whole(200, {"object": "list", "data": [
                {"id": name, "object": "model", **shown_context} for name in self.models]})
        elif path == probe:
            await exchange.whole(200, shown(self))
        elif path == "/tokenize" and self.dialect in ("vllm", "llama-server"):
            text = body.get("content") or self.prompt_of(body)
            count = len(tokens_of(text))
            await exchange.whole(200, {"count": count, "tokens": list(range(count))})
        elif path == "/apply-template" and self.dialect == "llama-server":
            await exchange.whole(200, {"prompt": self.prompt_of(body)})
        elif path == "/v1/chat/completions":
            await self.text(exchange, path, headers, body)
        elif self.dialect == "lm-studio":
            await exchange.whole(200, {"error": f"Unexpected endpoint or method. ({method} {path})"})
        else:
            await exchange.whole(404, {"detail": "Not Found"})

    def error(self, message, status=500):
        if self.dialect == "tgi":
            return {"error": message, "error_type": "generation"}
        if self.dialect == "lm-studio":
            return {"error": message}
        return {"error": {"message": message, "type": "server_error", "code": status}}

    @staticmethod
    def prompt_of(body):
        return "\n".join(message["content"] for message in body["messages"])

    async def text(self, exchange, path, headers, body):
        call = Call(path, headers, body)
        call.prompt = self.prompt_of(body)
        call.fault = self.take_fault(call.prompt)
        self.calls.append(call)
        try:
            async with self._slots:
                self.running += 1
                self.running_most = max(self.running_most, self.running)
                try:
                    await self.run(exchange, call)
                finally:
                    self.running -= 1
        except Left:
            call.end("left")
            raise

    async def run(self, exchange, call):
        fault = call.fault or {}
        kind = fault.get("kind")
        tokens = len(tokens_of(call.prompt))
        if kind == "status":
            await self.refuse(exchange, call, fault["status"], fault.get("message", "as ordered"))
        elif kind == "no stream_options" and "stream_options" in call.body:
            await self.refuse(exchange, call, 400, "Unrecognized request argument: stream_options")
        elif call.body["model"] not in self.models:
            await self.refuse(exchange, call, 404, f"The model `{call.body['model']}` does not exist.")
        elif tokens >= self.context and self.dialect != "lm-studio":
            await self.refuse(exchange, call, 400, f"This model's maximum context length is "
                              f"{self.context} tokens, but the prompt has {tokens}.")
        else:
            await self.stream(exchange, call, min(tokens, self.context // 2))

    async def refuse(self, exchange, call, status, message):
        call.end(f"status {status}")
        await exchange.whole(status, self.error(message, status))

    async def stream(self, exchange, call, prompt_tokens):
        kind = (call.fault or {}).get("kind")
        end = b"\r\n" if self.dialect == "sglang" else b"\n"  # sse-starlette writes CRLF
        ping = {"llama-server": b":\n\n", "tgi": b": keep-alive\n\n"}.get(self.dialect, b"")

        def event(document):
            return b"data: " + json.dumps(document).encode() + end + end

        def chunk(delta, reason=None, **more):
            return event({"id": "c", "object": "chat.completion.chunk", "created": 1,
                          "model": call.body["model"], "choices": [
                              {"index": 0, "delta": delta, "finish_reason": reason}], **more})

        await exchange.head(200, "text/event-stream")
        await exchange.chunk(ping + chunk({"role": "assistant", "content": None}))
        text = "" if kind == "empty" else self.said(call.prompt)
        if not await self.speak(exchange, call, text,
                                lambda token: ping + chunk({"content": token})):
            return
        if kind == "error":
            await exchange.chunk(event(self.error("an error was ordered")))
        elif kind == "garbage":
            await exchange.chunk(b"data: <html>502 Bad Gateway</html>" + end + end)
        else:
            usage = {"prompt_tokens": prompt_tokens, "completion_tokens": call.sent}
            reason = "eos_token" if self.dialect == "tgi" else "stop"
            more = {}
            if self.dialect == "llama-server":
                more = {"timings": {"cache_n": 0, "prompt_n": prompt_tokens, "prompt_ms": 3.0,
                                    "predicted_n": call.sent, "predicted_ms": 5.0}}
            await exchange.chunk(chunk({}, reason, **more))
            if call.body.get("stream_options", {}).get("include_usage"):
                await exchange.chunk(event({"choices": [], "usage": usage}))
            if kind != "no done":
                await exchange.chunk(b"data: [DONE]" + end + end)
        call.end(kind or "done")
        await exchange.last_chunk()


if __name__ == "__main__":
    lookalike.main(FakeOpenai)
