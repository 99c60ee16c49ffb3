#!/usr/bin/python3
"""`chimera serve` with a look-alike Ollama: whole jobs, faults on the way, and what every call says.

usage: ollama_test.py CHIMERA
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))
import runner  # noqa: E402
from fake_ollama import FakeOllama  # noqa: E402
from harness import SOURCE, Daemon, Scratch  # noqa: E402

# No number of these is in the sample tree, so none may be in the report as if it was.
WRONG = (4711, 98765, 31337)
ANSWERS = [
    {"when": "DataCollector", "say": "The tree holds 4711 rows. Some of the files are copies of "
                                     "others, and one of them has no rows that can be read."},
    {"when": "Chimera Agent A", "say": "The median of it is 98765 ms, which is slow. Nothing "
                                       "else can be told apart."},
    {"when": "Chimera Reporter", "say": "### Verdict\n\nAll 31337 runs succeeded. The tree is "
                                        "small.\n\n### Key findings\n\nNothing stands out."
                                        "\n\n### Recommendations\n\nRun it again."},
    {"when": "Chimera Critic", "say": "No objection."},
]


def daemon_with(arguments, ollama, **backend):
    fields = {"name": "models", "type": "ollama", "url": ollama.url, "model": "tiny", **backend}
    scratch = Scratch(f"backends: [{json.dumps(fields)}]\ndefaults: {{backend: models}}\n")
    shutil.copytree(SOURCE / "tests/data/sample", scratch.root / "sample")
    return Daemon(arguments.chimera, scratch).start()


def report_job(daemon, **params):
    return {"pipeline": "technical-report",
            "inputs": {"path": str(daemon.scratch.root / "sample")}, "params": params}


def problem_of(job):
    return json.dumps(job.get("problem") or job.get("error") or job)


def events_of(daemon, job):
    answer = daemon.get(f"/v1/jobs/{job}/events", headers={"Accept": "application/x-ndjson"})
    return [json.loads(line) for line in answer.body.splitlines()]


def test_a_job_of_four_personas_runs_to_a_report(arguments):
    with FakeOllama(answers=ANSWERS) as ollama:
        daemon = daemon_with(arguments, ollama)
        job = daemon.wait_for_end(daemon.submit(report_job(daemon))["id"])
        assert job["state"] == "completed", problem_of(job)
        asked = [answer["when"] for answer in ANSWERS]
        for persona in asked:
            assert any(persona in call.prompt for call in ollama.calls), persona
        report = daemon.get(f"/v1/jobs/{job['id']}/report").body.decode()
        assert f"ollama tiny at {ollama.url}" in report
        claims = daemon.listed(f"/v1/jobs/{job['id']}/claims")
        struck = [claim["text"] for claim in claims if claim.get("struck")]
        for number in WRONG:
            assert str(number) in report, "it was said, so it must be shown as struck"
            standing = re.sub("~~.*?~~", "", report)
            assert str(number) not in standing.replace(",", ""), standing
            assert any(str(number) in text for text in struck), struck
        assert all(claim.get("struck") for claim in claims
                   if claim["verdict"] in ("unsupported", "contradicted"))
        assert daemon.stop() == 0


def test_a_report_is_asked_for_by_schema_and_believed_no_more(arguments):
    said = {"verdict": "The tree is small.",
            "findings": [{"text": "All 31337 runs succeeded.", "facts": []}],
            "recommendations": []}
    answers = [a for a in ANSWERS if a["when"] != "Chimera Reporter"]
    answers.append({"when": "Chimera Reporter", "say": json.dumps(said)})
    with FakeOllama(answers=answers) as ollama:
        daemon = daemon_with(arguments, ollama)
        job = daemon.wait_for_end(daemon.submit(report_job(daemon))["id"])
        assert job["state"] == "completed", problem_of(job)
        for call in ollama.calls:
            schema = call.body.get("format")
            assert (schema is not None) == ("Chimera Reporter" in call.prompt), call.body
            assert schema is None or set(schema["required"]) == set(said), schema
        report = daemon.get(f"/v1/jobs/{job['id']}/report").body.decode()
        assert said["verdict"] in report and '"verdict"' not in report
        assert "31337" in report and "31337" not in re.sub("~~.*?~~", "", report)
        daemon.stop()


def test_every_call_has_the_same_load_options(arguments):
    # It would take four calls at a time, but does not say so: Chimera makes one.
    with FakeOllama(answers=ANSWERS, parallel=4) as ollama:
        daemon = daemon_with(arguments, ollama)
        for _ in range(2):
            job = daemon.wait_for_end(daemon.submit(report_job(daemon))["id"])
            assert job["state"] == "completed", problem_of(job)
        other = report_job(daemon, options={"num_ctx": 2048, "num_gpu": 0, "temperature": 0.2})
        daemon.wait_for_end(daemon.submit(other)["id"])
        assert len(ollama.calls) >= 8
        sent = {json.dumps(call.body["options"].get("num_ctx")) + "/" +
                json.dumps(call.body["options"].get("num_gpu")) for call in ollama.calls}
        assert len(sent) == 1 and ollama.loads == 1, (sent, ollama.loads)
        for call in ollama.calls:
            assert call.body["truncate"] is False and call.body["shift"] is False, call.body
            assert call.body["stream"] is True and "think" not in call.body, call.body
        assert ollama.running_most == 1
        daemon.stop()


def test_a_resident_model_is_taken_as_it_is(arguments):
    with FakeOllama() as ollama:
        ollama.load("tiny:latest", {"num_ctx": 16384})
        daemon = daemon_with(arguments, ollama)
        job = daemon.wait_for_end(daemon.submit({"pipeline": "chain"})["id"])
        assert job["state"] == "completed", problem_of(job)
        assert ollama.loads == 1
        assert {call.body["options"]["num_ctx"] for call in ollama.calls} == {16384}
        daemon.stop()


def test_a_fault_is_tried_again_and_the_job_completes(arguments):
    faults = [dict(kind="cut", after=3), dict(kind="error", after=2), dict(kind="empty"),
              dict(kind="reset", after=2), dict(kind="lost runner", after=1),
              dict(kind="status", status=503), dict(kind="status", status=500),
              dict(kind="stall", after=1)]
    for fault in faults:
        with FakeOllama() as ollama:
            budgets = {"between_tokens": "300ms"} if fault["kind"] == "stall" else {}
            daemon = daemon_with(arguments, ollama, **budgets)
            ollama.fail(**fault)
            job = daemon.wait_for_end(daemon.submit({"pipeline": "chain"})["id"])
            assert job["state"] == "completed", (fault, problem_of(job))
            assert len(ollama.calls) == 4, (fault, len(ollama.calls))
            daemon.stop()


def test_a_model_that_is_missing_fails_the_job_with_the_way_out(arguments):
    with FakeOllama(models=["other:latest"]) as ollama:
        daemon = daemon_with(arguments, ollama)
        job = daemon.wait_for_end(daemon.submit({"pipeline": "chain"})["id"])
        assert job["state"] == "failed"
        problem = problem_of(job)
        assert "backend.model" in problem and "ollama pull tiny" in problem, problem
        assert not ollama.calls
        daemon.stop()


def test_what_no_second_call_mends_fails_the_job_at_once(arguments):
    for code, fault in (("backend.truncated", dict(kind="cut prompt")),
                        ("backend.protocol", dict(kind="garbage", after=1)),
                        ("backend.refused", dict(kind="status", status=400)),
                        ("backend.unauthorized", dict(kind="status", status=401)),
                        ("backend.context", dict(kind="status", status=400,
                                                 message="exceed_context_size_error"))):
        with FakeOllama() as ollama:
            daemon = daemon_with(arguments, ollama)
            ollama.fail(**fault)
            job = daemon.wait_for_end(daemon.submit({"pipeline": "chain"})["id"])
            assert job["state"] == "failed" and code in problem_of(job), (code, problem_of(job))
            assert len(ollama.calls) == 1, (code, len(ollama.calls))
            daemon.stop()


def test_a_server_that_is_not_there_is_named(arguments):
    ollama = FakeOllama().start()
    daemon = daemon_with(arguments, ollama)
    ollama.stop()  # its port is free from here on
    job = daemon.wait_for_end(daemon.submit({"pipeline": "chain"})["id"])
    assert job["state"] == "failed"
    assert "backend.unavailable" in problem_of(job) and "ollama serve" in problem_of(job)
    daemon.stop()


def test_cancelling_closes_the_connection_at_once(arguments):
    for slow in (dict(tokens_per_second=50), dict(first_token_seconds=600)):
        long_answer = [{"when": "", "say": "word " * 2000}]
        with FakeOllama(answers=long_answer, **slow) as ollama:
            daemon = daemon_with(arguments, ollama)
            job = daemon.submit({"pipeline": "chain"})["id"]
            call = ollama.wait_for(lambda s: s.calls and s.calls[0])
            if "tokens_per_second" in slow:
                ollama.wait_for(lambda s: call.sent > 3)
            begun = time.monotonic()
            assert daemon.cancel(job).status in (200, 202)
            ollama.wait_for(lambda s: call.ended)
            took = call.ended_at - begun
            print(f"    closed {took * 1000:.1f} ms after the cancellation was sent")
            assert call.ended == "left" and took < 0.05, (call.ended, took)
            assert daemon.wait_for_end(job)["state"] == "canceled"
            daemon.stop()


def test_a_model_is_pulled_to_the_server(arguments):
    with FakeOllama(models=[]) as ollama:
        pull = [arguments.chimera, "pull", "--backend", ollama.url]
        done = subprocess.run(pull + ["tiny"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done
        assert done.stdout == f"tiny is at {ollama.url}\n", done.stdout
        assert "pulling abc 0 % of 0.0 MiB" in done.stderr and "success" in done.stderr
        assert ollama.models == ["tiny:latest"]
        missing = subprocess.run(pull + ["no-such", "--json"], capture_output=True, text=True,
                                 timeout=30)
        assert missing.returncode == 1, missing
        assert json.loads(missing.stdout)["error"]["code"] == "backend.model", missing.stdout
    gone = subprocess.run(pull + ["tiny"], capture_output=True, text=True, timeout=30)
    assert gone.returncode == 5 and "ollama serve" in gone.stderr, gone


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
