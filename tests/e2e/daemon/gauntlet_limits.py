"""Numbers 17 to 23 of the gauntlet: slow readers, large logs, bad input, the end of a daemon, and
what is not there: time, disk, places in the queue."""
import datetime
import json
import shutil
import socket
import struct
import subprocess
import threading
import time

import runner
from harness import HERE, Daemon, Scratch
from invariants import check_jobs
from streams import Ended, Sse, Subscription, WebSocket, history, is_log_event, whole_stream

FLOOD = {"pipeline": "single", "params": {"backend": "flood"}}
MEMORY_OF_A_SLOW_READER = 96 << 20


def daemon_of(arguments, **more):
    return Daemon(arguments.chimera, Scratch(), **more)


def small_socket(daemon):
    """A connection that holds little in the kernel, so that the daemon meets the slow reader."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((daemon.host, daemon.port))
    return raw


def test_17_slow_reader(arguments):
    daemon = daemon_of(arguments).start()
    tokens = 1_000_000 if arguments.long else 150_000
    before = daemon.memory_bytes()
    body = {"pipeline": "chain", "params": {"backend": "flood",
                                            "options": {"num_predict": tokens // 3}}}
    holder = daemon.submit({"pipeline": "single", "params": {"backend": "slow"}})["id"]
    slow = WebSocket(daemon, sock=small_socket(daemon), max_queue=1, read_limit=4096)
    job = daemon.submit(body)["id"]
    # Merged over 5 ms all of it would fit into what the kernel holds for a connection.
    slow.call("subscribe", job=job, after=0, coalesce_ms=0)
    other = Sse(daemon, job)
    seen = whole_stream(other, 60)
    assert seen[-1]["type"] == "job.completed", seen[-1]
    daemon.wait_for_end(job)
    grown = daemon.memory_bytes() - before
    assert grown < MEMORY_OF_A_SLOW_READER, f"{grown >> 20} MiB for one slow reader"
    # It reads on: everything that is not a token is there, and every token it missed was told.
    got, gaps, reached = [], [], 0
    while not got or got[-1]["type"] != "job.completed":
        message = slow.next(30)
        if message["type"] == "stream.gap":
            gaps.append(message.get("data", message))
        elif is_log_event(message):
            got.append(message)
    assert gaps, "the reader was not slow: this test saw nothing"
    whole = list(history(daemon, job))
    wanted = [e["seq"] for e in whole if e["type"] != "token.delta"]
    assert [e["seq"] for e in got if e["type"] != "token.delta"] == wanted
    covered = [(e.get("first_seq", e["seq"]), e["seq"]) for e in got]
    covered += [(gap["from_seq"], gap["to_seq"]) for gap in gaps]
    for first, last in sorted(covered):
        assert first == reached + 1, f"nothing is said about {reached + 1} to {first - 1}"
        reached = last
    assert reached == whole[-1]["seq"]
    slow.close()
    daemon.cancel(holder)
    check_jobs(daemon, [job])
    daemon.stop()


def test_18_huge_artifact_and_history(arguments):
    daemon = daemon_of(arguments).start()
    tokens = 1_000_000 if arguments.long else 200_000
    job = daemon.submit({"pipeline": "single", "params": {
        "backend": "flood", "options": {"num_predict": tokens}}})["id"]
    ended = daemon.wait_for_end(job, 180)
    assert ended["state"] == "completed", ended["error"]
    check_jobs(daemon, [job])
    made = daemon.get(f"/v1/jobs/{job}/artifacts").json()["data"][0]
    assert made["bytes"] > 256 << 10, made
    path = f"/v1/artifacts/{made['sha256']}"
    whole = daemon.get(path)
    assert "immutable" in whole.headers["cache-control"], whole.headers
    part = daemon.get(path, headers={"Range": f"bytes={made['bytes'] - 100}-"})
    assert part.status == 206 and part.body == whole.body[-100:], part
    assert daemon.get(path, headers={"Range": f"bytes={made['bytes']}-"}).status == 416
    assert daemon.get(path, headers={"If-None-Match": whole.headers["etag"]}).status == 304
    daemon.stop()


BAD_PERSONA = """\
kind: pipeline
name: bad
version: "1"
description: Names nobody.
steps:
  - {name: only, persona: Writter, inputs: [], output: text, prompt: Go.}
report: text
"""
CYCLE = """\
kind: pipeline
name: circle
version: "1"
description: Each waits for the other.
steps:
  - {name: a, persona: Writer, inputs: [two], output: one}
  - {name: b, persona: Writer, inputs: [one], output: two}
report: two
"""
BAD_YAML = "kind: pipeline\nname: [bad\n"


def test_19_bad_definitions(arguments):
    daemon = daemon_of(arguments).start()
    folder = daemon.scratch.personas
    known = [p["name"] for p in daemon.get("/v1/pipelines").json()["data"]]
    cases = {BAD_PERSONA: (6, "Writer"), CYCLE: (None, "a, b"), BAD_YAML: (None, "")}
    for text, (line, word) in cases.items():
        (folder / "bad.yaml").write_text(text)
        answer = daemon.post("/v1/admin/reload")
        problem = answer.json()
        assert answer.status == 422, answer
        assert problem["file"].endswith("bad.yaml") and problem["line"] > 0, problem
        assert line in (None, problem["line"]), problem
        assert text != BAD_YAML or problem["column"] > 0, problem
        assert word in json.dumps(problem), problem
        assert [p["name"] for p in daemon.get("/v1/pipelines").json()["data"]] == known
    (folder / "bad.yaml").unlink()
    assert daemon.post("/v1/admin/reload").status == 200
    wrong = daemon.post("/v1/jobs", {"pipeline": "chian"})
    assert wrong.status == 422 and "'chain'" in wrong.body.decode(), wrong
    assert wrong.json()["errors"][0]["pointer"] == "#/pipeline", wrong
    daemon.stop()
    (folder / "bad.yaml").write_text(CYCLE)
    daemon.launch()
    assert not daemon.wait_until_ready() and daemon.process.returncode == 2, daemon.said()
    assert "bad.yaml:" in daemon.said(), daemon.said()


def test_20_sigterm(arguments):
    daemon = daemon_of(arguments, flags=["--running-max", "2", "--grace", "1s"]).start()
    running = daemon.submit({"pipeline": "chain", "params": {"backend": "slow"}})["id"]
    short = daemon.submit({"pipeline": "single", "params": {"backend": "steady"}})["id"]
    waiting = daemon.submit({"pipeline": "chain"})["id"]
    socket_ = Subscription(daemon, running)
    stream = Sse(daemon, running)
    stopping = threading.Thread(target=daemon.stop)
    stopping.start()
    refused = None
    end = time.monotonic() + 1
    while refused is None and time.monotonic() < end:
        try:
            answer = daemon.post("/v1/jobs", {"pipeline": "chain"}, timeout=2)
        except Exception:
            break
        if answer.status == 503:
            refused = answer
    assert refused and refused.headers.get("retry-after"), f"refused: {refused}"
    assert daemon.get("/readyz").status == 503
    code = None
    try:
        while True:
            socket_.next(10)
    except Ended as ended:
        code = ended.code
    assert code == 1012, f"closed with {code}"
    # The stream of SSE ends too, without an end of the job that is none.
    types = [e["type"] for e in iter(lambda: stream.next(10), None)]
    assert not {"job.completed", "job.failed", "job.canceled"} & set(types), types[-3:]
    stopping.join(20)
    assert daemon.process.returncode == 0, daemon.said()
    daemon.start()
    daemon.cancel(running)
    assert daemon.wait_for_end(waiting)["state"] == "completed"
    assert daemon.wait_for_end(short)["state"] == "completed"
    assert daemon.wait_for_end(running)["state"] == "canceled"
    check_jobs(daemon, [running, short, waiting])
    daemon.stop()


class MovedClock:
    """A wall clock of its own for one daemon, which the test moves."""

    def __init__(self, scratch):
        compiler = shutil.which("clang-19") or runner.need_tool("cc")
        library = scratch.root / "moved_clock.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library,
                        HERE / "moved_clock.c"], check=True)
        self.file = scratch.root / "seconds"
        self.move(0)
        self.environment = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(self.file)}

    def move(self, seconds):
        with open(self.file, "r+b" if self.file.exists() else "wb") as out:
            out.write(struct.pack("q", seconds))


def test_21_clock_jumps(arguments):
    for jump in (3600, -3600, 40 * 86400, -400 * 86400):
        scratch = Scratch()
        clock = MovedClock(scratch)
        daemon = Daemon(arguments.chimera, scratch, environment=clock.environment).start()
        ids = [daemon.submit({"pipeline": "chain"}, wait=20)["id"]]
        body = {"pipeline": "chain", "params": {"backend": "steady"}, "budget": {"seconds": 60}}
        ids += [daemon.submit(body)["id"] for _ in range(3)]
        stream = Sse(daemon, ids[1])
        stream.next()
        clock.move(jump)
        moved = daemon.submit({"pipeline": "chain"}, wait=20)
        there = datetime.datetime.fromisoformat(moved["created_at"].replace("Z", "+00:00"))
        off = (there - datetime.datetime.now(datetime.timezone.utc)).total_seconds() - jump
        assert abs(off) < 60, f"the clock of the daemon is off by {off} s: this test saw nothing"
        ids.append(moved["id"])
        whole_stream(stream, 20)
        for job in ids:
            ended = daemon.wait_for_end(job, 30)
            assert ended["state"] == "completed", ended
        assert len(set(ids)) == 5
        check_jobs(daemon, ids)
        listed = [job["id"] for job in daemon.listed("/v1/jobs", limit=2)]
        assert sorted(listed) == sorted(ids), listed
        daemon.kill()
        clock.move(0)
        daemon.start()
        assert [job["id"] for job in daemon.listed("/v1/jobs", limit=2)] == listed
        assert daemon.submit({"pipeline": "chain"}, wait=20)["state"] == "completed"
        daemon.stop()
        scratch.remove()


def test_22_disk_full(arguments):
    # From the 30th write on; what is possible on other disks is in storage_faults_test.
    daemon = daemon_of(arguments, faults="sqlite.write=enospc@30+").prepare().start()
    accepted, refused = [], None
    for _ in range(200):
        answer = daemon.post("/v1/jobs", {"pipeline": "chain"})
        if answer.status != 202:
            refused = answer
            break
        accepted.append(answer.json()["id"])
    assert refused is not None and refused.status == 503, refused
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert daemon.get("/readyz").status == 503 and daemon.get("/healthz").status == 200
    assert daemon.get("/v1/jobs").status == 200
    for job in accepted:
        assert daemon.get(f"/v1/jobs/{job}").status == 200
        assert daemon.get(f"/v1/jobs/{job}/events").status == 200
    daemon.kill()
    daemon.start(faults="")
    for job in accepted:
        daemon.wait_for_end(job)
    check_jobs(daemon, accepted)
    daemon.stop()


def test_23_queue_limit(arguments):
    daemon = daemon_of(arguments, flags=["--running-max", "1", "--waiting-max", "2"]).start()
    jobs = [daemon.submit({"pipeline": "chain", "params": {"backend": "slow"}})["id"]]
    end = time.monotonic() + 10
    while daemon.job(jobs[0])["state"] != "running" and time.monotonic() < end:
        time.sleep(0.01)
    for place in (1, 2):
        job = daemon.submit({"pipeline": "chain"})
        assert job["queue"]["position"] == place, job["queue"]
        jobs.append(job["id"])
    full = daemon.post("/v1/jobs", {"pipeline": "chain"})
    assert full.status == 429 and int(full.headers["retry-after"]) > 0, full
    assert full.json()["position"] == 3 and full.json()["retryable"], full
    daemon.cancel(jobs[0])
    for job in jobs:
        daemon.wait_for_end(job)
    assert daemon.submit({"pipeline": "chain"}, wait=20)["state"] == "completed"
    check_jobs(daemon, jobs)
    daemon.stop()


def test_23_queue_limit_under_many_at_once(arguments):
    """Requests under way count too: the bound holds when all come in the same moment."""
    daemon = daemon_of(arguments, flags=["--running-max", "1", "--waiting-max", "4"]).start()
    answers = []

    def ask():
        answers.append(daemon.post("/v1/jobs", {"pipeline": "chain",
                                                "params": {"backend": "slow"}}))

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [answer.json()["id"] for answer in answers if answer.status == 202]
    assert {answer.status for answer in answers} == {202, 429}, answers
    assert len(taken) == 5, f"{len(taken)} jobs were taken by a queue for 1 and 4"
    for job in taken:
        daemon.cancel(job)
        daemon.wait_for_end(job)
    check_jobs(daemon, taken)
    daemon.stop()
