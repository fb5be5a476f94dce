"""The lessons as notebooks: `python examples/notebooks.py [LESSON …] [--execute] [--out FOLDER]`.

Each lesson becomes `NAME.ipynb`; with `--execute` it is run from top to bottom, and `NAME.html` is
written beside it with everything that it printed and drew. Needs the extra [notebooks]. Without
names, all lessons.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent


def lessons(names: list[str]) -> list[Path]:
    """The lessons whose file names begin with one of `names`; all of them for no names."""
    every = sorted(HERE.glob("[0-9][0-9]_*.py"))
    chosen = [file for file in every if not names or any(file.stem.startswith(n) for n in names)]
    if not chosen:
        raise SystemExit(
            f"notebooks: no lesson begins with {', '.join(names)}. There are "
            f"{', '.join(file.stem for file in every)}."
        )
    return chosen


def convert(file: Path, out: Path, execute: bool) -> None:
    """Write the notebook of one lesson and, where it is executed, its page."""
    import jupytext
    import nbformat

    notebook = jupytext.read(file)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    if execute:
        from nbconvert import HTMLExporter
        from nbconvert.preprocessors import ExecutePreprocessor

        run = ExecutePreprocessor(timeout=600, kernel_name="python3")
        run.preprocess(notebook, {"metadata": {"path": str(HERE)}})
        exporter = HTMLExporter()
        page, _ = exporter.from_notebook_node(notebook)
        (out / f"{file.stem}.html").write_text(page, encoding="utf-8")
    nbformat.write(notebook, out / f"{file.stem}.ipynb")
    print(out / f"{file.stem}.ipynb", flush=True)


def main() -> None:
    """Convert what the command line names."""
    parser = argparse.ArgumentParser(description="Write the lessons as notebooks.")
    parser.add_argument("names", nargs="*", metavar="LESSON", help="such as 06; all by default")
    parser.add_argument("--execute", action="store_true", help="run them, and write HTML too")
    parser.add_argument("--out", type=Path, default=HERE / "notebooks", metavar="FOLDER")
    options = parser.parse_args()
    chosen = lessons(options.names)
    options.out.mkdir(parents=True, exist_ok=True)
    for file in chosen:
        try:
            convert(file, options.out, options.execute)
        except ImportError as error:
            sys.exit(
                f"notebooks: {error.name} is not installed. Install it: "
                "pip install 'tinygrad-edu[notebooks]'"
            )


if __name__ == "__main__":
    main()
