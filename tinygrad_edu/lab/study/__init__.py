"""Many trainings as one study: described, shared out over processes and machines, and read again.

    experiment = preset("practical-2", data="digits")
    results = run(experiment, "runs/practical-2")
    results.frame()          # pandas

grid.py         which trainings there are to be
presets.py      the sheet's grid, and grids from TOML files
storage.py      Optuna's storage, opened so that no trial is done twice
queue.py        each trial is there once: claimed, given back, finished
training.py     one trial: from its settings to its curves
worker.py       a process that takes trials until there are none
parent.py       starts workers, watches them, shows how far they are
results.py      what has been measured, as rows, CSV, a data frame
"""

from .grid import Experiment, Grid
from .parent import run
from .presets import PRESETS, preset, read_toml
from .results import Results, Run, load_results

__all__ = [
    "PRESETS",
    "Experiment",
    "Grid",
    "Results",
    "Run",
    "load_results",
    "preset",
    "read_toml",
    "run",
]
