"""The floors of the house: imports go downward, and `import tinygrad_edu` needs NumPy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tinygrad_edu"
ROOT = PACKAGE.name

# From the ground up. A module may import what stands below it, and its own floor where that makes
# no circle. "" is the package's own face, `tinygrad_edu/__init__.py`.
FLOORS = (
    ("errors", "families"),
    ("op",),
    ("dtypes",),
    ("ops",),
    (
        "memory",
        "explain",
        "extras",
        "layout",
        "random",
        "settings",
        "text",
        "cuda",
        "backends",
    ),
    ("fast",),
    ("engine",),
    (
        "tensor",
        "conversion",
        "factory",
        "hooks",
        "inplace",
        "methods",
        "numpy_protocol",
        "promotion",
    ),
    ("creation", "sampling"),
    ("typed",),
    ("autograd", "linalg"),
    ("nn",),
    ("data", "func", "optim", "utils"),
    ("viz", "check", "serialization", "compiler"),
    ("lab",),
    ("",),
    ("cli", "app", "__main__"),
)
FLOOR_OF = {name: floor for floor, names in enumerate(FLOORS) for name in names}

# Beside the standard library the ground imports nothing, the doors anything, all others NumPy.
GROUND, DOORS = ("errors", "families", "op"), ("cli", "app", "__main__")


@dataclass(frozen=True)
class Import:
    """One import: `module` asks for `target`; a lazy one stands inside a function."""

    module: str
    target: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.module} (line {self.line}) imports {self.target}"


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def top(module: str) -> str:
    """The part of a module's name that has a floor: `ops` of `tinygrad_edu.ops.shape`."""
    return [*module.split("."), ""][1]


def imports_of(module: str) -> Iterator[Import]:
    """Every import in a module that can run; `if TYPE_CHECKING:` blocks never do."""
    file = FILES[module]
    package = module if file.stem == "__init__" else module.rpartition(".")[0]
    todo: list[tuple[ast.AST, bool]] = [(ast.parse(file.read_text(encoding="utf-8")), False)]
    while todo:
        node, lazy = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo += [(child, lazy) for child in node.orelse]
            continue
        for target in targets(node, package):
            yield Import(module, target, node.lineno, lazy)  # type: ignore[attr-defined]
        lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        todo += [(child, lazy) for child in ast.iter_child_nodes(node)]


def targets(node: ast.AST, package: str) -> list[str]:
    """The full names of the modules that an import statement asks for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    up = package.rsplit(".", node.level - 1)[0] if node.level else ""
    base = ".".join(part for part in (up, node.module or "") if part)
    names = [f"{base}.{alias.name}" for alias in node.names]
    return sorted({name if name in FILES else base for name in names})


IMPORTS = [found for module in FILES for found in imports_of(module)]
INSIDE = [found for found in IMPORTS if found.target.split(".")[0] == ROOT]
OUTSIDE = [found for found in IMPORTS if found.target.split(".")[0] not in sys.stdlib_module_names]
OUTSIDE = [found for found in OUTSIDE if found not in INSIDE]


def test_every_module_has_a_floor() -> None:
    """A new module or package is given its place in FLOORS before it is used."""
    assert {top(module) for module in FILES} <= FLOOR_OF.keys()


def test_imports_go_downward() -> None:
    """No module imports from a floor above its own, not even inside a function."""
    upward = [i for i in INSIDE if FLOOR_OF[top(i.target)] > FLOOR_OF[top(i.module)]]
    assert not upward, "\n".join(map(str, upward))


def test_no_import_circles() -> None:
    """The modules of one floor form no circle either."""
    graph: dict[str, set[str]] = {module: set() for module in FILES}
    for i in INSIDE:
        if not i.lazy and i.target != i.module:
            graph[i.module].add(i.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_the_ground_floor_is_standard_library() -> None:
    """What an operation and a refusal are needs no NumPy, so a rule's declaration can be read
    alone.
    """
    heavy = [i for i in OUTSIDE if top(i.module) in GROUND]
    assert not heavy, "\n".join(map(str, heavy))


def test_rules_know_numpy_and_op_alone() -> None:
    """The rules import NumPy, what stands below them and each other: never the tensor."""
    allowed = {"numpy", *(f"{ROOT}.{name}" for name in ("errors", "op", "dtypes", "ops"))}
    strange = [
        i
        for i in INSIDE + OUTSIDE
        if top(i.module) == "ops"
        and not any(i.target == name or i.target.startswith(name + ".") for name in allowed)
    ]
    assert not strange, "\n".join(map(str, strange))


def test_numpy_is_the_only_package_imported_at_once() -> None:
    """Below the doors, everything but NumPy is imported inside the function that needs it."""
    eager = [
        i
        for i in OUTSIDE
        if not i.lazy and i.target.split(".")[0] != "numpy" and top(i.module) not in DOORS
    ]
    assert not eager, "\n".join(map(str, eager))


def test_import_loads_numpy_alone() -> None:
    """A new process that imports the library has loaded NumPy and the standard library, no more."""
    script = (
        "import sys; before = set(sys.modules); import tinygrad_edu; "
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) - sys.stdlib_module_names == {ROOT, "numpy"}


def test_the_floors_are_named_once() -> None:
    """No module stands on two floors."""
    names = [name for floor in FLOORS for name in floor]
    assert all(a != b for a, b in pairwise(sorted(names)))
