#!/usr/bin/env python3
"""Reads the tracked tree and fails on what style forbids: long lines, long files, banned words.

usage: tests/tidy/tidy.py [ROOT]      exit 0 clean, 1 with findings (file:line: what)
"""
import pathlib
import re
import subprocess
import sys

LINE_COLUMNS_MAX = 100
FILE_LINES_MAX = 500
SOURCE = {".cpp", ".hpp"}
# word -> (why, folders where it is allowed)
BANNED = {
    r"\bdetached\b": ("every coroutine has an owner (scope)", ()),
    r"\bsleep_for\b": ("wait on a clock or a timer", ()),
    r"\b(steady|system)_clock::now\b": ("time comes as an argument", ("daemon/loop", "tests/")),
    r"\bstd::thread\b": ("use std::jthread or the blocking pool", ()),
    r"\bTODO\b|\bFIXME\b|\bXXX\b": ("finish it or say why not in an issue", ()),
    r'#include "\.\./': ("include with the full path from the root", ()),
    r"boost/beast": ("Beast stays in daemon/http", ("daemon/http",)),
    r"using namespace std;": ("name it", ()),
    r"\bstd::regex\b": ("slow, and recursive on long input", ()),
    r"\bstd::(uniform_\w+_distribution|shuffle)\b": ("differs between machines", ()),
}
BAD_NAMES = re.compile(r"(^|/)(utils?|helpers?|common|misc|manager)[^/]*\.(cpp|hpp)$")


def tracked(root):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return [pathlib.PurePosixPath(name) for name in listed if name and (root / name).is_file()]


def check(root, path):
    text = (root / path).read_text(encoding="utf-8")
    lines = text.split("\n")
    if len(lines) > FILE_LINES_MAX:
        yield 1, f"{len(lines)} lines, more than {FILE_LINES_MAX}: has it one purpose?"
    if path.suffix == ".hpp" and "#pragma once" not in text:
        yield 1, "no #pragma once"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and 'R"(' not in line:
            yield number, f"{len(line)} columns, more than {LINE_COLUMNS_MAX}"
        for pattern, (why, allowed) in BANNED.items():
            if re.search(pattern, line) and not str(path).startswith(allowed or ("\0",)):
                yield number, f"'{re.search(pattern, line).group(0)}': {why}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = []
    checked = 0
    for path in tracked(root):
        if BAD_NAMES.search(str(path)):
            findings.append(f"{path}:1: a name that says nothing")
        if path.suffix in SOURCE:
            checked += 1
            findings += [f"{path}:{number}: {what}" for number, what in check(root, path)]
    print("\n".join(findings))
    if checked == 0:
        print("tidy: no source file found", file=sys.stderr)
        return 1
    print(f"tidy: {checked} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
