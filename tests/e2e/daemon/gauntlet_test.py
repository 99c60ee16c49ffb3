#!/usr/bin/python3
"""Failures that other systems of this kind were seen to have; each must not happen here.

The numbers are those of the list in docs/durability.md.   usage: gauntlet_test.py CHIMERA [--long]
"""
import json
import random
import shutil
import sys
import threading
import time

import gauntlet_limits
import runner
from harness import SOURCE, Daemon, Scratch
from invariants import check_jobs, text_of, violations_of_job, wrong_numbers
from streams import LIVE, Sse, WebSocket, expanded, history, is_rest, whole_stream
from workload import Clients, Work, settle

CHAIN = {"pipeline": "chain", "params": {"backend": "steady"}}
FAN = {"pipeline": "fan", "params": {"backend": "narrow"}}


def daemon_of(arguments, **more):
    return Daemon(arguments.chimera, Scratch(), **more)


def wait_for(daemon, job_id, wanted, seconds=30):
    """Follows a job until an event fulfils `wanted`; the event."""
    stream = Sse(daemon, job_id)
    try:
        while True:
            event = stream.next(seconds)
            assert event is not None, "the job ended without it"
            if wanted(event):
                return event
    finally:
        stream.close()


def test_01_kill_at_every_write_redrives_running_jobs(arguments):
    for hit in range(1, 60 if arguments.long else 9):
        daemon = daemon_of(arguments)
        works = [Work("quick", "a", daemon.scratch), Work("fan", "b", daemon.scratch)]
        daemon.launch(faults=f"store.commit.after=kill@{hit}")
        if daemon.wait_until_ready():
            Clients(daemon, works).join()
            time.sleep(0.1)
        daemon.kill()
        daemon.start(faults="")
        check_jobs(daemon, settle(daemon, works))
        daemon.stop()
        daemon.scratch.remove()


def test_02_reader_leaves_while_the_end_is_stored(arguments):
    daemon = daemon_of(arguments).start()
    chance = random.Random(arguments.seed)
    for _ in range(100 if arguments.long else 12):
        job = daemon.submit({"pipeline": "chain"})
        streams = [kind(daemon, job["id"]) for kind in LIVE]
        for stream in streams:
            for _ in range(chance.randrange(1, 20)):
                event = stream.next()
                if event is None or event["type"].startswith("job.c"):
                    break
            stream.close(abrupt=True)
        assert daemon.wait_for_end(job["id"])["state"] == "completed"
        check_jobs(daemon, [job["id"]])
    assert daemon.stop() == 0


def test_03_long_step_runs_once(arguments):
    # Longer than the heartbeats of every stream in the long form.
    daemon = daemon_of(arguments).start()
    tokens = 2000 if arguments.long else 150
    job = daemon.submit({"pipeline": "single", "params": {
        "backend": "slow", "options": {"num_predict": tokens}}})
    ended = daemon.wait_for_end(job["id"], 90)
    assert ended["state"] == "completed", ended
    started = [e for e in history(daemon, job["id"]) if e["type"] == "step.started"]
    assert len(started) == 1, started
    daemon.stop()


def test_04_resume_from_every_number_with_filters(arguments):
    daemon = daemon_of(arguments).start()
    job = daemon.submit(CHAIN)["id"]
    epoch = daemon.wait_for_end(job)["epoch"]
    whole = list(history(daemon, job))
    last = whole[-1]["seq"]
    chance = random.Random(arguments.seed)
    cursors = range(last + 1) if arguments.long else chance.sample(range(last + 1), 15)
    types = ["step.started", "step.completed", "job.completed"]
    for after in cursors:
        rest = [e for e in whole if e["seq"] > after]
        wanted = [e for e in rest if e["type"] in types]
        assert list(history(daemon, job, after, types=types, limit=2)) == wanted, after
        assert is_rest(list(history(daemon, job, after, limit=7)), whole, after), after
        for kind in LIVE:
            stream = kind(daemon, job, after=after, epoch=epoch)
            if after == last and getattr(stream, "status", 0) == 204:
                continue
            assert is_rest(whole_stream(stream), whole, after), (kind.transport, after)
            stream.close()
            stream = kind(daemon, job, after=after, epoch=epoch, types=types)
            assert whole_stream(stream) == wanted, (kind.transport, after)
            stream.close()
    daemon.stop()


def test_05_removed_history_is_said(arguments):
    daemon = daemon_of(arguments).start()
    job = daemon.submit({"pipeline": "chain"}, wait=20)
    assert daemon.request("DELETE", f"/v1/jobs/{job['id']}").status == 204
    gone = daemon.get(f"/v1/jobs/{job['id']}/events?after=3")
    assert gone.status == 410 and gone.json()["code"], gone
    assert Sse(daemon, job["id"], after=3, epoch=job["epoch"]).status == 410
    assert daemon.get(f"/v1/jobs/{job['id']}").status == 410
    socket = WebSocket(daemon)
    answer = socket.call("subscribe", job=job["id"], after=3)
    assert answer["error"]["status"] == 410, answer
    socket.close()
    # A cursor of another epoch is not taken for one of this log.
    other = daemon.submit({"pipeline": "chain"}, wait=20)
    socket = WebSocket(daemon)
    answer = socket.call("subscribe", job=other["id"], after=5, epoch="01J00000000000000000000000")
    told = answer.get("result", {}).get("recovered") is False or "error" in answer
    assert told, answer
    socket.close()
    daemon.stop()


def test_06_one_broken_stream_breaks_no_other(arguments):
    daemon = daemon_of(arguments).start()
    job = daemon.submit(CHAIN)["id"]
    streams = [kind(daemon, job) for kind in LIVE for _ in range(2)]
    for stream in streams[::2]:
        stream.next()
        stream.close(abrupt=True)
    told = [expanded(whole_stream(stream)) for stream in streams[1::2]]
    assert daemon.job(job)["state"] == "completed"
    whole = expanded(list(history(daemon, job)))
    assert all(one == whole for one in told)
    daemon.stop()


def test_07_post_retried_after_lost_response(arguments):
    daemon = daemon_of(arguments).start()
    body = json.dumps({"pipeline": "chain"})
    head = {"Idempotency-Key": '"lost"', "Content-Type": "application/json"}
    for _ in range(3):
        connection = daemon.connection()
        connection.request("POST", "/v1/jobs", body, head)
        connection.sock.close()
        connection.close()
    answers = [until_answered(daemon, json.loads(body), head) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1, answers
    assert answers[-1].headers.get("idempotency-replayed") == "true", answers[-1].headers
    other = daemon.post("/v1/jobs", {"pipeline": "single"}, headers=head)
    assert other.status == 422, other
    assert len(daemon.listed("/v1/jobs")) == 1
    daemon.kill()
    daemon.start()
    again = daemon.post("/v1/jobs", json.loads(body), headers=head)
    assert again.json()["id"] == answers[0].json()["id"], again
    daemon.stop()


def until_answered(daemon, body, head):
    """An answer that is none of 'the same key is under way'."""
    end = time.monotonic() + 10
    while True:
        answer = daemon.post("/v1/jobs", body, headers=head)
        if answer.status != 409:
            assert answer.status in (200, 202), answer
            return answer
        assert answer.json()["retryable"] and time.monotonic() < end, answer


def test_07_one_key_from_many_at_once(arguments):
    """Not only one after the other: the key is looked up and taken in one."""
    daemon = daemon_of(arguments).start()
    report = {"pipeline": "technical-report", "inputs": {"path": str(daemon.scratch.tree)},
              "params": {"backend": "narrator"}}
    for number in range(40 if arguments.long else 8):
        body = report if number % 2 else {"pipeline": "chain"}
        head = {"Idempotency-Key": f'"many-{number}"'}
        made, problems = set(), []

        def ask():
            try:
                made.add(until_answered(daemon, body, head).json()["id"])
            except Exception as problem:
                problems.append(problem)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems, problems[0]
        assert len(made) == 1, made
    assert daemon.get("/readyz").status == 200
    daemon.stop()


def test_08_slots_are_given_back(arguments):
    daemon = daemon_of(arguments, flags=["--running-max", "3"]).start()
    jobs, stop, over = [], threading.Event(), []

    def watch():
        while not stop.is_set():
            queue = daemon.get("/v1/queue").json()
            if queue["running"] > queue["running_max"]:
                over.append(queue)
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(30 if arguments.long else 15):
        backend = ("flaky", "broken", "slow", "quick", "narrow")[number % 5]
        body = {"pipeline": "chain", "params": {"backend": backend}}
        if number % 10 == 2:
            body["budget"] = {"seconds": 0.3}
        jobs.append(daemon.submit(body)["id"])
        if number % 10 == 7:
            daemon.cancel(jobs[-1])
    for job in jobs:
        daemon.wait_for_end(job)
    stop.set()
    watcher.join()
    queue = daemon.get("/v1/queue").json()
    assert not over and queue["running"] == 0 and queue["waiting"] == 0, (over, queue)
    for backend in daemon.get("/v1/backends").json()["data"]:
        assert backend["in_flight"] == 0 and backend["waiting"] == 0, backend
    check_jobs(daemon, jobs)
    daemon.stop()


def test_09_storage_error_during_recovery(arguments):
    for point in ("sqlite.write", "sqlite.sync"):
        for hit in range(1, 20 if arguments.long else 4):
            daemon = daemon_of(arguments).start()
            works = [Work("chain", str(i), daemon.scratch) for i in range(3)]
            Clients(daemon, works).join()
            daemon.kill()
            daemon.launch(faults=f"{point}=eio@{hit}")
            if daemon.wait_until_ready():
                time.sleep(0.3)
                assert daemon.get("/healthz").status == 200
            else:
                assert daemon.process.returncode > 0, "it may refuse to start, not crash"
            daemon.kill()
            daemon.start(faults="")
            ids = [work.answered[0] for work in works]
            for job in ids:
                # A job may have failed by the error; it may not be stranded.
                daemon.wait_for_end(job)
            check_jobs(daemon, ids)
            daemon.stop()
            daemon.scratch.remove()


def test_10_second_daemon_is_refused(arguments):
    first = daemon_of(arguments).start()
    job = first.submit({"pipeline": "chain", "params": {"backend": "slow"}})["id"]
    endpoint = (first.scratch.data / "endpoint").read_text()
    second = Daemon(arguments.chimera, first.scratch)
    for _ in range(2):
        refused = start_on_taken_data(second, endpoint)
        assert refused[0] not in (0, None) and refused[0] > 0, refused
        assert str(first.scratch.data) in refused[1], refused
        assert first.get("/readyz").status == 200 and first.job(job)["state"] == "running"
    first.cancel(job)
    first.wait_for_end(job)
    assert first.stop() == 0
    second.start()
    assert second.job(job)["state"] == "canceled"
    second.stop()


def start_on_taken_data(second, endpoint):
    """Exit code and words of a daemon on a folder that another one holds."""
    second.launch()
    (second.scratch.data / "endpoint").write_text(endpoint)
    try:
        code = second.process.wait(10)
    except Exception:
        second.kill()
        return None, second.said()
    second.forget()
    return code, second.said()


def test_11_one_bad_job_holds_up_no_other(arguments):
    daemon = daemon_of(arguments, flags=["--running-max", "1"]).start()
    holder = daemon.submit({"pipeline": "chain", "params": {"backend": "slow"}})["id"]
    lost = daemon.scratch.root / "lost"
    shutil.copytree(daemon.scratch.tree, lost)
    report = {"pipeline": "technical-report", "params": {"backend": "narrator"}}
    bad = [daemon.submit({**report, "inputs": {"path": str(lost)}})["id"],
           daemon.submit({"pipeline": "chain", "params": {"backend": "broken"}})["id"]]
    good = [daemon.submit({"pipeline": "chain"})["id"] for _ in range(3)]
    shutil.rmtree(lost)
    daemon.cancel(holder)
    states = [daemon.wait_for_end(job)["state"] for job in bad + good]
    assert states == ["failed"] * 2 + ["completed"] * 3, states
    check_jobs(daemon, bad + good + [holder])
    daemon.stop()


def test_12_join_after_one_side_before_the_crash(arguments):
    for _ in range(10 if arguments.long else 3):
        daemon = daemon_of(arguments).start()
        job = daemon.submit(FAN)["id"]
        branches = ("north", "east", "south", "west")
        wait_for(daemon, job, lambda e: e["type"] == "step.completed" and e["step"] in branches)
        daemon.kill()
        daemon.start()
        assert daemon.wait_for_end(job)["state"] == "completed"
        check_jobs(daemon, [job])
        events = list(history(daemon, job))
        done = {e["step"]: e["seq"] for e in events if e["type"] == "step.completed"}
        assert all(done[branch] < done["join"] for branch in branches), done
        joined = daemon.get(f"/v1/jobs/{job}/steps/join").json()
        assert joined["state"] == "completed", joined
        daemon.stop()
        daemon.scratch.remove()


def test_13_stores_of_every_version_open(arguments):
    kept = sorted((SOURCE / "tests" / "data" / "store").glob("*.sqlite3"))
    if not kept:
        raise runner.Skip("no store of an earlier version is kept in tests/data/store")
    for database in kept:
        daemon = daemon_of(arguments)
        daemon.scratch.data.mkdir()
        shutil.copy(database, daemon.scratch.data / "store.sqlite3")
        daemon.start()
        jobs = daemon.listed("/v1/jobs")
        assert jobs, database.name
        for job in jobs:
            daemon.wait_for_end(job["id"])
            # Their logs were written by a test of the store; they are whole, not those of a run.
            events = list(history(daemon, job["id"]))
            assert events and not list(wrong_numbers(events)), (database.name, job["id"])
            for artifact in daemon.listed(f"/v1/jobs/{job['id']}/artifacts"):
                assert daemon.get(f"/v1/artifacts/{artifact['sha256']}").status == 200, artifact
        daemon.stop()


def test_14_step_names_survive_a_restart(arguments):
    daemon = daemon_of(arguments).start()
    job = daemon.submit(FAN)["id"]
    wait_for(daemon, job, lambda e: e["type"] == "step.completed")
    before = [step["name"] for step in daemon.get(f"/v1/jobs/{job}/steps").json()["data"]]
    daemon.kill()
    daemon.start()
    after = [step["name"] for step in daemon.get(f"/v1/jobs/{job}/steps").json()["data"]]
    assert before == after, (before, after)
    daemon.wait_for_end(job)
    said = {e["step"] for e in history(daemon, job) if e.get("step")}
    assert said >= set(before), (said, before)
    last = {step["name"] for step in daemon.get(f"/v1/jobs/{job}/steps").json()["data"]}
    assert said == last, (said, last)
    daemon.stop()


def test_15_event_and_checkpoint_are_one(arguments):
    # check_jobs compares events, step rows and artifacts; here before anything goes on.
    for point in ("store.commit.before", "store.commit.after"):
        for hit in range(2, 30 if arguments.long else 6):
            daemon = daemon_of(arguments)
            daemon.launch(faults=f"{point}=kill@{hit}")
            if daemon.wait_until_ready():
                work = Work("fan", "x", daemon.scratch)
                Clients(daemon, [work]).join()
                time.sleep(0.3)
            daemon.kill()
            daemon.start(faults="")
            for job in daemon.listed("/v1/jobs"):
                job_is_consistent(daemon, job["id"])
                daemon.wait_for_end(job["id"])
                assert not violations_of_job(daemon, job["id"])
            daemon.stop()
            daemon.scratch.remove()


def job_is_consistent(daemon, job):
    """While it runs: what the rows say is never ahead of the log, artifacts come with events."""
    rows = {s["name"] for s in daemon.get(f"/v1/jobs/{job}/steps").json()["data"]
            if s["state"] == "completed"}
    made = {(a["step"], a["name"]) for a in daemon.get(f"/v1/jobs/{job}/artifacts").json()["data"]}
    events = list(history(daemon, job))
    completed = {e["step"] for e in events if e["type"] == "step.completed"}
    assert rows <= completed, (rows, completed)
    told = sum(1 for e in events if e["type"] == "artifact.created")
    assert len(made) <= told, (made, told)


def test_16_no_stale_tokens_after_a_discarded_attempt(arguments):
    daemon = daemon_of(arguments).start()
    discarded = 0
    for number in range(40 if arguments.long else 8):
        backend = "cutting" if number % 2 else "steady"
        job = daemon.submit({"pipeline": "single", "params": {"backend": backend}})["id"]
        if number % 2 == 0:
            wait_for(daemon, job, lambda e: e["type"] == "token.delta")
            daemon.kill()
            daemon.start()
        ended = daemon.wait_for_end(job)
        check_jobs(daemon, [job])
        events = list(history(daemon, job))
        discarded += sum(1 for e in events if e["type"] == "step.attempt_discarded")
        if ended["state"] == "completed":
            made = daemon.get(f"/v1/jobs/{job}/artifacts").json()["data"][0]
            kept = daemon.get(f"/v1/artifacts/{made['sha256']}").body.decode()
            assert text_of(events, "only").strip() == kept.strip(), (events, kept)
    assert discarded > 0, "no attempt was discarded: this test saw nothing"
    daemon.stop()


if __name__ == "__main__":
    this = sys.modules[__name__]
    runner.run(runner.tests_of(this) + runner.tests_of(gauntlet_limits), runner.parse(__doc__))
