"""Run a script under the library of the command line, and write its trace even where it fails."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np

from .pytorch import Torch
from .sides import Edu, Side
from .trace import Stream, Trace

NAMES = {"edu": "tinygrad_edu", "torch": "torch"}


class Alias(MetaPathFinder, Loader):
    """`import old…` gives `new…`."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Answer for the old name and everything under it."""
        if name == self.old or name.startswith(self.old + "."):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """A placeholder."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the placeholder's place."""
        name = module.__spec__.name if module.__spec__ else self.old
        real = importlib.import_module(self.new + name[len(self.old) :])
        sys.modules[name] = real


def main(arguments: list[str]) -> int:
    """Run `side trace [tape] -- script …`."""
    split = arguments.index("--")
    (side, path, *tape), (script, *rest) = arguments[:split], arguments[split + 1 :]
    other = NAMES["torch" if side == "edu" else "edu"]
    for name in [n for n in sys.modules if n == other or n.startswith(other + ".")]:
        del sys.modules[name]  # with PyTorch, `import tinygrad_edu` shall mean torch from here on
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    sys.meta_path.insert(0, Alias(other, NAMES[side]))
    lib = importlib.import_module(NAMES[side])
    trace = Trace(path, tape[0] if tape else None)
    runner: Side = {"edu": Edu, "torch": Torch}[side](lib, trace, Stream())
    runner.listen()
    np.random.seed(0)  # noqa: NPY002  (for scripts that draw from NumPy's old global stream)
    importlib.import_module("random").seed(0)
    sys.argv = [script, *rest]
    failed = "the script was ended"
    try:
        runpy.run_path(script, run_name="__main__")
        failed = ""
    except SystemExit as stop:
        failed = "" if stop.code in (None, 0) else f"SystemExit: {stop.code}"
    except BaseException as error:
        failed = f"{type(error).__name__}: {error}"
        raise
    finally:
        trace.save(side, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
