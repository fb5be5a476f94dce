"""The figures of the diagnosis on a generated set, from a fixed seed.

    python -m tests.diagnosis [EACH] [RIGHT] [SEED]

EACH cases for every specimen of the zoo, RIGHT cases without a mistake. Ends with code 1 where
fewer than 95 % bear the right name, or one right case is called wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from .cases import judged, right_cases, wrong_cases


def main(each: int = 90, right: int = 1000, seed: int = 0) -> int:
    """Print the figures; the exit code."""
    start = time.perf_counter()
    wrong, correct = list(wrong_cases(each, seed)), list(right_cases(right, seed))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        names = list(pool.map(judged, wrong + correct, chunksize=20))
    hits: Counter[str] = Counter()
    misses: Counter[tuple[str, str]] = Counter()
    for (name, *rest), given in zip(wrong, names, strict=False):
        hits[name] += given == name
        misses[name, given] += given != name
        if given != name and "-v" in sys.argv:
            print(name, given, *rest)
    for name in hits:
        others = {g: n for (m, g), n in misses.items() if m == name and n}
        print(f"{name:28} {hits[name]:4}/{each}  {others or ''}")
    named = sum(hits.values())
    alarms = sum(given != "right" for given in names[len(wrong) :])
    if "-v" in sys.argv:
        for case, given in zip(correct, names[len(wrong) :], strict=True):
            if given != "right":
                print(*case, given)
    print(f"named rightly: {named} of {len(wrong)} ({100 * named / len(wrong):.2f} %)")
    print(f"false alarms: {alarms} of {len(correct)}; {time.perf_counter() - start:.0f} s")
    return int(named < 0.95 * len(wrong) or alarms > 0)


if __name__ == "__main__":
    sys.exit(main(*[int(a) for a in sys.argv[1:] if a != "-v"]))
