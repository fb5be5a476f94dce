"""The door: `python -m benchmarks [--only chain mlp] [--quick] [--check] [--json FILE]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure tinygrad_edu beside its peers, in one run.",
    )
    parser.add_argument("--only", nargs="+", metavar="CASE", help="these cases, not all")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    parser.add_argument("--quick", action="store_true", help="few rounds: does it run at all?")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count() or 1, help="for every library (all cores)"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        default=Path("benchmarks/results/results.json"),
        help="write everything measured here (%(default)s)",
    )
    parser.add_argument("--no-plots", action="store_true", help="no pictures beside the JSON file")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: processor time, for a machine that is busy with other things",
    )
    parser.add_argument("--markdown", action="store_true", help="end with a table for the README")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 where a bound is missed or not measured"
    )
    return parser.parse_args()


def _equal_threads(threads: int) -> None:
    """The same number for every library, before the first of them is loaded.

    BLAS and OpenMP read the variables once; XLA's pool has no number of its own, so it is told not
    to split a product where one thread is asked for, and the process is kept on as many processors
    as there are threads, where the system can do that.
    """
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
    os.environ["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        os.environ["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[-threads:])


def main() -> int:
    """Run the cases, print them, and say with the exit code whether the bounds hold."""
    options = _options()
    _equal_threads(options.threads)
    from . import report
    from .registry import Settings, select

    cases = select(options.only)
    if options.list:
        report.print_list(cases)
        return 0
    settings = Settings(options.threads, options.quick, options.clock)
    outcome = report.run(cases, settings)
    if options.markdown:
        print(f"\n{report.markdown(outcome)}")
    report.write_json(outcome, settings, options.json)
    if not options.no_plots:
        from .plots import draw

        draw(outcome, options.json.parent)
    return 0 if outcome.kept or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
