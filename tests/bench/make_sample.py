#!/usr/bin/env python3
"""Makes the bundled sample: real timings of `chimera analyze` on generated trees, mess included.

usage: tests/bench/make_sample.py CHIMERA OUT     (CHIMERA: the release binary; OUT: tests/data/sample)

Runs each of (threads, files) several times in rounds, the first run of each after the binary was
pushed out of the page cache; asks once for a folder that does not exist (a failed run, recorded as
such), and leaves the copy that people leave. The numbers are what this machine gave.
"""
import csv
import datetime
import json
import os
import pathlib
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROUNDS = 8
CONFIGURATIONS = [(threads, files) for threads in (1, 2) for files in (40, 160)]


def make_tree(folder, files):
    dice = random.Random(files)
    folder.mkdir(parents=True)
    for index in range(files):
        rows = "".join(f"{run},{dice.gauss(50, 4):.3f},{dice.gauss(0.2, 0.02):.4f},\n" for run in range(1, 41))
        (folder / f"run{index:04}.csv").write_text("run,tokens_s,ttft_s,error\n" + rows)


def forget(path):
    """Pushes a file out of the page cache, so that the next run is a cold one."""
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(chimera, tree, out, threads):
    begin = time.perf_counter()
    done = subprocess.run([chimera, "analyze", str(tree), "-o", str(out), "--threads", str(threads), "--json"],
                          capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return None, lines[-1].replace(str(tree), "missing")
    return seconds, ""


def main():
    chimera, target = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for _, files in CONFIGURATIONS:
            if not (work / str(files)).exists():
                make_tree(work / str(files), files)
        for number in range(ROUNDS):
            for threads, files in CONFIGURATIONS:
                if number == 0:
                    forget(chimera)
                seconds, error = measure(chimera, work / str(files), work / "out", threads)
                rows.append({"timestamp": datetime.datetime.now().isoformat(timespec="milliseconds"),
                             "threads": threads, "files": files, "run": number + 1,
                             "warmup": "true" if number == 0 else "false",
                             "total_s": "" if seconds is None else f"{seconds:.6f}",
                             "files_per_s": "" if seconds is None else f"{files / seconds:.3f}", "error": error})
        seconds, error = measure(chimera, work / "missing", work / "out", 2)
        rows.append({"timestamp": datetime.datetime.now().isoformat(timespec="milliseconds"), "threads": 2,
                     "files": 160, "run": ROUNDS + 1, "warmup": "false", "total_s": "", "files_per_s": "",
                     "error": error})
    with open(target / "analyze_runs.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (target / "old").mkdir()
    shutil.copy(target / "analyze_runs.csv", target / "old" / "analyze_runs (copy).csv")
    good = [row for row in rows if row["total_s"]]
    backends = {}
    for threads, files in CONFIGURATIONS:
        times = [float(r["total_s"]) * 1000 for r in good if r["threads"] == threads and r["files"] == files]
        backends[f"threads_{threads}_files_{files}"] = {"mean_time_ms": sum(times) / len(times),
                                                        "min_time_ms": min(times), "max_time_ms": max(times)}
    environment = {"system": platform.system(), "machine": platform.machine(), "cpus": os.cpu_count()}
    (target / "summary.json").write_text(json.dumps(
        {"settings": {"runs": ROUNDS}, "environment": environment, "configurations": backends}, indent=1) + "\n")
    (target / "notes.md").write_text(
        "# Timings of chimera analyze\n\nMade by tests/bench/make_sample.py. The first run of each "
        "configuration starts cold; the last row asked for a folder that does not exist.\n")


if __name__ == "__main__":
    main()
