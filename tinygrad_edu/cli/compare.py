"""`tinygrad-edu compare script.py`: the same script here and in PyTorch, number by number."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..check.compare import compare as compare_runs

__all__ = ["compare"]

EXIT = {"same": 0, "parted": 1, "failed": 2, "no PyTorch": 3}
"""The exit code for each outcome."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--timeout", type=float, default=300.0, show_default=True, help="Seconds for a run.")
@click.option("--rtol", type=float, help="What counts as rounding.  [default: 1e-4, float64 1e-9]")
@click.option("--trace", type=click.Path(path_type=Path), help="Keep the trace of the run here.")
@click.option("--against", type=click.Path(path_type=Path), help="A trace that was made elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--lang", type=click.Choice(["en", "ru"]), default="en", help="Language of the output."
)
def compare(
    script: Path,
    arguments: tuple[str, ...],
    timeout: float,
    rtol: float | None,
    trace: Path | None,
    against: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """Run SCRIPT here and in PyTorch, and show where the numbers part.

    Exit code: 0 the same, 1 they part, 2 a run failed, 3 PyTorch is not installed.
    """
    result = compare_runs(
        script, arguments, timeout=timeout, rtol=rtol, trace=trace, against=against, lang=lang
    )
    click.echo(json.dumps(result.to_dict(), ensure_ascii=False) if as_json else str(result))
    return EXIT[result.status]
