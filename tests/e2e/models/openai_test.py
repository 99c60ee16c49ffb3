#!/usr/bin/python3
"""`chimera serve` with look-alikes of OpenAI-compatible servers: whole jobs, faults, TLS, a key.

usage: openai_test.py CHIMERA
"""
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))
import runner  # noqa: E402
from fake_openai import PROBES, FakeOpenai  # noqa: E402
from harness import SOURCE, Daemon, Scratch  # noqa: E402

SECRET = "sk-not-to-be-told"
ANSWERS = [
    {"when": "Chimera Reporter", "say": "### Verdict\n\nAll 31337 runs succeeded. The tree is "
                                        "small.\n\n### Key findings\n\nNothing stands out."
                                        "\n\n### Recommendations\n\nRun it again."},
    {"when": "Chimera Critic", "say": "No objection."},
]


def daemon_with(arguments, server, **backend):
    fields = {"name": "models", "type": "openai", "url": server.url + "/v1", **backend}
    settings = f"backends: [{json.dumps(fields)}]\ndefaults: {{backend: models}}\n"
    return Daemon(arguments.chimera, Scratch(settings)).start()


def problem_of(job):
    return json.dumps(job.get("problem") or job.get("error") or job)


def run_chain(daemon, **more):
    return daemon.wait_for_end(daemon.submit({"pipeline": "chain", **more})["id"])


def test_every_dialect_runs_a_job(arguments):
    for dialect in PROBES:
        with FakeOpenai(dialect=dialect) as server:
            daemon = daemon_with(arguments, server)
            job = run_chain(daemon, params={"options": {"temperature": 0.2}})
            assert job["state"] == "completed", (dialect, problem_of(job))
            assert len(server.calls) == 3, (dialect, len(server.calls))
            for call in server.calls:
                assert call.body["stream"] is True and call.body["model"] == "tiny", call.body
                assert call.ended == "done", (dialect, call.ended)
                assert "x-conversation-id" not in call.headers
            assert daemon.stop() == 0


def test_a_report_names_the_server_and_strikes_what_no_fact_bears_out(arguments):
    with FakeOpenai(answers=ANSWERS) as server:
        daemon = daemon_with(arguments, server)
        shutil.copytree(SOURCE / "tests/data/sample", daemon.scratch.root / "sample")
        job = daemon.wait_for_end(daemon.submit(
            {"pipeline": "technical-report",
             "inputs": {"path": str(daemon.scratch.root / "sample")}})["id"])
        assert job["state"] == "completed", problem_of(job)
        report = daemon.get(f"/v1/jobs/{job['id']}/report").body.decode()
        assert server.url in report
        claims = daemon.listed(f"/v1/jobs/{job['id']}/claims")
        assert any("31337" in claim["text"] and claim.get("struck") for claim in claims), claims
        daemon.stop()


def test_a_fault_is_tried_again_and_the_job_completes(arguments):
    faults = [dict(kind="cut", after=3), dict(kind="error", after=2), dict(kind="empty"),
              dict(kind="reset", after=2), dict(kind="status", status=503),
              dict(kind="status", status=429), dict(kind="status", status=500),
              dict(kind="stall", after=1)]
    for fault in faults:
        with FakeOpenai() as server:
            budgets = {"between_tokens": "300ms"} if fault["kind"] == "stall" else {}
            daemon = daemon_with(arguments, server, **budgets)
            server.fail(**fault)
            job = run_chain(daemon)
            assert job["state"] == "completed", (fault, problem_of(job))
            assert len(server.calls) == 4, (fault, len(server.calls))
            daemon.stop()


def test_no_done_is_an_answer_and_stream_options_are_left_out_where_unknown(arguments):
    with FakeOpenai() as server:
        daemon = daemon_with(arguments, server)
        server.fail("no done", times=2)
        assert run_chain(daemon)["state"] == "completed"
        assert len(server.calls) == 3
        server.fail("no stream_options", times=0)
        assert run_chain(daemon)["state"] == "completed"
        assert len(server.calls) == 7, "one call more to learn it, once"
        daemon.stop()


def test_what_no_second_call_mends_fails_the_job_at_once(arguments):
    for fault, code in ((dict(kind="garbage"), "backend.protocol"),
                        (dict(kind="status", status=400), "backend.refused"),
                        (dict(kind="status", status=404), "backend.model")):
        with FakeOpenai() as server:
            daemon = daemon_with(arguments, server)
            server.fail(**fault, times=0)
            job = run_chain(daemon)
            assert job["state"] == "failed" and code in problem_of(job), problem_of(job)
            daemon.stop()


def test_cancelling_closes_the_connection_at_once(arguments):
    for slow in (dict(tokens_per_second=50), dict(first_token_seconds=600)):
        with FakeOpenai(answers=[{"when": "", "say": "word " * 2000}], **slow) as server:
            daemon = daemon_with(arguments, server)
            job = daemon.submit({"pipeline": "chain"})["id"]
            call = server.wait_for(lambda s: s.calls and s.calls[0])
            if "tokens_per_second" in slow:
                server.wait_for(lambda s: call.sent > 3)
            begun = time.monotonic()
            assert daemon.cancel(job).status in (200, 202)
            server.wait_for(lambda s: call.ended)
            took = call.ended_at - begun
            print(f"    closed {took * 1000:.1f} ms after the cancellation was sent")
            assert call.ended == "left" and took < 0.05, (call.ended, took)
            assert daemon.wait_for_end(job)["state"] == "canceled"
            daemon.stop()


def certificate(folder, *names):
    """A certificate for those names and its key, signed by itself."""
    key, pem = folder / "server.key", folder / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=look-alike",
                    "-addext", "subjectAltName=" + ",".join(names), "-keyout", str(key),
                    "-out", str(pem)], check=True, capture_output=True)
    return key, pem


def test_a_server_of_https_with_a_key(arguments):
    scratch = Scratch("")
    key, pem = certificate(scratch.root, "IP:127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    key_file = scratch.root / "key"
    key_file.write_text(SECRET + "\n")
    with FakeOpenai(tls=tls, key=SECRET) as server:
        daemon = daemon_with(arguments, server, ca_file=str(pem), key_file=str(key_file))
        assert run_chain(daemon)["state"] == "completed"
        key_file.write_text("sk-another-one")
        job = run_chain(daemon)
        assert job["state"] == "failed" and "backend.unauthorized" in problem_of(job)
        told = problem_of(job) + json.dumps(daemon.get(f"/v1/jobs/{job['id']}").json())
        assert "sk-" not in told, told
        daemon.stop()
        # Without the issuer nobody vouches for it: no call is made, and none again.
        calls = len(server.calls)
        daemon = daemon_with(arguments, server, key_file=str(key_file))
        job = run_chain(daemon)
        assert job["state"] == "failed" and "ca_file" in problem_of(job), problem_of(job)
        assert len(server.calls) == calls
        daemon.stop()


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
