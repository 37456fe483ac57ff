#!/usr/bin/env python3
"""Compares `members` with its twin on random histories: members_compare.py PROGRAM [COUNT [FIRST_SEED]]

Prints `ok` and what was met; at the first difference the seed, the history and both documents, exit 1. The histories of one
seed are the same on every machine. 100,000: members_compare.py build/release/members 100000 (about ten minutes a core).
"""
import collections
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from members_histories import history  # noqa: E402
from members_twin import Malformed, document  # noqa: E402

BATCH = 250


def answers_of(program, histories):
    """What the program prints for each history, given to it in one go."""
    text = "\n\n".join("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) for lines in histories)
    run = subprocess.run([program, "--many"], input=text.encode(), stdout=subprocess.PIPE, check=False)
    return run.returncode, run.stdout.decode().splitlines()


GENESIS = '{"id":"g","kind":"genesis","founders":["p0","p1"]}'
ADD = '{"id":"a","by":"p0","kind":"add","who":"p2","role":"member","parents":["%s"],"seen":[]}'
MALFORMED = {
    "nothing at all": [],
    "no genesis first": [ADD % "g"],
    "a second genesis": [GENESIS, GENESIS.replace('"g"', '"h"')],
    "a duplicate id": [GENESIS, ADD % "g", ADD % "g"],
    "an unknown parent": [GENESIS, ADD % "x"],
    "a child before its parent": [GENESIS, ADD % "b", (ADD % "g").replace('"a"', '"b"')],
    "content as a control parent": [GENESIS, '{"id":"c","by":"p0","kind":"content","parents":[],"auth":["g"]}', ADD % "c"],
    "an unknown auth": [GENESIS, '{"id":"c","by":"p0","kind":"content","parents":[],"auth":["x"]}'],
    "something that is not JSON": [GENESIS, "{"],
}


def refuses_the_malformed(program):
    for what, lines in MALFORMED.items():
        run = subprocess.run([program], input="\n".join(lines).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             check=False)
        if run.returncode != 2 or run.stdout or not run.stderr:
            print("FAIL %s: exit %d, %r" % (what, run.returncode, run.stdout))
            return False
        if what == "something that is not JSON":
            continue
        try:
            document([json.loads(line) for line in lines])
        except Malformed:
            continue
        print("FAIL the twin takes %s" % what)
        return False
    print("ok   malformed histories are refused with exit 2")
    return True


def told(seed, lines, theirs, ours):
    print("FAIL seed %d: the program and its twin disagree" % seed)
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    print("program: %s\ntwin:    %s" % (theirs, ours))


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    sys.setrecursionlimit(100000)
    if not refuses_the_malformed(program):
        return 1
    met = collections.Counter()
    for begin in range(first, first + count, BATCH):
        seeds = range(begin, min(begin + BATCH, first + count))
        histories = [history(seed) for seed in seeds]
        code, answers = answers_of(program, histories)
        for seed, lines, theirs in zip(seeds, histories, answers):
            ours = document(lines)
            if theirs != ours:
                told(seed, lines, theirs, ours)
                return 1
            state = json.loads(ours)
            met["commits"] += len(lines)
            met["set aside"] += len(state["set_aside"])
            met["organisers below the founders"] += sum(1 for p in state["people"].values() if len(p["path"] or []) > 1)
        if code != 0 or len(answers) != len(histories):
            print("FAIL seeds %d to %d: exit %d, %d answers" % (seeds[0], seeds[-1], code, len(answers)))
            return 1
    print("ok   M14 %d histories from seed %d give what the twin gives (%s)"
          % (count, first, ", ".join("%d %s" % (n, what) for what, n in met.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
