#!/usr/bin/python3
"""Foreign clients against the daemon: curl, Node's ws, python3-websockets, a browser.

usage: clients_test.py CHIMERA
"""
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse

import runner
from harness import CONFIG, HERE, Daemon, Scratch
from streams import Subscription, WebSocket, expanded, history, is_log_event, whole_stream

CHAIN = {"pipeline": "chain", "params": {"backend": "steady"}}
TOKEN = "a-token-for-these-tests"


def started(arguments, **more):
    return Daemon(arguments.chimera, Scratch(), **more).start()


def with_token(arguments, config=CONFIG):
    """A daemon that wants a token, and the header that gives it."""
    scratch = Scratch(config)
    tokens = scratch.root / "tokens"
    tokens.write_text(f"tester read,submit,admin {TOKEN}\n")
    tokens.chmod(0o600)
    daemon = Daemon(arguments.chimera, scratch, flags=["--token-file", tokens]).start()
    return daemon, {"Authorization": f"Bearer {TOKEN}"}


def output_of(*command, seconds=60):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=seconds)
    assert done.returncode == 0, f"{command[0]}: {done.returncode} {done.stderr[-2000:].decode()}"
    return done.stdout


def url_of(daemon):
    return f"http://{daemon.host}:{daemon.port}"


def same_as_history(daemon, job, events):
    assert expanded(events) == expanded(list(history(daemon, job))), events[-3:]


def test_curl_submits_and_follows(arguments):
    curl = runner.need_tool("curl")
    daemon = started(arguments)
    url = url_of(daemon)
    head = ["-sS", "--fail-with-body", "--max-time", "40"]
    job = json.loads(output_of(curl, *head, "-H", 'Idempotency-Key: "c"', "-H",
                               "Content-Type: application/json", "-d", json.dumps(CHAIN),
                               f"{url}/v1/jobs"))["id"]
    lines = output_of(curl, *head, "-N", "-H", "Accept: application/x-ndjson",
                      f"{url}/v1/jobs/{job}/events?follow=true").decode().splitlines()
    told = [json.loads(line) for line in lines if line.strip()]
    same_as_history(daemon, job, [e for e in told if is_log_event(e)])
    text = output_of(curl, *head, "-N", "-H", "Accept: text/event-stream",
                     f"{url}/v1/jobs/{job}/events").decode()
    data = [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:")]
    same_as_history(daemon, job, [e for e in data if is_log_event(e)])
    assert "event: stream.end" in text, text[-200:]
    daemon.stop()


def test_curl_fetches_a_range(arguments):
    curl = runner.need_tool("curl")
    daemon = started(arguments)
    job = daemon.submit(CHAIN, wait=30)
    made = daemon.get(f"/v1/jobs/{job['id']}/artifacts").json()["data"][0]
    url = url_of(daemon) + made["href"]
    whole = output_of(curl, "-sS", url)
    assert output_of(curl, "-sS", "-r", "3-9", url) == whole[3:10]
    assert output_of(curl, "-sS", "-r", "-4", url) == whole[-4:]
    # curl -C goes on with a broken download.
    part = daemon.scratch.root / "part"
    part.write_bytes(whole[:5])
    output_of(curl, "-sS", "-C", "-", "-o", part, url)
    assert part.read_bytes() == whole
    daemon.stop()


def test_curl_uploads_a_dataset(arguments):
    curl = runner.need_tool("curl")
    daemon = started(arguments)
    archive = daemon.scratch.root / "results.tar.gz"
    subprocess.run(["tar", "czf", archive, "-C", daemon.scratch.tree, "."], check=True)
    made = json.loads(output_of(curl, "-sS", "--fail-with-body", "-H",
                                "Content-Type: application/gzip", "--data-binary", f"@{archive}",
                                url_of(daemon) + "/v1/datasets"))
    job = daemon.submit({"pipeline": "technical-report", "inputs": {"dataset": made["id"]},
                         "params": {"backend": "narrator"}}, wait=60)
    assert job["state"] == "completed", job["error"]
    page = output_of(curl, "-sS", "-H", "Accept: text/html",
                     f"{url_of(daemon)}/v1/jobs/{job['id']}/report")
    assert b"<html" in page
    assert not daemon.scratch.unfinished_files()
    daemon.stop()


def test_node_ws(arguments):
    node = runner.need_tool("node")
    if not (HERE / "node_modules" / "ws").exists():
        raise runner.Skip("run 'npm ci' in tests/e2e/daemon")
    daemon, head = with_token(arguments)
    job = daemon.post("/v1/jobs", CHAIN, headers=head).json()["id"]
    lines = output_of(node, HERE / "watch.mjs", f"ws://{daemon.host}:{daemon.port}", job, TOKEN)
    told = [json.loads(line) for line in lines.splitlines()]
    assert told[0]["id"] == 1 and told[0]["result"]["sub"], told[0]
    events = [e for e in told[1:] if is_log_event(e)]
    assert [e["seq"] for e in events][-1] and events[-1]["type"] == "job.completed"
    page = daemon.get(f"/v1/jobs/{job}/events?limit=1000", headers=head).json()["data"]
    assert expanded(events) == expanded(page)
    daemon.stop()


def test_python_websockets(arguments):
    daemon = started(arguments)
    job = daemon.submit(CHAIN)["id"]
    same_as_history(daemon, job, whole_stream(Subscription(daemon, job)))
    daemon.stop()


class Site:
    """Somebody's web server with page.html, and the place where the page says what it saw."""

    def __init__(self):
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path == "/"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                if found:
                    self.wfile.write((HERE / "page.html").read_bytes())

            def do_POST(self):
                site.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                site.done.set()

            def log_message(self, *_):
                pass

        self.told, self.done = None, threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"


def test_browser(arguments):
    browser = runner.need_tool("chromium")
    site = Site()
    daemon, head = with_token(arguments, CONFIG.replace('"null"', f'"{site.origin}"'))
    job = daemon.post("/v1/jobs", CHAIN, headers=head).json()["id"]
    tickets = [daemon.post("/v1/tickets", headers=head).json()["ticket"] for _ in range(2)]
    asked = {"http": url_of(daemon), "ws": f"ws://{daemon.host}:{daemon.port}", "job": job,
             "tickets": tickets}
    process = subprocess.Popen(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         f"--user-data-dir={daemon.scratch.root / 'browser'}", "--remote-debugging-port=0",
         site.origin + "/#" + urllib.parse.quote(json.dumps(asked))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        assert site.done.wait(60), "the page said nothing within 60 s"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        site.server.shutdown()
    told = site.told
    assert not told["problem"] and told["protocol"] == "chimera.v1.json", told["problem"]
    whole = daemon.get(f"/v1/jobs/{job}/events?limit=1000", headers=head).json()["data"]
    for way in ("websocket", "sse"):
        assert expanded(told[way]) == expanded(whole), (way, len(told[way]), len(whole))
    daemon.stop()


def test_browser_of_a_stranger_is_refused(arguments):
    """A page of somebody else's site reaches neither the API nor a stream."""
    daemon = started(arguments)
    for origin in ("https://evil.example", "http://127.0.0.1.evil.example"):
        assert daemon.get("/v1/jobs", headers={"Origin": origin}).status == 403
        try:
            WebSocket(daemon, origin=origin)
        except Exception as refused:
            assert "403" in repr(refused), refused
        else:
            raise AssertionError(f"a WebSocket of {origin} was taken")
    rebound = daemon.get("/v1/jobs", headers={"Host": "evil.example"})
    assert rebound.status in (403, 421), rebound
    daemon.stop()


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
