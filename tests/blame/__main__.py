"""Count how often `blame` names the planted mistake, and how often it blames the innocent."""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np

from tinygrad_edu.check import blame

from .graphs import random_graph
from .mistakes import MISTAKES, plant

LEAST = 0.99  # the share of planted mistakes that must be named


def with_a_mistake(seed: int) -> tuple[str, str, bool] | None:
    """(mistake, op, whether its node and argument were named first and alone), for one graph."""
    rng = np.random.default_rng([seed, 1])
    loss = random_graph(rng)
    planted = plant(loss, rng)
    if planted is None:
        return None
    report = blame(loss, seed=seed)
    argument = planted.node.op.input_name(planted.i)
    alone = len(report.wrong) == 1
    right = alone and report.wrong[0].node is planted.node
    right = right and argument in report.wrong[0].argument.split(", ")
    return planted.mistake, planted.node.op.name, right


def without(seed: int) -> tuple[list[str], int]:
    """The rules of a correct graph that are blamed all the same, and how many were checked."""
    loss = random_graph(np.random.default_rng([seed, 2]))
    report = blame(loss, seed=seed)
    return [f"{w.op}.{w.argument}: {w.proof}" for w in report.wrong], report.rules


def main(words: list[str]) -> int:
    """Print the figures; 1 where they are not good enough."""
    n, first = int(words[0]) if words else 1000, int(words[1]) if len(words) > 1 else 0
    started = time.perf_counter()
    named, missed, ops = Counter[str](), Counter[str](), set()
    seed, planted = first, 0
    while planted < n:
        seed += 1
        found = with_a_mistake(seed)
        if found is None:
            continue
        planted += 1
        mistake, op, right = found
        ops.add(op)
        (named if right else missed)[mistake] += 1
        if not right:
            print(f"  seed {seed}: {mistake} in {op} was not named first and alone")
    alarms = rules = 0
    for seed in range(first, first + n):
        blamed, checked = without(seed)
        rules += checked
        alarms += bool(blamed)
        for line in blamed:
            print(f"  seed {seed}: false alarm: {line}")
    for mistake in MISTAKES:
        print(f"{mistake:28} {named[mistake]:4} of {named[mistake] + missed[mistake]}")
    share = named.total() / n
    print(
        f"blame: named {named.total()} of {n} planted mistakes ({share:.2%}) in {len(ops)} ops; "
        f"{alarms} false alarm(s) in {n} correct graphs ({rules} rules); "
        f"{time.perf_counter() - started:.0f} s"
    )
    return 0 if share >= LEAST and not alarms else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
