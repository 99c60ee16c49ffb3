#!/usr/bin/python3
"""A look-alike Ollama (0.33): /api/version, tags, ps, show, chat, generate, pull.

It loads one model at a time and counts how often; a call whose load options differ from those in
effect loads it anew, as the real one does. A prompt that does not fit is refused if the call says
truncate:false and shift:false, else cut to half of the window, without a word.

Faults of a call for text, besides those of lookalike.py: "error" (an object in mid-stream after
`after` tokens), "empty", "garbage", "status" (with `status`, `message`), "lost runner", "cut prompt"
(it reads a sixth of it, whatever it was told, and says nothing).

usage: fake_ollama.py PORT [--answers FILE] [--speed TOKENS_A_SECOND]
"""
import json

import lookalike
from lookalike import Call, LookAlike, Left, tokens_of

LOAD_OPTIONS = ("num_ctx", "num_gpu", "num_batch", "num_thread", "main_gpu", "use_mmap")
MODEL_BYTES = 3 << 30


class FakeOllama(LookAlike):
    def __init__(self, models=("tiny:latest",), trained_context=32768, thinks=False,
                 gpu_bytes=MODEL_BYTES, **more):
        super().__init__(**{"parallel": 1, **more})
        self.models = list(models)
        self.trained_context, self.thinks, self.gpu_bytes = trained_context, thinks, gpu_bytes
        self.resident = None  # (model, load options)
        self.loads = 0

    async def answer(self, exchange, method, path, headers, body):
        if path == "/api/version":
            await exchange.whole(200, {"version": "0.33.0"})
        elif path == "/api/tags":
            await exchange.whole(200, {"models": [self.card(name) for name in self.models]})
        elif path == "/api/ps":
            await exchange.whole(200, {"models": self.resident_cards()})
        elif path == "/api/show":
            await self.show(exchange, body)
        elif path == "/api/pull":
            await self.pull(exchange, body)
        elif path in ("/api/chat", "/api/generate"):
            await self.text(exchange, path, headers, body)
        else:
            await exchange.whole(404, {"error": "404 page not found"})

    def card(self, name):
        return {"name": name, "model": name, "digest": f"sha256:{name.encode().hex()}",
                "size": MODEL_BYTES, "details": {"family": "llama", "quantization_level": "Q4_K_M",
                                                 "context_length": self.trained_context}}

    def resident_cards(self):
        if not self.resident:
            return []
        name, options = self.resident
        return [{**self.card(name), "size_vram": self.gpu_bytes,
                 "context_length": options["num_ctx"]}]

    def full_name(self, body):
        name = body.get("model", "")
        return name if ":" in name else name + ":latest"

    async def show(self, exchange, body):
        name = self.full_name(body)
        if name not in self.models:
            await exchange.whole(404, {"error": f"model '{name}' not found"})
            return
        await exchange.whole(200, {
            "template": "{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}",
            "capabilities": ["completion"] + (["thinking"] if self.thinks else []),
            "model_info": {"general.architecture": "llama",
                           "llama.context_length": self.trained_context}})

    async def pull(self, exchange, body):
        name = self.full_name(body)
        await exchange.head(200, "application/x-ndjson")
        steps = [{"status": "pulling manifest"}]
        if name.startswith("no-such"):
            steps.append({"error": "pull model manifest: file does not exist"})
        else:
            steps += [{"status": "pulling abc", "total": 100, "completed": done}
                      for done in (0, 50, 100)] + [{"status": "success"}]
            self.models.append(name)
        for step in steps:
            await exchange.chunk(json.dumps(step).encode() + b"\n")
        await exchange.last_chunk()

    async def text(self, exchange, path, headers, body):
        call = Call(path, headers, body)
        prompt = body.get("prompt") or "\n".join(m["content"] for m in body.get("messages", []))
        call.prompt = prompt
        call.fault = self.take_fault(prompt)
        self.calls.append(call)
        try:
            async with self._slots:
                self.running += 1
                self.running_most = max(self.running_most, self.running)
                try:
                    await self.run(exchange, call, prompt)
                finally:
                    self.running -= 1
        except Left:
            call.end("left")
            raise

    async def run(self, exchange, call, prompt):
        name, fault = self.full_name(call.body), call.fault or {}
        kind = fault.get("kind")
        if name not in self.models:
            await self.refuse(exchange, call, 404, f"model '{name}' not found")
        elif kind == "status":
            await self.refuse(exchange, call, fault["status"], fault.get("message", "as ordered"))
        elif call.body.get("think") and not self.thinks:
            await self.refuse(exchange, call, 400, f'"{name}" does not support thinking')
        else:
            context = self.load(name, call.body.get("options", {}))
            tokens = len(tokens_of(prompt))
            may_cut = call.body.get("truncate", True) or call.body.get("shift", True)
            if tokens >= context and not may_cut:
                await self.refuse(exchange, call, 400, json.dumps({"error": {
                    "code": 400, "type": "exceed_context_size_error",
                    "message": "the request exceeds the available context size",
                    "n_prompt_tokens": tokens, "n_ctx": context}}))
                return
            await self.stream(exchange, call, prompt,
                              tokens if tokens < context else context // 2 + 2)

    def load(self, name, options):
        """The context in effect."""
        wanted = {key: options[key] for key in LOAD_OPTIONS if key in options}
        wanted.setdefault("num_ctx", 4096)
        wanted["num_ctx"] = min(wanted["num_ctx"], self.trained_context)
        if self.resident != (name, wanted):
            self.loads += 1
            self.resident = (name, wanted)
        return wanted["num_ctx"]

    async def refuse(self, exchange, call, status, message):
        call.end(f"status {status}")
        await exchange.whole(status, {"error": message})

    async def stream(self, exchange, call, prompt, prompt_tokens):
        name, fault = call.body["model"], call.fault or {}
        kind = fault.get("kind")
        is_chat = call.path == "/api/chat"

        def line(text, **more):
            said = ({"message": {"role": "assistant", "content": text}} if is_chat
                    else {"response": text})
            return (json.dumps({"model": name, "created_at": "2026-08-01T10:00:00Z", **said,
                                "done": False, **more}) + "\n").encode()

        await exchange.head(200, "application/x-ndjson")
        text = "" if kind == "empty" else self.said(prompt)
        if not await self.speak(exchange, call, text, line):
            return
        if kind == "cut prompt":
            prompt_tokens //= 6
        if kind == "error":
            message = fault.get("message", "an error was ordered")
            await exchange.chunk(json.dumps({"error": message}).encode() + b"\n")
        elif kind == "lost runner":
            await exchange.chunk(b'{"error":"an error was encountered while running the model: '
                                 b'unexpected EOF"}\n')
        elif kind == "garbage":
            await exchange.chunk(b"<html>502 Bad Gateway</html>\n")
        else:
            await exchange.chunk(line("", done=True, done_reason="stop", total_duration=9_000_000,
                                      load_duration=1_000_000, prompt_eval_count=prompt_tokens,
                                      prompt_eval_duration=3_000_000, eval_count=call.sent,
                                      eval_duration=5_000_000))
        call.end(kind or "done")
        await exchange.last_chunk()


if __name__ == "__main__":
    lookalike.main(FakeOllama)
