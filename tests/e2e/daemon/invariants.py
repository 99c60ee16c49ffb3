"""What must hold for the log of any job, whatever happened to the daemon."""
import hashlib

from harness import TERMINAL_EVENTS
from streams import history


# What only an attempt says that goes on.
OF_A_LIVING_ATTEMPT = ("step.started", "step.completed", "token.delta", "message.started",
                       "message.completed", "artifact.created", "claim.verified", "claim.refuted",
                       "claim.unresolved", "llm.usage")


def violations_of_log(events):
    """Lines that say what is wrong with a whole log, from its first event to its end."""
    wrong = list(wrong_numbers(events))
    terminal = [e["seq"] for e in events if e["type"] in TERMINAL_EVENTS]
    retried = sum(1 for e in events if e["type"] == "job.retried")
    if len(terminal) != 1 + retried:
        wrong.append(f"{len(terminal)} terminal events after {retried} retries: {terminal}")
    if events and events[-1]["type"] not in TERMINAL_EVENTS:
        wrong.append(f"the last event is {events[-1]['type']}")
    if events and events[0]["type"] != "job.queued":
        wrong.append(f"the first event is {events[0]['type']}")
    if len({(e["job"], e["epoch"]) for e in events}) > 1:
        wrong.append("more than one job or epoch in one log")
    return wrong + list(wrong_steps(events))


def wrong_numbers(events):
    reached = 0
    for event in events:
        first = event.get("first_seq", event["seq"])
        if first != reached + 1:
            yield f"seq {first} follows {reached}"
        if first > event["seq"]:
            yield f"first_seq {first} is after seq {event['seq']}"
        if first != event["seq"] and event["type"] != "token.delta":
            yield f"{event['type']} {event['seq']} covers several numbers"
        reached = event["seq"]


def wrong_steps(events):
    """A step ends once; a discarded or finished attempt says nothing more; attempts ascend."""
    started, discarded, ended = {}, {}, {}
    for event in events:
        step, kind = event.get("step"), event["type"]
        if kind == "job.retried":
            ended = {}
        if not step:
            continue
        attempt = event.get("attempt", 0)
        at = f"{kind} {event['seq']} of {step}#{attempt}"
        if attempt and attempt <= discarded.get(step, 0) and kind in OF_A_LIVING_ATTEMPT:
            yield f"{at}: attempt {discarded[step]} was discarded"
        if step in ended and kind in ("step.started", "token.delta", "step.completed",
                                      "message.started", "step.attempt_discarded"):
            yield f"{at}: the step was {ended[step]} already"
        if kind == "step.started":
            if attempt <= started.get(step, 0):
                yield f"{at}: attempt {started[step]} was started before"
            started[step] = attempt
        elif kind == "step.attempt_discarded":
            if attempt <= discarded.get(step, 0):
                yield f"{at}: discarded twice"
            discarded[step] = attempt
        elif kind in ("step.completed", "step.skipped", "step.failed", "step.canceled"):
            ended[step] = kind.removeprefix("step.")
        elif kind == "token.delta" and attempt != started.get(step):
            yield f"{at}: attempt {started.get(step)} is the one that runs"


def text_of(events, step):
    """What the step's last attempt said, as a watcher puts it together."""
    text, attempt = "", 0
    for event in events:
        if event.get("step") != step:
            continue
        if event["type"] == "step.started" or event["type"] == "step.attempt_discarded":
            text, attempt = "", event["attempt"]
        elif event["type"] == "token.delta" and event["attempt"] >= attempt:
            text += event["data"]["text"]
    return text


def violations_of_job(daemon, job_id):
    """Checks one ended job: its log, its row, its steps and its artifacts against each other."""
    job = daemon.job(job_id)
    events = list(history(daemon, job_id))
    wrong = violations_of_log(events)
    if not events:
        return [f"{job_id}: no events"]
    if events[-1]["type"] != f"job.{job['state']}":
        wrong.append(f"the row says {job['state']}, the log {events[-1]['type']}")
    if job["last_seq"] != events[-1]["seq"]:
        wrong.append(f"the row ends at {job['last_seq']}, the log at {events[-1]['seq']}")
    by_log = {e["step"] for e in events if e["type"] == "step.completed"}
    steps = daemon.get(f"/v1/jobs/{job_id}/steps").json()["data"]
    by_row = {step["name"] for step in steps if step["state"] == "completed"}
    if by_log != by_row:
        wrong.append(f"completed by the log {sorted(by_log)}, by the rows {sorted(by_row)}")
    wrong += violations_of_artifacts(daemon, job_id, events)
    return [f"{job_id} ({job['pipeline']}): {line}" for line in wrong]


def violations_of_artifacts(daemon, job_id, events):
    artifacts = daemon.get(f"/v1/jobs/{job_id}/artifacts").json()["data"]
    told = sum(1 for e in events if e["type"] == "artifact.created")
    if told != len(artifacts):
        yield f"{told} artifact.created, {len(artifacts)} artifacts"
    for made in artifacts:
        answer = daemon.get(f"/v1/artifacts/{made['sha256']}")
        if answer.status != 200:
            yield f"artifact {made['name']}: {answer.status}"
        elif hashlib.sha256(answer.body).hexdigest() != made["sha256"]:
            yield f"artifact {made['name']}: another hash"
        elif len(answer.body) != made["bytes"]:
            yield f"artifact {made['name']}: {len(answer.body)} bytes, not {made['bytes']}"


def check_jobs(daemon, job_ids):
    """Fails with every violation of these ended jobs and of the folders of the daemon."""
    wrong = [line for job_id in job_ids for line in violations_of_job(daemon, job_id)]
    wrong += [f"left behind: {name}" for name in daemon.scratch.unfinished_files()]
    assert not wrong, "\n    ".join(["invariants:", *wrong[:20]])
