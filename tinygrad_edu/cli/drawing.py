"""`tinygrad-edu draw` and `tinygrad-edu predict`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import DataError

__all__ = ["draw", "predict"]

_model = click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A network that `tinygrad-edu train` saved.  [default: the package's own]",
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one."
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open nothing.")
@click.option("--no-teach", is_flag=True, help="Nobody can change the network: for public servers.")
@_model
def draw(host: str, port: int, no_browser: bool, no_teach: bool, model: Path | None) -> int:
    """Draw a digit in the browser; the network says what it is, and shows why."""
    from ..extras import extra

    extra("starlette", "the drawing page", "app")
    extra("PIL", "the drawing page", "app")
    from ..app.serving import serve

    serve(
        host,
        port,
        browser=not no_browser,
        teach=not no_teach,
        model=model,
        announce=lambda address: click.echo(f"{address}  (Ctrl-C ends it)"),
    )
    return 0


@click.command()
@click.argument(
    "images", nargs=-1, required=True, metavar="IMAGE…", type=click.Path(path_type=Path)
)
@click.option(
    "--json", "as_json", is_flag=True, help="All ten probabilities, a JSON object a line."
)
@_model
def predict(images: tuple[Path, ...], as_json: bool, model: Path | None) -> int:
    """Say which digit is on each picture: name, digit, probability.

    A file that cannot be read gets its line on stderr, the others are read; the exit code is 1.
    """
    from ..app import Reader, prepare
    from ..app.pictures import read_picture

    reader, failed = Reader(model), False
    for path in images:
        try:
            reading = reader.read(prepare(read_picture(path)))
        except DataError as error:
            failed = True
            click.echo(f"{_named(path)}: {_reason(error, path)}", err=True)
            continue
        if as_json:
            chances = [round(float(p), 6) for p in reading.probabilities]
            line = {"file": str(path), "digit": reading.digit, "probabilities": chances}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            click.echo(f"{_named(path)}\t{reading.digit}\t{reading.probability:.4f}")
    return int(failed)


def _named(path: Path) -> str:
    """The file's name in one line, and in one column of it."""
    return str(path).replace("\n", "\\n").replace("\t", "\\t")


def _reason(error: DataError, path: Path) -> str:
    """What is wrong, in one line that does not name the file again."""
    said = str(error).removeprefix(f"{path}:").removeprefix(f"{path} ").removeprefix("prepare:")
    return " ".join(said.split())
