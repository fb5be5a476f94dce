"""The figures of the diagnosis on cases that hypothesis draws from a fixed seed.

    python -m tests.diagnosis [EACH] [RIGHT] [SEED] [-v]

EACH different cases for every specimen of the zoo, RIGHT without a mistake, half of them in each
convention; -v prints every case that was judged wrongly. Ends with code 1 where fewer than 95 %
bear the right name, or one right case is called wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain

from tinygrad_edu.check import zoo

from .cases import Case, distinct, judged, mistaken, right


def main(each: int = 90, rights: int = 1000, seed: int = 0, verbose: bool = False) -> int:
    """Print the figures; the exit code."""
    start = time.perf_counter()
    halves = {"rows": rights - rights // 2, "columns": rights // 2}
    wanted = [*((name, each) for name in zoo.SPECIMENS), *halves.items()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        cases = list(chain.from_iterable(pool.map(partial(drawn, seed), wanted)))
        names = list(pool.map(judged, cases, chunksize=20))
    given = dict(zip(cases, names, strict=True))
    wrong = [case for case in cases if case.name != "right"]
    correct = [case for case in cases if case.name == "right"]
    for case, name in given.items():
        if verbose and name != case.name:
            print(f"{name} given to {case}")
    by_name = {name: [c for c in wrong if c.name == name] for name in zoo.SPECIMENS}
    named = sum(table(name, [given[c] for c in some]) for name, some in by_name.items())
    alarms = sum(given[case] != "right" for case in correct)
    print(f"named rightly: {named} of {len(wrong)} ({100 * named / len(wrong):.2f} %)")
    print(
        f"false alarms: {alarms} of {len(correct)} ({halves['rows']} by rows, {halves['columns']} "
        f"by columns); {time.perf_counter() - start:.0f} s"
    )
    return int(named < 0.95 * len(wrong) or alarms > 0)


def drawn(seed: int, wanted: tuple[str, int]) -> list[Case]:
    """So many cases of a specimen, or of right work in a convention."""
    name, count = wanted
    cases = mistaken(name) if name in zoo.SPECIMENS else right(name)
    return distinct(cases, count, f"{seed} {name}")


def table(name: str, given: list[str]) -> int:
    """Print a specimen's line: how many were named rightly, of how many, and the other names."""
    counts = Counter(given)
    others = {other: n for other, n in counts.items() if other != name}
    print(f"{name:28} {counts[name]:4}/{len(given)}  {others or ''}")
    return counts[name]


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word != "-v"]
    sys.exit(main(*numbers, verbose="-v" in sys.argv))
