"""The report's files."""

from __future__ import annotations

import os
from pathlib import Path

from ...serialization.files import write_file
from ..study.results import Results
from .blocks import Figure
from .render import svg, to_html, to_markdown
from .sections import report
from .texts import Texts

__all__ = ["write_report"]


def write_report(results: Results, folder: str | os.PathLike[str], lang: str = "en") -> list[Path]:
    """Write report-LANG.html, report-LANG.md and pictures/ into a folder; the first two paths.

    The HTML file holds everything that it shows, and prints on A4. Raises `ArgumentError` where no
    run is finished, `NotInstalled` without matplotlib or latex2mathml.
    """
    folder, blocks = Path(folder), report(results, lang)
    page = to_html(blocks, Texts(lang)("title"), lang)
    for block in blocks:
        if isinstance(block, Figure):
            write_file(folder / "pictures" / f"{block.name}.svg", svg(block.picture), "lab")
    paths = [folder / f"report-{lang}.html", folder / f"report-{lang}.md"]
    for path, text in zip(paths, (page, to_markdown(blocks)), strict=True):
        write_file(path, text.encode(), "lab")
    return paths
