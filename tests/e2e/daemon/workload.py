"""Mixed jobs, and clients that never give up: each asks for a job by one key until it is taken."""
import random
import threading
import time

from harness import Unreachable

ANSWER_SECONDS = 20


def body_of(kind, scratch, key):
    bodies = {
        "chain": {"pipeline": "chain", "params": {"backend": "steady"}},
        "quick": {"pipeline": "chain"},
        "fan": {"pipeline": "fan", "params": {"backend": "narrow"}},
        "report": {"pipeline": "technical-report", "inputs": {"path": str(scratch.tree)},
                   "params": {"backend": "narrator"}},
        "canceled": {"pipeline": "chain", "params": {"backend": "slow"}},
        "large": {"pipeline": "single", "params": {"backend": "flood",
                                                   "options": {"num_predict": 20_000}}},
        "flaky": {"pipeline": "chain", "params": {"backend": "flaky"}},
    }
    return {**bodies[kind], "labels": {"key": key, "kind": kind}}


class Work:
    """One job that a client wants done; `answered` are the ids of the answers with 202 or 200."""

    def __init__(self, kind, key, scratch):
        self.kind, self.key = kind, key
        self.body = body_of(kind, scratch, key)
        self.answered = []
        self.lost = 0
        self.refused = []

    def try_once(self, daemon):
        try:
            answer = daemon.post("/v1/jobs", self.body, timeout=ANSWER_SECONDS,
                                 headers={"Idempotency-Key": f'"{self.key}"'})
        except Unreachable:
            self.lost += 1
            return False
        if answer.status in (200, 202):
            self.answered.append(answer.json()["id"])
            return True
        self.refused.append(answer)
        assert answer.status in (409, 429, 503, 507), f"{self.kind} {self.key}: {answer}"
        return False


class Clients:
    """Threads that hand in jobs while the daemon may be killed at any moment."""

    def __init__(self, daemon, works, threads=3, seed=0):
        self.daemon, self.problems = daemon, []
        self.random = random.Random(seed)
        self.left = list(works)
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.hand_in) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def hand_in(self):
        while True:
            with self.lock:
                if not self.left:
                    return
                work = self.left.pop()
                pause = self.random.random() * 0.05
            try:
                if work.try_once(self.daemon) and work.kind == "canceled":
                    time.sleep(pause)
                    self.daemon.cancel(work.answered[-1])
            except Unreachable:
                pass
            except Exception as problem:
                self.problems.append(problem)
                return

    def join(self):
        for thread in self.threads:
            thread.join(ANSWER_SECONDS * 3)
        assert not self.problems, self.problems


def settle(daemon, works, seconds=60):
    """After the last restart: every job is asked for again, ends, and is one job. Their ids."""
    for work in works:
        end = time.monotonic() + seconds
        while not work.try_once(daemon):
            assert time.monotonic() < end, f"{work.key} is refused: {work.refused[-1:]}"
            time.sleep(0.05)
        assert len(set(work.answered)) == 1, f"{work.key} became several jobs: {work.answered}"
    for work in works:
        if work.kind == "canceled":
            answer = daemon.cancel(work.answered[0])
            assert answer.status in (200, 202), answer
    for work in works:
        job = daemon.wait_for_end(work.answered[0], seconds)
        expected = {"canceled": ("canceled",), "flaky": ("completed", "failed")}
        allowed = expected.get(work.kind, ("completed",))
        assert job["state"] in allowed, f"{work.kind} {job['id']} {job['state']}: {job['error']}"
    return [work.answered[0] for work in works]
