#!/usr/bin/python3
"""A whole job through the embedded engine, on a model that the tests write themselves.

The model writes words of no meaning. So what is shown is the way from a prompt to a report and back
to its numbers, by many agents on one engine, whatever they say and whatever happens to the engine.

usage: llama_test.py CHIMERA RANDOM_MODEL [--only NAME] [--seed N]
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

RANDOM_MODEL = sys.argv.pop(2)

import runner  # noqa: E402
from harness import SOURCE, Daemon, Scratch  # noqa: E402

CONFIG = """\
backends:
  - {{name: local, type: llama, file: "{model}", threads: 1, context: 16384}}
  - {{name: serial, type: llama, file: "{model}", threads: 1, context: 16384, slots: 1}}
  - {{name: strict, type: llama, file: "{model}", threads: 1, gpu: require}}
  - {{name: missing, type: llama, file: "{model}.not-there"}}
defaults: {{backend: local}}
"""

EVIDENCE = " ".join(f"Run {i} took a while and was slow." for i in range(40))
QUESTIONS = ("Which model is the fastest?", "How many rows failed, and why?",
             "Is load time counted?", "What was left out of the run?", "Were the runs repeated?",
             "Does context size matter?", "Which GPU was it?", "What should be measured next time?")
BRANCHES = {f"agent-{c}": question for c, question in zip("abcdefgh", QUESTIONS)}
EIGHT = """\
kind: pipeline
name: eight
version: "1"
description: Eight agents over the same evidence.
steps:
""" + "".join(
    f"  - {{name: {b}, persona: Writer, prompt: '{EVIDENCE} {question}', inputs: [],\n     output: {b}}}\n"
    for b, question in BRANCHES.items()) + f"""\
  - {{name: join, persona: Writer, prompt: Join them., inputs: [{', '.join(BRANCHES)}], output: joined}}
report: joined
"""


class House:
    """A daemon with the embedded engine and a model of its own."""

    def __init__(self, chimera):
        self.scratch = Scratch()
        model = self.scratch.root / "random.gguf"
        subprocess.run([RANDOM_MODEL, model], check=True)
        (self.scratch.personas / "eight.yaml").write_text(EIGHT, encoding="utf-8")
        self.scratch.config.write_text(CONFIG.format(model=model), encoding="utf-8")
        self.daemon = Daemon(chimera, self.scratch).start()

    def engines(self):
        """The ids of the daemon's engine processes."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.daemon.process.pid)],
                                capture_output=True, text=True, check=False).stdout.split()
        return [int(pid) for pid in listed]

    def events(self, job):
        return self.daemon.get(f"/v1/jobs/{job}/events?limit=1000").json()["data"]

    def report_job(self, **params):
        return {"pipeline": "technical-report", "inputs": {"path": str(self.scratch.tree)},
                "params": {"options": {"num_predict": 80, "seed": 7}, **params}}

    def writing_job(self, text, tokens, seed):
        options = {"num_predict": tokens, "seed": seed, "temperature": 1.2}
        return {"pipeline": "single", "params": {"options": options}}

    def eight_agents(self, backend):
        """Hands in a job of eight agents whose words are always the same."""
        options = {"num_predict": 60, "temperature": 0}
        return self.daemon.submit({"pipeline": "eight",
                                   "params": {"backend": backend, "options": options}})["id"]

    def texts(self, job):
        """What each of the eight said, by its hash."""
        return {e["step"]: e["data"]["sha256"] for e in self.events(job)
                if e["type"] == "message.completed" and e["step"] in BRANCHES}


def is_gone(pid):
    """Within 10 s; a process that ended and that nobody has reaped yet is gone too."""
    status = pathlib.Path(f"/proc/{pid}/status")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if re.search(r"^State:\s+Z", status.read_text(), re.M):
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_a_whole_report(arguments):
    """Everything that the model wrote is struck or harmless: every number left is proven."""
    house = House(arguments.chimera)
    daemon = house.daemon
    job = daemon.submit(house.report_job())
    ended = daemon.wait_for_end(job["id"], 240)
    assert ended["state"] == "completed", ended
    folder = house.scratch.root / "report"
    server = f"http://{daemon.host}:{daemon.port}"
    subprocess.run([arguments.chimera, "report", job["id"], "-o", folder, "--server", server],
                   check=True, capture_output=True)
    proven = subprocess.run([arguments.chimera, "verify", folder, "--root", house.scratch.tree],
                            capture_output=True, text=True, check=False)
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert daemon.stop() == 0, daemon.said()


def test_eight_agents_of_a_job_at_once(arguments):
    """They share one engine, and each says what it says when it is alone."""
    house = House(arguments.chimera)
    daemon = house.daemon
    serial = house.eight_agents("serial")
    assert daemon.wait_for_end(serial, 120)["state"] == "completed", daemon.job(serial)
    assert len(set(house.texts(serial).values())) > 2, house.texts(serial)
    job = house.eight_agents("local")
    assert daemon.wait_for_end(job, 120)["state"] == "completed", daemon.job(job)
    assert house.texts(job) == house.texts(serial)
    branches = [e["type"] for e in house.events(job) if e.get("step") in BRANCHES]
    together = branches[:branches.index("message.completed")].count("message.started")
    assert together == 8, branches
    # One that is cancelled in the middle takes nothing with it.
    other = house.eight_agents("local")
    cancelled = house.eight_agents("local")
    while not any(e["type"] == "token.delta" for e in house.events(cancelled)):
        assert daemon.job(cancelled)["state"] in ("queued", "running"), daemon.job(cancelled)
    assert daemon.cancel(cancelled).status in (200, 202)
    assert daemon.wait_for_end(other, 120)["state"] == "completed", daemon.job(other)
    assert house.texts(other) == house.texts(serial)
    assert daemon.wait_for_end(cancelled, 30)["state"] in ("canceled", "completed")
    assert daemon.stop() == 0, daemon.said()


def test_many_jobs_at_once_and_some_cancelled(arguments):
    house = House(arguments.chimera)
    daemon = house.daemon
    jobs = [daemon.submit(house.writing_job(f"Tell me about {i}.", 60, i))["id"] for i in range(8)]
    long = [daemon.submit(house.writing_job("Never end.", 6000, i))["id"] for i in range(2)]
    for job in long:
        assert daemon.cancel(job).status in (200, 202)
    for job in jobs:
        ended = daemon.wait_for_end(job, 120)
        assert ended["state"] in ("completed", "failed"), ended
        if ended["state"] == "failed":
            assert ended["error"]["code"] in ("backend.empty", "backend.repetition"), ended
    for job in long:
        assert daemon.wait_for_end(job, 30)["state"] == "canceled"
    engines = house.engines()
    assert len(engines) == 1, engines
    assert daemon.stop() == 0, daemon.said()
    assert is_gone(engines[0]), "the engine outlived its daemon"


def test_a_killed_engine_costs_an_attempt(arguments):
    house = House(arguments.chimera)
    daemon = house.daemon
    job = daemon.submit(house.report_job())["id"]
    killed = []
    end = time.monotonic() + 60
    while not killed and time.monotonic() < end:
        spoken = any(e["type"] == "token.delta" for e in house.events(job))
        if spoken and house.engines():
            killed = house.engines()
            os.kill(killed[0], signal.SIGKILL)
        time.sleep(0.002)
    assert killed, "no engine seen"
    ended = daemon.wait_for_end(job, 240)
    assert ended["state"] == "completed", ended
    assert "backend.crashed" in str(house.events(job)), [e["type"] for e in house.events(job)]
    assert house.engines() and house.engines() != killed
    assert daemon.stop() == 0, daemon.said()


def test_the_engine_dies_with_its_daemon(arguments):
    house = House(arguments.chimera)
    house.daemon.wait_for_end(house.daemon.submit(house.writing_job("x", 20, 1))["id"])
    engine = house.engines()[0]
    house.daemon.kill()
    assert is_gone(engine), "the engine outlived its daemon"


def test_what_cannot_work_fails_at_once_and_says_why(arguments):
    house = House(arguments.chimera)
    for backend, code in (("strict", "backend.no-gpu"), ("missing", "backend.model")):
        job = house.daemon.submit(house.report_job(backend=backend))["id"]
        ended = house.daemon.wait_for_end(job)
        if backend == "strict" and ended["state"] == "completed":
            continue  # a machine with a GPU
        assert ended["state"] == "failed", ended
        assert code in str(ended), ended
    assert house.daemon.stop() == 0, house.daemon.said()


if __name__ == "__main__":
    assert SOURCE.is_dir()
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
