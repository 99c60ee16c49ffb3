#!/usr/bin/python3
"""kill -9 at random moments and at every write to the log, over mixed jobs.

After each kill and restart: every accepted job ends; no finished step ran twice; no event number
is missing or doubled; every artifact has its hash; no temporary file stays; a request whose answer
was lost and that is sent again is one job.

usage: kill_test.py CHIMERA [--rounds N] [--seed N] [--long]
"""
import concurrent.futures
import random
import statistics
import sys
import threading
import time

import runner
from harness import Daemon, Scratch, Unreachable
from invariants import check_jobs
from workload import Clients, Work, settle

KINDS = ("chain", "quick", "fan", "report", "canceled", "flaky")
ROUNDS_SHORT, ROUNDS_LONG = 20, 500
LANES = 4
# Where CHIMERA_FAULTS may end the process: each commit of the log passes by the first ones, large
# artifacts by the shelf.
POINTS = ("store.commit.before", "store.commit.middle", "store.commit.after", "sqlite.write",
          "sqlite.sync", "shelf.write", "shelf.sync", "shelf.rename")


class Round:
    """Some jobs, one or more deaths, one recovery, all checks."""

    def __init__(self, chimera, scratch, number, seed):
        self.random = random.Random(seed)
        self.daemon = Daemon(chimera, scratch)
        self.name = f"round {number}"
        kinds = self.random.sample(KINDS, 3)
        self.works = [Work(kind, f"{number}-{i}", scratch) for i, kind in enumerate(kinds)]
        self.seed = seed

    def die_at_random(self):
        self.daemon.start()
        clients = Clients(self.daemon, self.works, seed=self.seed)
        # Most of what can be cut happens early.
        time.sleep(self.random.random() ** 2 * 0.6)
        self.daemon.kill()
        clients.join()
        return True

    def die_at(self, point, hit):
        """False if the process did all its work without coming by that often."""
        self.daemon.launch(faults=f"{point}=kill@{hit}")
        if not self.daemon.wait_until_ready():
            return True
        clients = Clients(self.daemon, self.works, seed=self.seed)
        clients.join()
        end = time.monotonic() + 20
        while self.daemon.alive() and time.monotonic() < end:
            try:
                queue = self.daemon.get("/v1/queue").json()
            except Unreachable:
                continue
            if queue["running"] == 0 and queue["waiting"] == 0:
                break
            time.sleep(0.01)
        time.sleep(0.1)
        died = not self.daemon.alive()
        self.daemon.kill()
        return died

    def die_in_recovery(self):
        if self.random.random() < 0.5:
            self.daemon.launch()
            time.sleep(self.random.random() * 0.2)
            self.daemon.kill()
        else:
            hit = self.random.randrange(1, 8)
            self.daemon.launch(faults=f"{self.random.choice(POINTS)}=kill@{hit}")
            time.sleep(0.2)
            self.daemon.kill()

    def recover_and_check(self, limit_seconds=60):
        begun = time.monotonic()
        self.daemon.start(faults="")
        ready = time.monotonic() - begun
        check_jobs(self.daemon, settle(self.daemon, self.works, limit_seconds))
        return ready


def all_jobs_are_ours(daemon, works):
    """The list of all jobs holds one job for each key and nothing else."""
    listed = [job["labels"].get("key") for job in daemon.listed("/v1/jobs")]
    wanted = sorted(work.key for work in works)
    assert sorted(listed) == wanted, f"{len(listed)} jobs for {len(wanted)} keys"


class Lane:
    """Rounds one after the other on one data folder; several lanes run side by side."""

    def __init__(self, arguments, numbers):
        self.arguments, self.numbers = arguments, numbers
        self.scratch, self.works, self.starts, self.took = Scratch(), [], [], []
        self.problem = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            for number in self.numbers:
                if self.problem is None:
                    self.round(number)
            last = Daemon(self.arguments.chimera, self.scratch).start()
            all_jobs_are_ours(last, self.works)
            assert last.stop() == 0
            self.scratch.remove()
        except Exception as problem:
            self.problem = problem

    def round(self, number):
        begun = time.monotonic()
        one = Round(self.arguments.chimera, self.scratch, number,
                    self.arguments.seed * 1000 + number)
        self.works += one.works
        try:
            one.die_at_random()
            if one.random.random() < 0.3:
                one.die_in_recovery()
            self.starts.append(one.recover_and_check())
        except Exception:
            print(f"    round {number} of seed {self.arguments.seed}, log:\n{one.daemon.said()}")
            raise
        finally:
            one.daemon.kill()
        self.took.append(time.monotonic() - begun)


def test_random_moments(arguments):
    rounds = arguments.rounds or (ROUNDS_LONG if arguments.long else ROUNDS_SHORT)
    lanes = [Lane(arguments, range(first, rounds, LANES)) for first in range(LANES)]
    for lane in lanes:
        lane.thread.join()
    for lane in lanes:
        if lane.problem:
            raise lane.problem
    works = [work for lane in lanes for work in lane.works]
    took = [seconds for lane in lanes for seconds in lane.took]
    starts = [seconds for lane in lanes for seconds in lane.starts]
    lost = sum(work.lost for work in works)
    print(f"    {rounds} kills, {len(works)} jobs, {lost} lost answers; a round "
          f"{statistics.median(took):.2f} s; start to ready after a kill: median "
          f"{statistics.median(starts) * 1000:.0f} ms, most {max(starts) * 1000:.0f} ms")


def kill_at(arguments, point, hit, kinds):
    """One kill, one recovery, all checks; False if the point was not reached that often."""
    scratch = Scratch()
    one = Round(arguments.chimera, scratch, hit, arguments.seed + hit)
    one.works = [Work(kind, f"{kind}-{hit}", scratch) for kind in kinds]
    try:
        died = one.die_at(point, hit)
        one.recover_and_check()
        all_jobs_are_ours(one.daemon, one.works)
    except Exception:
        print(f"    {point}=kill@{hit}, log:\n{one.daemon.said()}")
        raise
    finally:
        one.daemon.kill()
        scratch.remove()
    return died


def hits_of(point, arguments, kinds, most):
    """Kills at hit 1, 2, 3 ... of one point until no run comes by that often; how many died."""
    hits, died = [], 0
    while not hits or hits[-1] < most:
        last = hits[-1] if hits else 0
        # Every commit; of the many writes of the database every one at first, then some.
        step = 1 if point.startswith("store") else max(1, last // 10)
        hits = [last + step * n for n in range(1, LANES + 1) if last + step * n <= most]
        with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
            deaths = list(lanes.map(lambda hit: kill_at(arguments, point, hit, kinds), hits))
        died += sum(deaths)
        if not any(deaths):
            break
    return died


def test_every_write_to_the_log(arguments):
    for point in POINTS:
        shelf = point.startswith("shelf")
        kinds = ("large", "report") if shelf else ("quick",)
        if arguments.long:
            kinds = ("quick", "large", "fan", "report", "canceled")
        most = 10_000 if arguments.long else 1 if shelf else 4
        died = hits_of(point, arguments, kinds, most)
        print(f"    {point}: {died} kills", flush=True)
        assert died > 0, f"the point {point} was never reached"


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]),
               runner.parse(__doc__, rounds=(0, "kills at random moments")))
