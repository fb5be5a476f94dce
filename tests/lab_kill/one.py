"""One parent on a small study, which may be there already."""

from __future__ import annotations

import sys
from pathlib import Path

from tinygrad_edu.lab.study import Experiment, Grid, run
from tinygrad_edu.lab.study.storage import Heart

EXPERIMENT = Experiment(
    Grid(("sgd", "adam"), (0.1, 0.01), (16, 32), ((16,),), dropout=(0.1,), seed=(0, 1)), epochs=4
)
HEART = Heart(1, 3)


def main(folder: Path, url: str | None = None, name: str | None = None) -> None:
    """Do what is left of the study with two workers."""
    run(EXPERIMENT, folder, storage=url, name=name, workers=2, heart=HEART, progress=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
