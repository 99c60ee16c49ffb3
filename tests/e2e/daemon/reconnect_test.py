#!/usr/bin/python3
"""Random disconnects and reconnects over WebSocket, SSE, NDJSON and paged history while jobs run.

Each watcher goes on from the last number that it has. In the end each has seen the same events:
nothing lost, nothing doubled, whichever way it came; also over kill -9.

usage: reconnect_test.py CHIMERA [--reconnects N] [--seed N] [--long]
"""
import random
import sys
import threading
import time

import runner
from harness import TERMINAL_EVENTS, Daemon, Scratch, Unreachable
from invariants import check_jobs, text_of
from streams import LIVE, Ended, expanded, history, is_log_event

SHORT, LONG = 100, 1000
WATCHERS = 5
JOBS = ({"pipeline": "chain", "params": {"backend": "steady"}},
        {"pipeline": "fan", "params": {"backend": "narrow"}},
        {"pipeline": "chain", "params": {"backend": "flaky"}})


class Watcher:
    """Follows one job to its end over ways that change at random."""

    def __init__(self, daemon, job, seed):
        self.daemon, self.job, self.random = daemon, job, random.Random(seed)
        self.events, self.epoch, self.after = [], None, 0
        self.reconnects = 0
        self.ways, self.problem = [], None

    def run(self):
        try:
            while not self.ended():
                self.one_connection()
        except Exception as problem:
            self.problem = problem

    def ended(self):
        return bool(self.events) and self.events[-1]["type"] in TERMINAL_EVENTS

    def take(self, event):
        first = event.get("first_seq", event["seq"])
        assert first == self.after + 1, f"{first} after {self.after} by {self.ways[-3:]}"
        self.after, self.epoch = event["seq"], event["epoch"]
        self.events.append(event)

    def one_connection(self):
        self.reconnects += 1
        kind = self.random.choice((*LIVE, None))
        most = self.random.choice((1, 2, 5, 20))
        self.ways.append(kind.transport if kind else "history")
        if kind is None:
            for event in history(self.daemon, self.job, self.after,
                                 limit=self.random.choice((1, 3, 50))):
                self.take(event)
                most -= 1
                if most == 0:
                    return
            return
        stream = kind(self.daemon, self.job, after=self.after, epoch=self.epoch)
        try:
            while most > 0 and not self.ended():
                event = stream.next(20)
                assert event is not None, "the stream ended before the job"
                assert event["type"] != "stream.gap", event
                if is_log_event(event):
                    self.take(event)
                    most -= 1
        except Ended as end:
            raise AssertionError(f"{self.ways[-1]} broke: {end}") from end
        finally:
            stream.close(abrupt=self.random.random() < 0.5)


def test_random_reconnects(arguments):
    wanted = arguments.reconnects or (LONG if arguments.long else SHORT)
    daemon = Daemon(arguments.chimera, Scratch()).start()
    chance, reconnects, jobs = random.Random(arguments.seed), 0, 0
    while reconnects < wanted:
        job = daemon.submit(JOBS[jobs % len(JOBS)])["id"]
        jobs += 1
        watchers = [Watcher(daemon, job, chance.random()) for _ in range(WATCHERS)]
        threads = [threading.Thread(target=watcher.run) for watcher in watchers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        for watcher in watchers:
            if watcher.problem:
                raise watcher.problem
            reconnects += watcher.reconnects
        whole = list(history(daemon, job))
        for watcher in watchers:
            assert expanded(watcher.events) == expanded(whole), watcher.ways
        check_jobs(daemon, [job])
    print(f"    {reconnects} connections over {jobs} jobs")
    assert daemon.stop() == 0


class Survivor(Watcher):
    """Goes on from its last number whenever the daemon is killed and started again."""

    def one_connection(self):
        try:
            super().one_connection()
        except (Unreachable, Ended, OSError):
            time.sleep(0.02)
        except AssertionError as problem:
            if "broke" not in str(problem) and "before the job" not in str(problem):
                raise
            time.sleep(0.02)


def test_watchers_go_on_over_kills(arguments):
    """Numbers follow each other over kill -9, and what stands in the end is what history says.

    Tokens of a cut attempt that were shown and not stored are in nobody's history."""
    kills = 20 if arguments.long else 4
    daemon, chance = Daemon(arguments.chimera, Scratch()).start(), random.Random(arguments.seed)
    for number in range(kills):
        job = daemon.submit(JOBS[number % 2])["id"]
        watchers = [Survivor(daemon, job, chance.random()) for _ in range(WATCHERS)]
        threads = [threading.Thread(target=watcher.run) for watcher in watchers]
        for thread in threads:
            thread.start()
        time.sleep(0.05 + chance.random() * 0.15)
        daemon.kill()
        daemon.start()
        for thread in threads:
            thread.join(120)
        whole = list(history(daemon, job))
        for watcher in watchers:
            if watcher.problem:
                raise watcher.problem
            for what in (lifecycle_of, texts_of):
                assert what(watcher.events) == what(whole), watcher.ways
        check_jobs(daemon, [job])
    print(f"    {kills} kills under {WATCHERS} watchers each")
    assert daemon.stop() == 0


def lifecycle_of(events):
    return [(e["seq"], e["type"], e.get("step")) for e in events if e["type"] != "token.delta"]


def texts_of(events):
    return {step: text_of(events, step) for step in {e.get("step") for e in events} if step}


def test_same_bytes_on_every_way(arguments):
    """After the end, without merging, every way shows the stored events as they are."""
    daemon = Daemon(arguments.chimera, Scratch()).start()
    job = daemon.submit(JOBS[0], wait=30)["id"]
    whole = expanded(list(history(daemon, job)))
    for kind in LIVE:
        stream = kind(daemon, job)
        events = []
        while not events or events[-1]["type"] not in TERMINAL_EVENTS:
            event = stream.next(20)
            if is_log_event(event):
                events.append(event)
        stream.close()
        assert expanded(events) == whole, kind.transport
    assert daemon.stop() == 0


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]),
               runner.parse(__doc__, reconnects=(0, "connections in all")))
