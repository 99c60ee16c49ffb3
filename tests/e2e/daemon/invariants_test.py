#!/usr/bin/python3
"""The checker itself: each violation it is there for is found, and a sound log has none."""
import copy
import sys

from invariants import text_of, violations_of_log
from streams import expanded

EPOCH = "01J00000000000000000000000"


def event(kind, step=None, attempt=0, data=None, **more):
    one = {"epoch": EPOCH, "type": kind, "time": "2026-01-01T00:00:00.000Z", "job": "job_x",
           "data": data or {}, **more}
    if step:
        one.update(step=step, attempt=attempt)
    return one


def numbered(events):
    for seq, one in enumerate(events, 1):
        one["seq"] = seq
    return events


def token(text, attempt=1):
    return event("token.delta", "a", attempt, {"text": text})


def sound():
    return numbered([event("job.queued"), event("job.started"), event("step.started", "a", 1),
                     token("stale"), event("step.attempt_discarded", "a", 1),
                     event("step.started", "a", 2), token("fresh ", 2), token("text", 2),
                     event("step.completed", "a", 2), event("job.completed")])


def retried():
    return numbered(sound() + [event("job.retried"), event("step.started", "a", 3),
                               event("step.completed", "a", 3), event("job.completed")])


def without(index):
    def change(events):
        del events[index]
        return events
    return change


def renumbered(change):
    return lambda events: numbered(change(events))


def insert(index, what):
    def change(events):
        events.insert(index, copy.deepcopy(what))
        return events
    return change


CASES = {
    "a missing number": (without(5), "seq 7 follows 5"),
    "a number twice": (lambda e: e[:4] + [e[3]] + e[4:], "seq 4 follows 4"),
    "no end": (without(-1), "0 terminal events"),
    "two ends": (renumbered(insert(10, event("job.failed"))), "2 terminal events"),
    "an event after the end": (renumbered(insert(10, event("job.progress"))), "the last event"),
    "no beginning": (renumbered(without(0)), "the first event"),
    "a stale token": (renumbered(insert(6, token("late"))), "attempt 1 was discarded"),
    "a step that ends twice": (renumbered(insert(9, event("step.completed", "a", 2))),
                               "completed already"),
    "a finished step that runs again": (renumbered(insert(9, event("step.started", "a", 3))),
                                        "completed already"),
    "an attempt twice": (renumbered(insert(6, event("step.started", "a", 2))),
                         "was started before"),
    "a token of no attempt": (renumbered(insert(7, token("odd", 3))), "is the one that runs"),
    "another epoch": (lambda e: e[:-1] + [dict(e[-1], epoch="other")], "more than one"),
    "merged lifecycle": (lambda e: e[:1] + [dict(e[2], first_seq=2)] + e[3:], "several numbers"),
}


def main():
    failed = 0
    for name, log in {"a sound log": sound(), "a retried job": retried()}.items():
        if violations_of_log(log):
            failed += 1
            print(f"FAILED {name}: {violations_of_log(log)}")
    for name, (change, expected) in CASES.items():
        found = violations_of_log(change(sound()))
        if not any(expected in line for line in found):
            failed += 1
            print(f"FAILED {name}: '{expected}' is not in {found}")
    merged = sound()
    merged[6:8] = [dict(merged[7], first_seq=7, data={"text": "fresh text"})]
    same = violations_of_log(merged) == [] and expanded(merged) == expanded(sound())
    if not same or text_of(sound(), "a") != "fresh text":
        failed += 1
        print("FAILED merged tokens are the same stream")
    print(f"{len(CASES) + 3 - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
