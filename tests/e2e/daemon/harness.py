"""A daemon under test: its folders, its process, and HTTP as its clients speak it.

Everything is on loopback and in a scratch folder of its own, which goes away with the test
(CHIMERA_TEST_KEEP=1 keeps it).
"""
import atexit
import errno
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30
TERMINAL = ("completed", "failed", "canceled", "rejected")
TERMINAL_EVENTS = ("job.completed", "job.failed", "job.canceled")

# Backends that show the ways of a model: quick, steady, slow, one call at a time, unreliable,
# and one that floods.
CONFIG = """\
backends:
  - {name: quick, type: simulated, tokens: 5}
  - {name: steady, type: simulated, tokens: 20, tokens_per_second: 400}
  - {name: slow, type: simulated, tokens: 2000, tokens_per_second: 50}
  - {name: narrow, type: simulated, tokens: 40, tokens_per_second: 200, slots: 1}
  - {name: flaky, type: simulated, tokens: 10, tokens_per_second: 2000, fail_rate: 0.2,
     cut_rate: 0.3}
  - {name: cutting, type: simulated, tokens: 30, tokens_per_second: 3000, cut_rate: 0.5, seed: 3}
  - {name: broken, type: simulated, tokens: 5, fail_rate: 1}
  - {name: flood, type: simulated, tokens: 1000000}
defaults: {backend: quick}
allowed_origins: ["null"]
"""


class Unreachable(Exception):
    """The connection broke before a whole answer was there."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Recorder:
    """Keeps what the daemon said, for contract_test: a file of JSON lines for each test program.

    CHIMERA_TEST_RECORDS names the folder; without it nothing is kept."""
    EVENTS_OF_A_TYPE_MAX = 100
    BODY_BYTES_MAX = 1 << 20

    def __init__(self, folder, name):
        self.file = None
        self.events = {}
        if folder:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            self.file = open(pathlib.Path(folder) / f"{name}.jsonl", "w", encoding="utf-8")

    def exchange(self, method, path, status, headers, body):
        if not self.file:
            return
        text = None
        if len(body) <= self.BODY_BYTES_MAX and "json" in headers.get("content-type", ""):
            text = body.decode("utf-8", "replace")
        self.write(kind="http", method=method, path=path, status=status, headers=headers, body=text)

    def event(self, transport, event):
        seen = self.events.get((transport, event.get("type")), 0)
        if not self.file or seen >= self.EVENTS_OF_A_TYPE_MAX:
            return
        self.events[(transport, event.get("type"))] = seen + 1
        self.write(kind="event", transport=transport, event=event)

    def write(self, **what):
        self.file.write(json.dumps(what) + "\n")
        self.file.flush()


recorder = Recorder(os.environ.get("CHIMERA_TEST_RECORDS"),
                    pathlib.Path(sys.argv[0] or "python").stem)


class Scratch:
    """Folders of one daemon: data, a small tree of results under the allowed root, settings."""

    def __init__(self, config=CONFIG):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="chimera-daemon-"))
        self.data = self.root / "data"
        self.tree = self.root / "results"
        self.config = self.root / "chimera.yaml"
        self.config.write_text(config, encoding="utf-8")
        self.log = self.root / "daemon.log"
        write_tree(self.tree)
        self.personas = self.root / "personas"
        self.personas.mkdir()
        for folder in (SOURCE / "personas", HERE / "personas"):
            for file in folder.glob("*.yaml"):
                shutil.copy(file, self.personas)
        if not os.environ.get("CHIMERA_TEST_KEEP"):
            atexit.register(self.remove)

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def unfinished_files(self):
        """Files that only an unfinished write leaves behind."""
        left = []
        for file in self.data.rglob("*"):
            inside = file.relative_to(self.data)
            partial = file.name.startswith((".tmp", ".incoming")) or ".unfinished" in file.name
            if file.is_file() and (partial or "spool" in inside.parts[:-1]):
                left.append(str(inside))
        return left


def write_tree(folder):
    folder.mkdir()
    rows = [f"{i},0.0{80 + i},{70 + i % 7}.5,ok" for i in range(1, 13)]
    rows.append("13,,,error: connection refused")
    (folder / "runs.csv").write_text("run,ttft_s,tokens_per_s,status\n" + "\n".join(rows) + "\n")
    (folder / "latency.json").write_text('[{"model":"a","latency_ms":12.5},'
                                         '{"model":"b","latency_ms":14}]')
    (folder / "notes.md").write_text("# Notes\n\nTwo models, one machine.\n")


class Daemon:
    """One process `chimera serve`. `faults` is CHIMERA_FAULTS."""
    running = set()

    def __init__(self, chimera, scratch, flags=(), faults="", environment=None):
        self.chimera, self.scratch = str(chimera), scratch
        self.flags, self.faults = list(flags), faults
        self.environment = dict(environment or {})
        self.process, self.host, self.port = None, "127.0.0.1", 0

    def command(self):
        words = [self.chimera, "serve", "--listen", "127.0.0.1:0", "--data", self.scratch.data,
                 "--root", self.scratch.root, "--config", self.scratch.config,
                 "--personas", self.scratch.personas]
        return [str(word) for word in words + self.flags]

    def launch(self, faults=None):
        """Starts the process and returns at once."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHIMERA_")}
        # Under AddressSanitizer memory that was freed is kept for a while, 256 MiB of it unless told.
        environment.setdefault("ASAN_OPTIONS", "quarantine_size_mb=8")
        environment.update(self.environment)
        faults = self.faults if faults is None else faults
        if faults:
            environment["CHIMERA_FAULTS"] = faults
        self.log_from = self.scratch.log.stat().st_size if self.scratch.log.exists() else 0
        try:
            (self.scratch.data / "endpoint").unlink(missing_ok=True)
        except OSError as problem:
            assert problem.errno == errno.EROFS, problem
        with open(self.scratch.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=environment, cwd=self.scratch.root)
        Daemon.running.add(self.process)
        return self

    def prepare(self):
        """Starts and stops it once, so that what later fails is no part of making its folders."""
        self.start(faults="")
        assert self.stop() == 0, self.said()
        return self

    def start(self, faults=None):
        """Starts and waits until it is ready; raises Unreachable if it ends instead."""
        self.launch(faults)
        if not self.wait_until_ready():
            raise Unreachable(f"the daemon ended with {self.process.returncode}: {self.said()}")
        return self

    def wait_until_ready(self):
        """False if the process ended."""
        end = time.monotonic() + START_SECONDS_MAX
        endpoint = self.scratch.data / "endpoint"
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.forget()
                return False
            try:
                found = re.match(r"http://([^:/]+):(\d+)", endpoint.read_text())
            except (FileNotFoundError, NotADirectoryError):
                found = None
            if found:
                self.host, self.port = found.group(1), int(found.group(2))
                return True
            time.sleep(0.003)
        self.kill()
        raise AssertionError(f"not ready within {START_SECONDS_MAX} s: {self.said()}")

    def said(self):
        """The end of what it wrote on stderr since its start."""
        if not self.scratch.log.exists():
            return ""
        with open(self.scratch.log, "rb") as log:
            log.seek(self.log_from)
            return log.read()[-3000:].decode("utf-8", "replace")

    def forget(self):
        Daemon.running.discard(self.process)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        return self.wait()

    def wait(self, seconds=STOP_SECONDS_MAX):
        code = self.process.wait(seconds)
        self.forget()
        return code

    def stop(self, seconds=STOP_SECONDS_MAX):
        """SIGTERM; its exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def memory_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    # HTTP

    def connection(self, timeout=30):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=30):
        """One request on a connection of its own; a dict as body is sent as JSON."""
        sent = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        connection = self.connection(timeout)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as problem:
            raise Unreachable(f"{method} {path}: {problem!r}") from problem
        finally:
            connection.close()
        got = {name.lower(): value for name, value in response.getheaders()}
        recorder.exchange(method, path, response.status, got, content)
        return Answer(response.status, got, content)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body if body is not None else {}, **more)

    def submit(self, body, key=None, wait=0):
        """The job as the answer shows it; 202 or 200 is expected."""
        headers = {"Idempotency-Key": f'"{key}"'} if key else {}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        answer = self.post("/v1/jobs", body, headers=headers, timeout=30 + wait)
        assert answer.status in (200, 202), f"submit: {answer}"
        return answer.json()

    def job(self, job_id):
        answer = self.get(f"/v1/jobs/{job_id}")
        assert answer.status == 200, f"GET job: {answer}"
        return answer.json()

    def wait_for_end(self, job_id, seconds=60):
        """The job when it is terminal."""
        end = time.monotonic() + seconds
        while True:
            answer = self.get(f"/v1/jobs/{job_id}", headers={"Prefer": "wait=5"}, timeout=40)
            assert answer.status == 200, f"GET job: {answer}"
            job = answer.json()
            if job["state"] in TERMINAL:
                return job
            assert time.monotonic() < end, f"{job_id} is {job['state']} after {seconds} s"

    def cancel(self, job_id):
        return self.post(f"/v1/jobs/{job_id}/cancel", {"reason": "test"})

    def listed(self, path, limit=100):
        """All of a paged list."""
        found, cursor = [], None
        while True:
            query = f"limit={limit}" + (f"&cursor={cursor}" if cursor else "")
            answer = self.get(f"{path}{'&' if '?' in path else '?'}{query}")
            assert answer.status == 200, f"GET {path}: {answer}"
            page = answer.json()
            found += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return found


def kill_strays():
    for process in list(Daemon.running):
        if process.poll() is None:
            process.kill()
            process.wait()


atexit.register(kill_strays)
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
