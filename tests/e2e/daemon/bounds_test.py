#!/usr/bin/python3
"""Bounds that are set: what is kept, how many may connect, what shows in the metrics.

usage: bounds_test.py CHIMERA [--long]
"""
import re
import socket
import sys
import time

import runner
from harness import CONFIG, Daemon, Scratch
from reload_test import put, until
from streams import WebSocket

LARGE = {"pipeline": "single", "params": {"backend": "flood", "options": {"num_predict": 3000}}}


def test_the_oldest_jobs_go_when_what_is_kept_grows_beyond_its_bound(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    jobs = [daemon.submit(LARGE, wait=30)["id"] for _ in range(6)]
    running = daemon.submit({"pipeline": "single", "params": {"backend": "slow"}})["id"]
    assert len(daemon.listed("/v1/jobs")) == 7
    one = sum(len(str(event)) for event in daemon.get(f"/v1/jobs/{jobs[0]}/events").json()["data"])
    assert one > 1000, one
    put(daemon.scratch.config, CONFIG + "retention: {bytes: 40kB}\n")
    until(lambda: len(daemon.listed("/v1/jobs")) < 7)
    time.sleep(0.5)
    kept = [job["id"] for job in daemon.listed("/v1/jobs")]
    assert running in kept, "a job that runs is never removed"
    gone = [job for job in jobs if job not in kept]
    assert gone == jobs[:len(gone)], (gone, jobs)
    assert gone and daemon.get(f"/v1/jobs/{gone[0]}").status == 410
    # All of it goes when nothing may stay; the job that runs stays.
    put(daemon.scratch.config, CONFIG + "retention: {bytes: 1}\n")
    until(lambda: [job["id"] for job in daemon.listed("/v1/jobs")] == [running])
    daemon.kill()
    daemon.start()
    assert [job["id"] for job in daemon.listed("/v1/jobs")] == [running]
    daemon.cancel(running)
    daemon.wait_for_end(running)
    daemon.stop()


def test_one_connection_too_many_is_told_so(arguments):
    daemon = Daemon(arguments.chimera, Scratch(CONFIG + "limits: {connections: 3}\n")).start()
    held = [WebSocket(daemon) for _ in range(3)]
    refused = daemon.get("/v1/queue")
    assert refused.status == 503, refused
    assert refused.headers["content-type"] == "application/problem+json", refused.headers
    assert refused.headers["connection"].lower() == "close", refused.headers
    for each in held:
        assert "error" in each.call("unsubscribe", sub="s9"), "those who are in are served"
    held.pop().close()
    until(lambda: daemon.get("/v1/queue").status == 200)
    # Sockets that say nothing take their place too, and give it back.
    silent = [socket.create_connection((daemon.host, daemon.port)) for _ in range(50)]
    for each in silent:
        each.close()
    until(lambda: daemon.get("/v1/queue").status == 200)
    for each in held:
        each.close()
    daemon.stop()


def test_steps_that_have_not_begun_are_listed(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    job = daemon.submit({"pipeline": "chain", "params": {"backend": "slow"}})["id"]

    def steps():
        return {step["name"]: step for step in daemon.get(f"/v1/jobs/{job}/steps").json()["data"]}

    until(lambda: steps()["first"]["state"] == "running")
    seen = steps()
    assert list(seen) == ["first", "second", "third"], seen
    assert seen["second"]["state"] == seen["third"]["state"] == "pending", seen
    assert seen["second"]["waits_for"] == ["first"] and seen["third"]["waits_for"] == ["second"]
    assert seen["second"]["persona"] == "Writer" and seen["first"]["waits_for"] == []
    assert daemon.get(f"/v1/jobs/{job}/steps/third").json()["state"] == "pending"
    daemon.cancel(job)
    daemon.wait_for_end(job)
    assert [step["state"] for step in steps().values()] == ["canceled"] * 3, steps()
    job = daemon.submit({"pipeline": "technical-report", "params": {"backend": "narrator"},
                         "inputs": {"path": str(daemon.scratch.tree)}}, wait=60)["id"]
    names = {name.partition("/")[0] for name in steps()}
    assert names == {"collect", "analyse", "report", "review"}, steps()
    assert {step["state"] for step in steps().values()} <= {"completed", "skipped"}, steps()
    daemon.stop()


def test_metrics_count_what_was_done(arguments):
    daemon = Daemon(arguments.chimera, Scratch()).start()
    daemon.submit({"pipeline": "chain", "params": {"backend": "steady"}}, wait=30)
    daemon.submit({"pipeline": "technical-report", "params": {"backend": "narrator"},
                   "inputs": {"path": str(daemon.scratch.tree)}}, wait=60)
    text = daemon.get("/metrics").body.decode()

    def value(series):
        return float(re.search(rf"(?m)^{re.escape(series)} (\S+)$", text).group(1))

    assert value("chimera_queue_wait_seconds_count") == 2
    assert value("chimera_step_duration_seconds_count") >= 3 + 4
    assert value('chimera_backend_first_token_seconds_count{backend="steady"}') == 3
    assert value('chimera_backend_tokens_per_second_bucket{backend="steady",le="+Inf"}') == 3
    assert value('chimera_backend_tokens_per_second_bucket{backend="steady",le="100"}') == 0
    assert value("chimera_tokens_total") >= 60
    assert value('chimera_claims_total{verdict="verified"}') > 0
    daemon.stop()


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
