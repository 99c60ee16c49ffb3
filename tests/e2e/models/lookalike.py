"""What every look-alike of a model server shares: HTTP on loopback, scripted answers, faults.

A look-alike runs on a thread of its own. It keeps each request, says what `answers` tell it (or
its default), as fast as `tokens_per_second` allows, and fails as `faults` order: each call for
text takes the first fault of the list that fits it. From outside of the process, POST
/control/faults adds to them and GET /control/requests shows what came.
"""
import asyncio
import json
import re
import socket
import struct
import threading
import time

BODY_BYTES_MAX = 64 << 20
STATUS_WORDS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests",
                500: "Internal Server Error", 503: "Service Unavailable"}


class Left(Exception):
    """The client has closed the connection."""


class Call:
    """One request for text, and what became of it."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.begun = time.monotonic()
        self.sent = 0           # tokens
        self.fault = None
        self.ended = None       # "done", "left" (by the client) or the kind of the fault
        self.ended_at = None

    def end(self, how):
        if self.ended is None:
            self.ended, self.ended_at = how, time.monotonic()


class Exchange:
    """The connection of one request."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.gone = None

    def watch(self):
        """From here on the client has nothing more to say: a byte or the end means that it left."""
        self.gone = asyncio.ensure_future(self.reader.read(1))

    async def send(self, data):
        if self.gone and self.gone.done():
            raise Left()
        self.writer.write(data)
        try:
            await self.writer.drain()
        except (ConnectionError, OSError) as problem:
            raise Left() from problem

    async def head(self, status, content_type, length=None):
        size = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
        word = STATUS_WORDS.get(status, "Status")
        await self.send(f"HTTP/1.1 {status} {word}\r\nContent-Type: {content_type}\r\n"
                        f"Connection: close\r\n{size}\r\n\r\n".encode())

    async def whole(self, status, document):
        body = json.dumps(document).encode()
        await self.head(status, "application/json", len(body))
        await self.send(body)

    async def chunk(self, data):
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def last_chunk(self):
        await self.send(b"0\r\n\r\n")

    async def pause(self, seconds):
        """Raises Left as soon as the client leaves."""
        if seconds <= 0 and not self.gone.done():
            return
        done, _ = await asyncio.wait({self.gone}, timeout=seconds)
        if done:
            raise Left()

    def reset(self):
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class LookAlike:
    """`answers`: [{"when": pattern, "say": text}], the first whose pattern is found in the whole
    prompt; None as `say` of a server's own default. `faults`: [{"kind": ..., "after": tokens,
    "when": pattern, "times": n}]; the kinds are those of the dialect and "cut", "reset", "stall"."""
    default_answer = "This is what was asked for."

    def __init__(self, answers=(), tokens_per_second=0.0, first_token_seconds=0.0, parallel=4,
                 tls=None):
        self.answers = list(answers)
        self.faults = []
        self.tokens_per_second = tokens_per_second
        self.first_token_seconds = first_token_seconds
        self.parallel = parallel
        self.tls = tls       # an ssl.SSLContext of the server's side
        self.calls = []      # for text
        self.requests = []   # all: (method, path, body)
        self.running = self.running_most = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._slots = self._server = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    @property
    def url(self):
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def start(self, port=0):
        self.port = port
        self._thread.start()
        self._started.wait(10)
        return self

    def stop(self):
        """Closes its port; connections that are open are left as they are."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def fail(self, kind, **more):
        self.faults.append({"kind": kind, **more})

    def wait_for(self, what, seconds=20):
        """Waits until what(self) is true, and gives it."""
        end = time.monotonic() + seconds
        while True:
            found = what(self)
            if found:
                return found
            assert time.monotonic() < end, f"not within {seconds} s"
            time.sleep(0.002)

    def _run(self):
        asyncio.set_event_loop(self._loop)

        async def listen():
            self._slots = asyncio.Semaphore(self.parallel)
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port,
                                                      ssl=self.tls)
            self.port = self._server.sockets[0].getsockname()[1]
            self._started.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        exchange = Exchange(reader, writer)
        try:
            await self._answer(exchange)
        except (Left, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            if exchange.gone:
                exchange.gone.cancel()
            writer.close()

    async def _answer(self, exchange):
        head = (await exchange.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in
                   (line.partition(":") for line in head[1:] if line)}
        length = int(headers.get("content-length", "0"))
        assert length <= BODY_BYTES_MAX
        body = json.loads(await exchange.reader.readexactly(length) or b"null") if length else None
        exchange.watch()
        if path == "/control/faults":
            self.faults += body
            await exchange.whole(200, self.faults)
        elif path == "/control/requests":
            await exchange.whole(200, self.requests)
        else:
            self.requests.append((method, path, body))
            await self.answer(exchange, method, path, headers, body)

    # What a dialect is made of

    async def answer(self, exchange, method, path, headers, body):
        raise NotImplementedError

    def said(self, prompt):
        for answer in self.answers:
            if re.search(answer["when"], prompt):
                return answer["say"]
        return self.default_answer

    def take_fault(self, prompt):
        """The fault of this call; it is used up after `times` (1) calls, 0 = never."""
        for fault in self.faults:
            if not re.search(fault.get("when", ""), prompt):
                continue
            times = fault.get("times", 1)
            if times == 1:
                self.faults.remove(fault)
            elif times > 1:
                fault["times"] = times - 1
            return fault
        return None

    async def speak(self, exchange, call, text, piece):
        """Sends the tokens of `text`, each as `piece(token)`, until the call's fault is due.
        True: it said all."""
        fault = call.fault or {}
        after = fault.get("after")
        await exchange.pause(self.first_token_seconds)
        begun = time.monotonic()
        for token in tokens_of(text):
            if after is not None and call.sent >= after:
                break
            await exchange.chunk(piece(token))
            call.sent += 1
            if self.tokens_per_second:
                due = begun + call.sent / self.tokens_per_second
                await exchange.pause(due - time.monotonic())
        kind = fault.get("kind")
        if kind == "cut":
            await exchange.last_chunk()
        elif kind == "reset":
            await exchange.pause(0.05)
            exchange.reset()
        elif kind == "stall":
            await exchange.pause(fault.get("seconds", 3600))
        if kind in ("cut", "reset", "stall"):
            call.end(kind)
            return False
        return True


def tokens_of(text):
    """Roughly as a tokenizer cuts it: words with the blank before them, other characters alone."""
    return re.findall(r"\s?\w{1,6}|\s?[^\w\s]|\s", text)


def main(make):
    """Runs a look-alike from the command line: PORT [--answers FILE] [--speed TOKENS_A_SECOND]."""
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--answers", default="", help='JSON: [{"when": pattern, "say": text}]')
    parser.add_argument("--speed", type=float, default=0.0)
    arguments = parser.parse_args()
    answers = []
    if arguments.answers:
        with open(arguments.answers, encoding="utf-8") as file:
            answers = json.load(file)
    server = make(answers=answers, tokens_per_second=arguments.speed).start(arguments.port)
    print(server.url, flush=True)
    threading.Event().wait()
