#!/usr/bin/python3
"""What is read again while the daemon runs: by SIGHUP, by POST /v1/admin/reload, by itself.

All of it is checked, then all of it is in force; what is wrong changes nothing and is named.

usage: reload_test.py CHIMERA [--long]
"""
import os
import re
import signal
import sys
import time

import runner
from harness import CONFIG, Daemon, Scratch
from invariants import check_jobs
from streams import Ended, Sse, WebSocket
from workload import Clients, Work, settle

TOKENS = {"reader": "reader-0123456789abcdef", "chief": "chief-00123456789abcdef",
          "late": "late-000123456789abcdef"}
READ_AGAIN = "were read again"


def until(what, seconds=15):
    """Polls until it holds; the truth of it."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def said_since(daemon, mark):
    return daemon.scratch.log.read_text(encoding="utf-8")[mark:]


def mark_of(daemon):
    return len(daemon.scratch.log.read_text(encoding="utf-8"))


def put(file, text):
    """As an editor does: a new file in the place of the old one."""
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(0o600)
    beside.rename(file)


def hang_up(daemon):
    """SIGHUP; what the daemon says to it."""
    mark = mark_of(daemon)
    daemon.process.send_signal(signal.SIGHUP)
    until(lambda: READ_AGAIN in said_since(daemon, mark) or
          "nothing was changed" in said_since(daemon, mark))
    return said_since(daemon, mark)


def as_token(name):
    return {"Authorization": f"Bearer {TOKENS[name]}"}


def version_of(daemon, persona):
    found = daemon.listed("/v1/personas")
    return next(each["version"] for each in found if each["name"] == persona)


def file_of(daemon, persona):
    for file in daemon.scratch.personas.glob("*.yaml"):
        if f"name: {persona}\n" in file.read_text(encoding="utf-8"):
            return file
    raise AssertionError(persona)


def leave_out(daemon, flag):
    """Starts it without a flag, so that the settings file has the word."""
    words = daemon.command()
    at = words.index(flag)
    daemon.command = lambda: words[:at] + words[at + 2:]


def running_max(daemon):
    return daemon.get("/v1/queue").json()["running_max"]


def backends_of(daemon):
    return {each["name"]: each for each in daemon.listed("/v1/backends")}


def guarded(arguments, *names):
    """A daemon that asks for tokens."""
    scratch = Scratch()
    scratch.tokens = scratch.root / "tokens"
    write_tokens(scratch, *names)
    return Daemon(arguments.chimera, scratch, flags=["--token-file", scratch.tokens]).start()


def write_tokens(scratch, *names):
    scopes = {"reader": "read", "chief": "admin", "late": "read"}
    put(scratch.tokens, "".join(f"{name} {scopes[name]} {TOKENS[name]}\n" for name in names))


def test_a_new_version_of_a_persona_is_seen_by_itself(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    file = file_of(daemon, "Chimera Critic")
    old = version_of(daemon, "Chimera Critic")
    text = file.read_text(encoding="utf-8")
    put(file, re.sub(r"(?m)^version: .*$", "version: 77.1.0", text))
    until(lambda: version_of(daemon, "Chimera Critic") == "77.1.0")
    # In place, without a new file.
    file.write_text(text, encoding="utf-8")
    until(lambda: version_of(daemon, "Chimera Critic") == old)
    daemon.stop()


def test_many_changes_at_once_are_read_once(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    mark = mark_of(daemon)
    for file in daemon.scratch.personas.glob("*.yaml"):
        put(file, file.read_text(encoding="utf-8"))
    until(lambda: READ_AGAIN in said_since(daemon, mark))
    time.sleep(1)
    assert said_since(daemon, mark).count(READ_AGAIN) == 1, said_since(daemon, mark)
    daemon.stop()


def test_a_broken_file_changes_nothing_and_is_named(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    file = file_of(daemon, "Chimera Critic")
    whole = file.read_text(encoding="utf-8")
    old = version_of(daemon, "Chimera Critic")
    mark = mark_of(daemon)
    put(file, whole.replace("version:", "verzion:"))
    line = 1 + whole[:whole.index("version:")].count("\n")
    until(lambda: f"nothing was changed: {file}:{line}:1: verzion: unknown field"
          in said_since(daemon, mark))
    answer = daemon.post("/v1/admin/reload")
    assert answer.status == 422 and answer.json()["status"] == 422, answer
    assert version_of(daemon, "Chimera Critic") == old
    assert daemon.submit({"pipeline": "chain"}, wait=30)["state"] == "completed"
    put(file, whole)
    until(lambda: READ_AGAIN in said_since(daemon, mark))
    daemon.stop()


def test_a_pipeline_that_does_not_fit_is_refused_with_its_place(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    file = daemon.scratch.personas / "bad.yaml"
    mark = mark_of(daemon)
    put(file, "kind: pipeline\nname: bad\nversion: 1\nreport: x\nsteps:\n"
              "  - {name: a, persona: Nobody, inputs: [dataset], output: x}\n")
    until(lambda: f"{file}:6:24: steps[0].persona: no persona is named 'Nobody'"
          in said_since(daemon, mark))
    daemon.stop()


def test_a_new_backend_works_and_running_jobs_keep_theirs(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    config = daemon.scratch.config
    running = daemon.submit({"pipeline": "single", "params": {"backend": "slow"}})
    until(lambda: daemon.job(running["id"])["state"] == "running")
    put(config, CONFIG.replace("  - {name: slow,", "  - {name: fresh, type: simulated, tokens: 3}\n"
                               "  - {name: slow,").replace("tokens_per_second: 50}",
                                                           "tokens_per_second: 5000}"))
    until(lambda: "fresh" in backends_of(daemon))
    job = daemon.submit({"pipeline": "chain", "params": {"backend": "fresh"}}, wait=30)
    assert job["state"] == "completed", job
    quick = daemon.submit({"pipeline": "single", "params": {"backend": "slow"}}, wait=30)
    assert quick["state"] == "completed", quick
    assert daemon.job(running["id"])["state"] == "running"
    daemon.cancel(running["id"])
    assert daemon.wait_for_end(running["id"])["state"] == "canceled"
    daemon.stop()


def test_limits_roots_and_what_needs_a_restart(arguments):
    daemon = Daemon(arguments.chimera, Scratch(CONFIG + "roots: [personas]\n"))
    leave_out(daemon, "--root")
    daemon.start()
    config = daemon.scratch.config
    report = {"pipeline": "technical-report", "params": {"backend": "narrator"},
              "inputs": {"path": str(daemon.scratch.tree)}}
    assert daemon.post("/v1/jobs:validate", report).status == 422
    good = CONFIG + "roots: [personas, results]\nlimits: {running_max: 7, upload_bytes: 1000}\n"
    put(config, good)
    until(lambda: running_max(daemon) == 7)
    assert daemon.post("/v1/jobs:validate", report).status == 200
    upload = daemon.post("/v1/datasets", b"x" * 2000, headers={"Content-Type": "application/x-tar"})
    assert upload.status == 413, upload
    put(config, good.replace("running_max: 7", "running_max: zero"))
    text = hang_up(daemon)
    assert re.search(r"nothing was changed: \S+chimera.yaml:\d+:\d+: limits.running_max", text), text
    assert running_max(daemon) == 7
    put(config, good.replace("results]", "nowhere]"))
    assert "nowhere' is no folder" in hang_up(daemon)
    assert daemon.post("/v1/jobs:validate", report).status == 200
    daemon.stop()


def test_what_cannot_change_is_said(arguments):
    scratch = Scratch("listen: 127.0.0.1:0\n" + CONFIG)
    daemon = Daemon(arguments.chimera, scratch)
    leave_out(daemon, "--listen")
    daemon.start()
    put(scratch.config, "listen: 127.0.0.1:1\n" + CONFIG)
    until(lambda: "listen stays 127.0.0.1:0 until a restart" in scratch.log.read_text())
    answer = daemon.post("/v1/admin/reload")
    assert answer.json()["unchanged"] == ["listen stays 127.0.0.1:0 until a restart"], answer
    daemon.stop()


def test_a_new_token_opens_and_a_removed_one_closes(arguments):
    daemon = guarded(arguments, "chief", "reader")
    assert daemon.get("/v1/queue", headers=as_token("late")).status == 401
    write_tokens(daemon.scratch, "chief", "reader", "late")
    until(lambda: daemon.get("/v1/queue", headers=as_token("late")).status == 200)
    job = daemon.post("/v1/jobs", {"pipeline": "single", "params": {"backend": "slow"}},
                      headers=as_token("chief")).json()["id"]
    ticket = daemon.post("/v1/tickets", headers=as_token("reader")).json()["ticket"]
    sockets = {name: WebSocket(daemon, token=TOKENS[name]) for name in ("reader", "late")}
    for socket in sockets.values():
        assert "result" in socket.call("subscribe", job=job)
    sse = Sse(daemon, job, headers=as_token("reader"))
    sse.next()
    write_tokens(daemon.scratch, "chief", "late")
    try:
        while True:
            sockets["reader"].next(10)
    except Ended as ended:
        assert ended.code == 4401, ended.code
    until(lambda: daemon.get("/v1/queue", headers=as_token("reader")).status == 401)
    while (event := sse.next(10)) is not None:
        assert event["type"] != "stream.end", event
    assert daemon.get(f"/v1/jobs/{job}/events?ticket={ticket}").status == 401
    assert sockets["late"].next(10)["type"], "whose token stays goes on"
    assert "result" in sockets["late"].call("subscribe", job=job)
    sockets["late"].close()
    # A file that others can read is refused, until it is closed to them.
    mark = mark_of(daemon)
    os.chmod(daemon.scratch.tokens, 0o644)
    until(lambda: "others can read the token file" in said_since(daemon, mark))
    os.chmod(daemon.scratch.tokens, 0o600)
    until(lambda: READ_AGAIN in said_since(daemon, mark))
    daemon.post(f"/v1/jobs/{job}/cancel", headers=as_token("chief"))
    daemon.stop()


def test_hangups_under_load_lose_nothing(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    names = ["quick", "chain", "fan"] * (20 if arguments.long else 3)
    works = [Work(name, f"h{number}", daemon.scratch) for number, name in enumerate(names)]
    clients = Clients(daemon, works)
    mark = mark_of(daemon)
    for _ in range(300 if arguments.long else 60):
        daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.02)
    clients.join()
    until(lambda: READ_AGAIN in said_since(daemon, mark))
    check_jobs(daemon, settle(daemon, works))
    assert "nothing was changed" not in said_since(daemon, mark), said_since(daemon, mark)
    assert daemon.stop() == 0


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
