"""Runs the test functions of a program: one line each, a last line with the counts."""
import argparse
import random
import shutil
import subprocess
import sys
import time
import traceback

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


class Skip(Exception):
    """This test cannot run here, and why."""


def skip_unless_serving(chimera):
    """Ends the program as skipped if this chimera has no daemon."""
    asked = subprocess.run([chimera, "serve", "--help"], capture_output=True, timeout=60)
    if asked.returncode != 0:
        print(f"skipped: {chimera} has no command serve")
        sys.exit(SKIPPED)


def need_tool(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f"{name} is not installed")
    return path


def parse(description, **more):
    """The arguments every program takes, and its own: name=(default, help)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("chimera", help="the program under test")
    parser.add_argument("--only", default="", help="tests whose name contains this")
    parser.add_argument("--long", action="store_true", help="the long form")
    parser.add_argument("--seed", type=int, default=None)
    for name, (default, text) in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=text)
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 32)
    skip_unless_serving(arguments.chimera)
    return arguments


def run(tests, arguments):
    """Runs functions test_*(arguments); ends the program with 0, 1 or SKIPPED."""
    print(f"seed {arguments.seed}", flush=True)
    passed = failed = skipped = 0
    for test in tests:
        if arguments.only not in test.__name__:
            continue
        begun = time.monotonic()
        try:
            test(arguments)
            word, passed = "ok", passed + 1
        except Skip as why:
            word, skipped = f"skipped ({why})", skipped + 1
        except Exception:
            word, failed = "FAILED", failed + 1
            print("    " + traceback.format_exc(limit=6).replace("\n", "\n    "))
        print(f"{test.__name__}: {word} {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0 if passed else SKIPPED)


def tests_of(module):
    """The functions test_* in the order of the file."""
    return [what for name, what in vars(module).items()
            if name.startswith("test_") and callable(what)]
