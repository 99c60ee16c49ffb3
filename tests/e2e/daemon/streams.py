"""The four views of a job's log as streams of events: WebSocket, SSE, NDJSON, paged history.

Each stream has `next(seconds)`: the next event as a dict, or None at its end. What is not in the
log (stream.ready, stream.bookmark, stream.gap, stream.end ...) comes with its "stream." type too.
"""
import asyncio
import base64
import collections
import http.client
import json
import socket
import struct
import sys
import threading
import urllib.parse

try:
    import websockets
except ModuleNotFoundError:
    print("skipped: python3-websockets is not installed")
    sys.exit(77)

from harness import TERMINAL_EVENTS, Unreachable, recorder


class Ended(Exception):
    """The other side closed the stream; `code` is the close code of a WebSocket."""

    def __init__(self, text, code=None):
        super().__init__(text)
        self.code = code


def query_of(**values):
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    text = urllib.parse.urlencode({name: ",".join(value) if isinstance(value, list) else value
                                   for name, value in given.items()})
    return "?" + text if text else ""


def history(daemon, job, after=0, limit=500, **filters):
    """Every stored event after a number, page by page; the caller may stop anywhere."""
    while True:
        query = query_of(after=after, limit=limit, **filters)
        answer = daemon.get(f"/v1/jobs/{job}/events{query}")
        if answer.status != 200:
            raise Unreachable(f"history of {job}: {answer}")
        page = answer.json()
        for event in page["data"]:
            recorder.event("history", event)
            yield event
        after = page["next_cursor"]
        if not after:
            return


def is_log_event(event):
    return not event["type"].startswith("stream.")


class HttpStream:
    """SSE or NDJSON over a connection of its own."""

    def __init__(self, daemon, job, accept, after=0, headers=None, seconds=30, **query):
        self.connection = daemon.connection(seconds)
        sent = {"Accept": accept, **(headers or {})}
        path = f"/v1/jobs/{job}/events{query_of(after=after or None, **query)}"
        try:
            self.connection.request("GET", path, headers=sent)
            self.response = self.connection.getresponse()
        except (OSError, http.client.HTTPException) as problem:
            raise Unreachable(f"GET {path}: {problem!r}") from problem
        self.status = self.response.status
        self.headers = {name.lower(): value for name, value in self.response.getheaders()}
        if self.status != 200:
            self.body = self.response.read()
            recorder.exchange("GET", path, self.status, self.headers, self.body)
        else:
            recorder.exchange("GET", path, self.status, self.headers, b"")

    def line(self, seconds):
        """One line without its end, or None at the end of the stream."""
        if self.connection.sock:
            self.connection.sock.settimeout(seconds)
        try:
            text = self.response.readline()
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise Ended(repr(problem)) from problem
        if not text:
            return None
        return text.decode("utf-8").rstrip("\n")

    def close(self, abrupt=False):
        # http.client hands the socket over to the response when the answer has no length.
        raw = self.connection.sock or getattr(getattr(self.response.fp, "raw", None), "_sock", None)
        if abrupt and raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.response.close()
        self.connection.close()


class Sse(HttpStream):
    transport = "sse"

    def __init__(self, daemon, job, after=0, epoch=None, **more):
        headers = more.pop("headers", {})
        if after and epoch:
            headers["Last-Event-ID"] = f"{epoch}:{after}"
            after = 0
        super().__init__(daemon, job, "text/event-stream", after, headers, **more)
        self.last_id = None
        self.comments = 0

    def next(self, seconds=30):
        fields = {}
        while True:
            line = self.line(seconds)
            if line is None:
                return None
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                fields[name] = fields[name] + "\n" + value if name in fields else value
            elif "data" in fields or "event" in fields:
                break
            else:
                fields = {}
        self.last_id = fields.get("id", self.last_id)
        event = json.loads(fields.get("data") or "{}")
        event.setdefault("type", fields.get("event", "message"))
        if is_log_event(event):
            assert fields.get("event", event["type"]) == event["type"], fields
            assert fields["id"] == f"{event['epoch']}:{event['seq']}", fields
            recorder.event("sse", event)
        return event


class Ndjson(HttpStream):
    transport = "ndjson"

    def __init__(self, daemon, job, after=0, epoch=None, **more):
        super().__init__(daemon, job, "application/x-ndjson", after, follow="true", **more)

    def next(self, seconds=30):
        while True:
            line = self.line(seconds)
            if line is None:
                return None
            if line.strip():
                event = json.loads(line)
                if is_log_event(event):
                    recorder.event("ndjson", event)
                return event


class _Loop:
    """One event loop in a thread for all WebSockets of a test."""
    loop = None
    lock = threading.Lock()

    @classmethod
    def run(cls, coroutine, seconds):
        with cls.lock:
            if cls.loop is None:
                cls.loop = asyncio.new_event_loop()
                threading.Thread(target=cls.loop.run_forever, daemon=True).start()
        future = asyncio.run_coroutine_threadsafe(coroutine, cls.loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise


class WebSocket:
    """One connection; `call` is a command, `next` the next message that is no answer to one."""

    def __init__(self, daemon, path="/v1/stream", token=None, seconds=30, **options):
        protocols = ["chimera.v1.json"]
        if token:
            text = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
            protocols.append(f"chimera.bearer.{text}")
        self.waiting = collections.deque()
        self.commands = 0
        self.closed = None
        url = f"ws://{daemon.host}:{daemon.port}{path}"

        async def connect():
            return await websockets.connect(url, subprotocols=protocols, compression=None,
                                            ping_interval=None, max_size=None, close_timeout=2,
                                            open_timeout=seconds, **options)

        try:
            self.socket = _Loop.run(connect(), seconds + 1)
        except (OSError, EOFError, websockets.InvalidMessage, asyncio.TimeoutError) as problem:
            raise Unreachable(f"{url}: {problem!r}") from problem

    def receive(self, seconds):
        try:
            text = _Loop.run(asyncio.wait_for(self.socket.recv(), seconds), seconds + 5)
        except websockets.ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd else 1006
            raise Ended(repr(closed), self.closed) from closed
        except asyncio.TimeoutError as late:
            raise Ended(f"nothing within {seconds} s") from late
        return json.loads(text)

    def send(self, message):
        text = message if isinstance(message, (str, bytes)) else json.dumps(message)
        try:
            _Loop.run(self.socket.send(text), 30)
        except websockets.ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd else 1006
            raise Ended(repr(closed), self.closed) from closed

    def call(self, method, seconds=30, **params):
        """The whole answer: it has "result" or "error"."""
        self.commands += 1
        number = self.commands
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive(seconds)
            if message.get("id") == number:
                return message
            self.waiting.append(message)

    def next(self, seconds=30):
        message = self.waiting.popleft() if self.waiting else self.receive(seconds)
        if "type" in message and is_log_event(message):
            recorder.event("websocket", message)
        return message

    def close(self, abrupt=False):
        async def leave():
            if abrupt:
                self.socket.transport.abort()
            else:
                await self.socket.close()
        try:
            _Loop.run(leave(), 10)
        except (TimeoutError, websockets.ConnectionClosed):
            pass


class Subscription:
    """A WebSocket that follows one job: the third kind of stream."""
    transport = "websocket"

    def __init__(self, daemon, job, after=0, epoch=None, seconds=30, **params):
        self.socket = WebSocket(daemon, seconds=seconds)
        given = {"job": job, "after": after, **params}
        if epoch:
            given["epoch"] = epoch
        self.answer = self.socket.call("subscribe", **given)
        assert "result" in self.answer, self.answer
        self.result = self.answer["result"]

    def next(self, seconds=30):
        message = self.socket.next(seconds)
        assert message.get("sub", self.result["sub"]) == self.result["sub"], message
        message.pop("sub", None)
        return message

    def close(self, abrupt=False):
        self.socket.close(abrupt)


LIVE = (Subscription, Sse, Ndjson)


def whole_stream(stream, seconds=60):
    """All log events of a stream until the job's end, which it must reach."""
    events = []
    while True:
        event = stream.next(seconds)
        if event is None:
            return events
        if not is_log_event(event):
            assert event["type"] != "stream.error", event
            if event["type"] == "stream.end":
                stream.close()
                return events
            continue
        events.append(event)
        if event["type"] in TERMINAL_EVENTS:
            stream.close()
            return events


def is_rest(got, whole, after):
    """True if `got` tells what `whole` tells after a number, which may lie within merged tokens."""
    told, wanted = expanded(got), expanded([e for e in whole if e["seq"] > after])
    if not told or not wanted:
        return told == wanted
    if wanted[0][1] == "tokens" and wanted[0][0] <= after:
        begun = wanted[0]
        if told[0][:2] != (after + 1, "tokens") or not begun[-1].endswith(told[0][-1]):
            return False
        wanted[0] = (after + 1, *begun[1:-1], told[0][-1])
    return told == wanted


def expanded(events):
    """What a stream told, independent of how tokens were merged: the numbers and the text."""
    told, text, first = [], "", None
    key = None
    for event in events:
        this = (event.get("step"), event.get("attempt"))
        if event["type"] != "token.delta" or (key is not None and this != key):
            if key is not None:
                told.append((first, "tokens", *key, text))
            key, text, first = None, "", None
        if event["type"] == "token.delta":
            if key is None:
                key, first = this, event.get("first_seq", event["seq"])
            text += event["data"]["text"]
        else:
            told.append((event["seq"], event["type"], event.get("step"), event.get("attempt"),
                         event["time"], event["data"]))
    if key is not None:
        told.append((first, "tokens", *key, text))
    return told
