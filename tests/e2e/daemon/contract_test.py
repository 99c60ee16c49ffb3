#!/usr/bin/python3
"""Every answer is as /openapi.json says, every event as both documents say, and both are sound.

A tour of all operations, with their refusals, is recorded here; records of the other tests (folder
CHIMERA_TEST_RECORDS) are held against the same documents.

usage: contract_test.py CHIMERA
"""
import json
import os
import pathlib
import subprocess
import sys

import harness
import runner
from harness import HERE, Daemon, Scratch
from streams import LIVE, WebSocket, history, whole_stream

CHAIN = {"pipeline": "chain", "params": {"backend": "steady"}}
NO_JOB = "/v1/jobs/job_01J00000000000000000000000"
NO_SHA = "0" * 64


def need_packages():
    runner.need_tool("node")
    if not (HERE / "node_modules" / "ajv").exists():
        raise runner.Skip("run 'npm ci' in tests/e2e/daemon")


def expect(answer, *statuses):
    assert answer.status in statuses, f"{statuses} expected: {answer}"
    if answer.status >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    return answer


def tour_of_jobs(daemon):
    expect(daemon.post("/v1/jobs", CHAIN, headers={"Idempotency-Key": '"a"'}), 202)
    expect(daemon.post("/v1/jobs", CHAIN, headers={"Idempotency-Key": "a"}), 200, 202)
    expect(daemon.post("/v1/jobs", {"pipeline": "fan"}, headers={"Idempotency-Key": '"a"'}), 422)
    expect(daemon.post("/v1/jobs", CHAIN, headers={"Idempotency-Key": '"' + "x" * 300 + '"'}), 400)
    for body, status in ((b"{", 400), (b"[]", 400), (b'{"pipeline":1}', 422), (b"{}", 422),
                         (b'{"pipeline":"chain","bogus":1}', 422), (b'{"pipeline":"no"}', 422),
                         (b'{"pipeline":"chain","inputs":{"path":"/etc"}}', 422),
                         (b'{"pipeline":"chain","params":{"backend":"none"}}', 422),
                         (b'{"pipeline":"chain","on_conflict":"reject"}', 422)):
        answer = daemon.post("/v1/jobs", body, headers={"Content-Type": "application/json"})
        expect(answer, status, 422)
    expect(daemon.post("/v1/jobs", b"pipeline: chain", headers={"Content-Type": "text/yaml"}), 415)
    job = daemon.submit({**CHAIN, "labels": {"a": "b"}, "priority": 3}, wait=30)
    path = f"/v1/jobs/{job['id']}"
    expect(daemon.post("/v1/jobs:validate", CHAIN), 200)
    expect(daemon.post("/v1/jobs:validate", {"pipeline": "nothing"}), 422)
    expect(daemon.get("/v1/jobs?state=completed&pipeline=chain&label=a%3Db&limit=1"), 200)
    for query in ("cursor=nonsense", "state=odd", "limit=0", "bogus=1"):
        expect(daemon.get(f"/v1/jobs?{query}"), 400)
    tag = expect(daemon.get(path), 200).headers["etag"]
    expect(daemon.get(path, headers={"If-None-Match": tag}), 304)
    expect(daemon.get(NO_JOB), 404)
    expect(daemon.get("/v1/jobs/nonsense"), 404)
    expect(daemon.get(path + "/steps"), 200)
    expect(daemon.get(path + "/steps/first"), 200)
    expect(daemon.get(path + "/steps/none"), 404)
    expect(daemon.post(path + "/cancel"), 200)
    expect(daemon.post(NO_JOB + "/cancel"), 404)
    slow = daemon.submit({"pipeline": "chain", "params": {"backend": "slow"},
                          "conflict_key": "k"})["id"]
    expect(daemon.post("/v1/jobs", {**CHAIN, "conflict_key": "k", "on_conflict": "reject"}), 409)
    expect(daemon.post(f"/v1/jobs/{slow}/retry"), 409)
    expect(daemon.request("DELETE", f"/v1/jobs/{slow}"), 409)
    expect(daemon.get(f"/v1/jobs/{slow}/report"), 409)
    expect(daemon.cancel(slow), 202, 200)
    daemon.wait_for_end(slow)
    expect(daemon.post(f"/v1/jobs/{slow}/retry", {"from_step": "nothing"}), 404, 422)
    expect(daemon.post(path + "/retry", {"from_step": "second"}), 202)
    assert daemon.wait_for_end(job["id"])["state"] == "completed"
    return job["id"], slow


def tour_of_results(daemon, job):
    path = f"/v1/jobs/{job}"
    expect(daemon.get(path + "/events?limit=3"), 200)
    expect(daemon.get(path + "/events?after=nonsense"), 400)
    expect(daemon.get(path + "/events?channels=odd"), 400)
    expect(daemon.get(path + "/events?after=other:3"), 410)
    expect(daemon.get(NO_JOB + "/events"), 404)
    made = expect(daemon.get(path + "/artifacts"), 200).json()["data"][0]
    expect(daemon.get(made["href"]), 200)
    expect(daemon.get(made["href"], headers={"Range": "bytes=0-3"}), 206)
    expect(daemon.get(made["href"], headers={"Range": "bytes=99999999-"}), 416)
    expect(daemon.get(f"/v1/artifacts/{NO_SHA}"), 404)
    expect(daemon.get(path + "/report"), 404)
    expect(daemon.get(path + "/claims"), 404)
    report = daemon.submit({"pipeline": "technical-report", "params": {"backend": "narrator"},
                            "inputs": {"path": str(daemon.scratch.tree)}}, wait=60)
    assert report["state"] == "completed", report
    path = f"/v1/jobs/{report['id']}"
    for accept in ("text/markdown", "text/html", "application/json"):
        answer = expect(daemon.get(path + "/report", headers={"Accept": accept}), 200)
        assert answer.headers["content-type"].startswith(accept), answer.headers
    expect(daemon.get(path + "/report", headers={"Accept": "image/png"}), 406)
    expect(daemon.get(path + "/claims?verdict=verified&limit=2"), 200)
    expect(daemon.get(path + "/claims/1"), 200)
    expect(daemon.get(path + "/claims/999999"), 404)
    for step in daemon.get(path + "/steps").json()["data"]:
        expect(daemon.get(f"{path}/steps/{step['name']}"), 200)


def tour_of_datasets(daemon):
    archive = daemon.scratch.root / "a.tar"
    subprocess.run(["tar", "cf", archive, "-C", daemon.scratch.tree, "."], check=True)
    made = expect(daemon.post("/v1/datasets", archive.read_bytes(),
                              headers={"Content-Type": "application/x-tar"}), 201).json()
    expect(daemon.post("/v1/datasets", {"path": str(daemon.scratch.tree)}), 200, 201)
    expect(daemon.post("/v1/datasets", {"path": "/etc"}), 422)
    expect(daemon.post("/v1/datasets", b"no archive",
                       headers={"Content-Type": "application/x-tar"}), 422)
    expect(daemon.get("/v1/datasets"), 200)
    expect(daemon.get(f"/v1/datasets/{made['id']}"), 200)
    expect(daemon.get("/v1/datasets/none"), 404)
    expect(daemon.request("DELETE", f"/v1/datasets/{made['id']}"), 204)
    expect(daemon.get(f"/v1/datasets/{made['id']}"), 404, 410)


def tour_of_the_rest(daemon, job):
    for path in ("/v1/pipelines", "/v1/pipelines/chain", "/v1/personas", "/v1/personas/Writer",
                 "/v1/backends", "/v1/queue", "/healthz", "/readyz", "/version", "/metrics",
                 "/openapi.json", "/asyncapi.json", "/schemas/persona.schema.json"):
        expect(daemon.get(path), 200)
        assert daemon.request("HEAD", path).status == 200
    for path in ("/v1/pipelines/none", "/v1/personas/none", "/schemas/none", "/v1/nothing", "/"):
        expect(daemon.get(path), 404)
    expect(daemon.request("PUT", "/v1/jobs", b"{}"), 405)
    expect(daemon.post("/v1/admin/reload"), 200)
    expect(daemon.post("/v1/tickets"), 201)
    expect(daemon.get("/v1/stream"), 426, 400)
    expect(daemon.get("/v1/jobs", headers={"Origin": "https://evil.example"}), 403)
    for kind in LIVE:
        whole_stream(kind(daemon, job))
    expect(daemon.request("DELETE", f"/v1/jobs/{job}"), 204)
    expect(daemon.get(f"/v1/jobs/{job}"), 410)
    expect(daemon.get(f"/v1/jobs/{job}/events"), 410)


def tour_of_tokens(arguments):
    """What a caller without a token, or with too little, is told."""
    scratch = Scratch()
    tokens = scratch.root / "tokens"
    tokens.write_text("reader read read-read-read-read-1\nowner admin admin-admin-admin-1\n")
    tokens.chmod(0o600)
    daemon = Daemon(arguments.chimera, scratch, flags=["--token-file", tokens]).start()
    reader = {"Authorization": "Bearer read-read-read-read-1"}
    expect(daemon.get("/v1/jobs"), 401)
    expect(daemon.get("/v1/jobs", headers={"Authorization": "Bearer nonsense-nonsense"}), 401)
    expect(daemon.get("/v1/jobs", headers=reader), 200)
    expect(daemon.post("/v1/jobs", CHAIN, headers=reader), 403)
    expect(daemon.post("/v1/admin/reload", headers=reader), 403)
    expect(daemon.get("/healthz"), 200)
    expect(daemon.post("/v1/tickets"), 401)
    socket = WebSocket(daemon, token="read-read-read-read-1")
    assert socket.call("cancel", job="job_01J00000000000000000000000")["error"]["status"] == 403
    socket.close()
    daemon.stop()


def test_every_answer_is_documented(arguments):
    need_packages()
    scratch = Scratch()
    records = scratch.root / "records"
    harness.recorder.__init__(records, "tour")
    daemon = Daemon(arguments.chimera, scratch).start()
    job, slow = tour_of_jobs(daemon)
    list(history(daemon, slow))
    tour_of_results(daemon, job)
    tour_of_datasets(daemon)
    tour_of_the_rest(daemon, job)
    tour_of_tokens(arguments)
    documents = keep_documents(daemon)
    daemon.stop()
    validate(documents, [records / "tour.jsonl"], "--every-operation")


def keep_documents(daemon):
    names = [daemon.scratch.root / name for name in ("openapi.json", "asyncapi.json")]
    for name in names:
        name.write_bytes(daemon.get("/" + name.name).body)
    return names


def validate(documents, records, *more):
    node = runner.need_tool("node")
    done = subprocess.run([node, HERE / "validate.mjs", *documents, *records, *more],
                          capture_output=True, text=True, timeout=300)
    print("    " + done.stdout.strip().replace("\n", "\n    "))
    assert done.returncode == 0, done.stderr[-2000:] or "differences"


def test_records_of_the_other_tests(arguments):
    need_packages()
    folder = os.environ.get("CHIMERA_TEST_RECORDS", "")
    records = sorted(pathlib.Path(folder).glob("*_test.jsonl")) if folder else []
    records = [file for file in records if file.stem != "contract_test"]
    if not records:
        raise runner.Skip("nothing was recorded")
    daemon = Daemon(arguments.chimera, Scratch()).start()
    documents = keep_documents(daemon)
    daemon.stop()
    validate(documents, records)


def test_documents_pass_the_linters(arguments):
    need_packages()
    daemon = Daemon(arguments.chimera, Scratch()).start()
    openapi, _ = keep_documents(daemon)
    daemon.stop()
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off",
                   "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run([HERE / "node_modules" / ".bin" / "redocly", "lint", openapi,
                           "--extends=recommended", "--format=json",
                           "--skip-rule=operation-2xx-response"], capture_output=True,
                          text=True, timeout=120, env=environment, cwd=HERE)
    found = json.loads(done.stdout) if done.stdout.startswith("{") else None
    assert found is not None, done.stderr[-2000:]
    for problem in found["problems"]:
        print(f"    {problem['ruleId']}: {problem['location'][0].get('pointer')}: "
              f"{problem['message']}")
    assert done.returncode == 0, found["totals"]


if __name__ == "__main__":
    runner.run(runner.tests_of(sys.modules[__name__]), runner.parse(__doc__))
