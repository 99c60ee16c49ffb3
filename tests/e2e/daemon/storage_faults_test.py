#!/usr/bin/python3
"""Disks that are full, fail or cannot be written: the daemon refuses, stays readable, says so, and
never acknowledges what it does not keep.

usage: storage_faults_test.py CHIMERA [--long]
"""
import os
import pathlib
import subprocess
import sys
import time

import runner
from harness import Daemon, Scratch, Unreachable
from invariants import check_jobs

JOB = {"pipeline": "chain"}
REFUSALS = (503,)


def submit_until_refused(daemon, most=300):
    """Ids of the answers with 202, and the first refusal (None: the process ended)."""
    accepted = []
    for number in range(most):
        try:
            answer = daemon.post("/v1/jobs", JOB, headers={"Idempotency-Key": f'"k{number}"'})
        except Unreachable:
            return accepted, None
        if answer.status != 202:
            return accepted, answer
        accepted.append(answer.json()["id"])
    raise AssertionError(f"{most} jobs were taken although the disk fails")


def stays_readable(daemon, accepted):
    ready = daemon.get("/readyz")
    assert ready.status == 503, ready
    assert ready.headers["content-type"].startswith("application/problem+json"), ready.headers
    assert daemon.get("/healthz").status == 200
    assert daemon.get("/v1/jobs").status == 200
    for job in accepted:
        assert daemon.get(f"/v1/jobs/{job}").status == 200
        assert daemon.get(f"/v1/jobs/{job}/events?limit=5").status == 200


def everything_accepted_is_there(daemon, accepted):
    daemon.kill()
    daemon.start(faults="")
    assert daemon.get("/readyz").status == 200
    for job in accepted:
        daemon.wait_for_end(job)
    check_jobs(daemon, accepted)
    assert daemon.submit(JOB, wait=20)["state"] == "completed"
    assert daemon.stop() == 0
    daemon.scratch.remove()


def lasting_fault(arguments, fault, first_hits):
    refusals = 0
    for hit in first_hits:
        daemon = Daemon(arguments.chimera, Scratch(), faults=f"{fault}@{hit}+").prepare()
        daemon.launch()
        if not daemon.wait_until_ready():
            assert daemon.process.returncode > 0, f"{fault}@{hit}: {daemon.said()}"
            continue
        accepted, refused = submit_until_refused(daemon)
        assert refused is not None, f"{fault}@{hit} ended the daemon: {daemon.said()}"
        assert refused.status in REFUSALS, refused
        refusals += 1
        problem = refused.json()
        assert problem["code"].startswith("store.") and problem["retryable"], problem
        stays_readable(daemon, accepted)
        everything_accepted_is_there(daemon, accepted)
    assert refusals > 0, "nothing was refused: this test saw nothing"


def test_disk_full(arguments):
    lasting_fault(arguments, "sqlite.write=enospc", range(1, 80, 7) if arguments.long else (10, 40))


def test_error_when_writing(arguments):
    lasting_fault(arguments, "sqlite.write=eio", range(1, 80, 7) if arguments.long else (25,))


def test_error_when_syncing(arguments):
    lasting_fault(arguments, "sqlite.sync=eio", range(1, 20) if arguments.long else (3, 6))


def test_one_error_when_syncing(arguments):
    """A sync that fails once and then 'works' has lost what it was to keep: nothing of that
    commit may be acknowledged, and the daemon goes on or refuses, but never lies."""
    for hit in range(1, 20) if arguments.long else (2, 4):
        daemon = Daemon(arguments.chimera, Scratch(), faults=f"sqlite.sync=eio@{hit}").prepare()
        daemon.launch()
        if not daemon.wait_until_ready():
            continue
        accepted = []
        for _ in range(6):
            answer = daemon.post("/v1/jobs", JOB)
            assert answer.status in (202, *REFUSALS), answer
            if answer.status == 202:
                accepted.append(answer.json()["id"])
        everything_accepted_is_there(daemon, accepted)


def test_disk_recovers(arguments):
    """Space comes back while it runs: it takes jobs again without a restart."""
    if os.geteuid() != 0:
        raise runner.Skip("needs root for a small file system")
    scratch = Scratch()
    scratch.data.mkdir()
    with SmallDisk(scratch.data, "24m"):
        daemon = Daemon(arguments.chimera, scratch).start()
        first = daemon.submit(JOB, wait=20)
        ballast = scratch.data / "ballast"
        fill(ballast)
        accepted, refused = submit_until_refused(daemon, 2000)
        assert refused is not None and refused.status in REFUSALS, refused
        stays_readable(daemon, [first["id"], *accepted])
        ballast.unlink()
        end = time.monotonic() + 20
        while daemon.get("/readyz").status != 200 and time.monotonic() < end:
            daemon.post("/v1/jobs", JOB)
            time.sleep(0.2)
        assert daemon.submit(JOB, wait=20)["state"] == "completed"
        for job in accepted:
            daemon.wait_for_end(job)
        check_jobs(daemon, [first["id"], *accepted])
        daemon.stop()


def test_read_only_disk(arguments):
    """A folder that cannot be written is refused at the start, by name; an old one is not hurt."""
    if os.geteuid() != 0:
        raise runner.Skip("needs root to mount a disk read-only")
    scratch = Scratch()
    scratch.data.mkdir()
    with SmallDisk(scratch.data, "24m") as disk:
        daemon = Daemon(arguments.chimera, scratch).start()
        job = daemon.submit(JOB, wait=20)
        daemon.stop()
        (scratch.data / "endpoint").unlink(missing_ok=True)
        disk.remount("ro")
        daemon.launch()
        if daemon.wait_until_ready():
            stays_readable(daemon, [job["id"]])
            daemon.stop()
        else:
            assert daemon.process.returncode in (1, 2), daemon.process.returncode
            assert str(scratch.data) in daemon.said(), daemon.said()
        disk.remount("rw")
        daemon.start()
        assert daemon.job(job["id"])["state"] == "completed"
        daemon.stop()


def fill(file):
    with open(file, "wb", buffering=0) as out:
        try:
            while True:
                out.write(b"\0" * (64 << 10))
        except OSError:
            pass


class SmallDisk:
    """A tmpfs on a folder, for as long as a with statement lasts."""

    def __init__(self, folder, size):
        self.folder, self.size = pathlib.Path(folder), size

    def __enter__(self):
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs",
                               self.folder], capture_output=True, text=True)
        if made.returncode != 0:
            raise runner.Skip(f"no tmpfs here: {made.stderr.strip()}")
        return self

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    def __exit__(self, *_):
        for process in list(Daemon.running):
            process.kill()
            process.wait()
        subprocess.run(["umount", self.folder], check=False)


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
