#!/usr/bin/env python3
"""Writes a tree of small result files for dataset_bench: make_tree.py DIR [FILES] [SEED].

Half of the files are CSV, half JSON, of 5 to 30 rows each, in folders of a hundred. The same
arguments write the same bytes.
"""

import json
import random
import sys
from pathlib import Path


def rows(chance):
    base = chance.uniform(20, 200)
    for run in range(chance.randint(5, 30)):
        yield {
            "run": run + 1,
            "tokens_s": round(chance.gauss(base, base / 50), 3),
            "ttft_s": round(chance.uniform(0.05, 0.5), 6),
            "load_s": round(chance.uniform(0.01, 0.1), 6),
            "eval_count": chance.randint(100, 900),
            "status": "ok" if chance.random() < 0.98 else "failed",
        }


def csv_text(chance):
    table = list(rows(chance))
    lines = [",".join(table[0])]
    lines += [",".join(str(value) for value in row.values()) for row in table]
    return "\n".join(lines) + "\n"


def json_text(chance, number):
    document = {"model": f"model-{number % 7}", "runs": list(rows(chance))}
    return json.dumps(document, indent=1) + "\n"


def main():
    folder = Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for number in range(files):
        place = folder / f"batch_{number // 100:02}"
        place.mkdir(parents=True, exist_ok=True)
        if number % 2 == 0:
            (place / f"bench_{number:04}.csv").write_text(csv_text(chance))
        else:
            (place / f"bench_{number:04}.json").write_text(json_text(chance, number))


if __name__ == "__main__":
    main()
