"""What the README says is what happens: its scripts, commands and links, in both languages."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en": "README.md", "ru": "README.ru.md"}
COMMANDS = ("train", "tests")


def readme(language: str) -> str:
    return (ROOT / LANGUAGES[language]).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def command(text: str, name: str) -> str:
    """The command under `<!-- command: name -->`, as `.ci/run` takes it."""
    found = re.findall(rf"^<!-- command: {name} -->\n```sh\n(.*?)^```$", text, re.DOTALL | re.M)
    assert len(found) == 1, f"the README gives {len(found)} commands named {name}"
    return found[0].strip()


def run_script(source: str, folder: Path) -> str:
    """What a script prints, in a process and a folder of its own; warnings are errors there too."""
    (folder / "script.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "script.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_prints_what_the_readme_says(language: str, tmp_path: Path) -> None:
    """The first script runs as it stands, and reads as many digits as promised, to one per cent."""
    text = readme(language)
    script, promised = blocks(text, "python")[0], blocks(text, "text")[0]
    printed = run_script(script, tmp_path)
    number = re.compile(r"[\d.]+(?=%)")
    assert number.sub("N", printed) == number.sub("N", promised)
    assert float(number.findall(printed)[0]) == pytest.approx(
        float(number.findall(promised)[0]), abs=1
    )


def test_the_script_is_short() -> None:
    """Fifteen lines are enough to train a network."""
    lines = [line for line in blocks(readme("en"), "python")[0].splitlines() if line.strip()]
    assert len(lines) <= 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_op_of_ones_own(language: str, tmp_path: Path) -> None:
    """The op in the README differentiates twice: at 0 it has the slope 1/2, the curvature 1/4."""
    check = """
import tinygrad_edu as te
x = te.tensor(0.0, requires_grad=True)
(slope,) = te.autograd.grad(soft_relu(x), x, create_graph=True)
(curvature,) = te.autograd.grad(slope, x)
print(slope.item(), curvature.item())
"""
    assert run_script(blocks(readme(language), "python")[1] + check, tmp_path) == "0.5 0.25\n"


def test_both_languages_show_the_same_code() -> None:
    """The scripts differ in their comments only."""
    english, russian = (
        [ast.dump(without_docstrings(ast.parse(b))) for b in blocks(readme(language), "python")]
        for language in LANGUAGES
    )
    assert english == russian


def without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@pytest.mark.parametrize("name", COMMANDS)
def test_both_languages_give_the_same_command(name: str) -> None:
    """A reader of either README types the same line."""
    assert command(readme("en"), name) == command(readme("ru"), name)


@pytest.mark.parametrize("name", COMMANDS)
def test_ci_runs_the_readmes_command(name: str) -> None:
    """`.ci/run` takes its commands from the README, word for word."""
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--command", name], capture_output=True, text=True
    )
    assert done.stdout.strip() == command(readme("en"), name)
    assert f"in_copy {name}" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(language: str) -> None:
    """The files and pictures that the README points at exist."""
    targets = re.findall(r"\]\(([^)#]+)\)", readme(language))
    assert targets
    missing = [t for t in targets if "://" not in t and not (ROOT / t).exists()]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_families_are_the_librarys(language: str) -> None:
    """The table names every family of rules, in the library's own words."""
    from tinygrad_edu.op import FAMILIES

    text = readme(language)
    for family in FAMILIES.values():
        name, says = (family.name, family.says) if language == "en" else (family.ru, family.says_ru)
        assert f"| {name} | {says} |" in text


@pytest.mark.parametrize("name", ["worked_example", "own_op"])
def test_the_examples_run(name: str, tmp_path: Path) -> None:
    """Every example in examples/ runs from its first line to its last."""
    printed = run_script((ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8"), tmp_path)
    assert printed.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_a_family_belong_to_it(language: str) -> None:
    """The ops that the table gives as examples are declared with that family."""
    import tinygrad_edu as te
    from tinygrad_edu.op import FAMILIES

    spelled = {"+": "add", "−": "sub", "×": "mul", "÷": "div", "@": "matmul", "==": "eq"}
    x = te.tensor([[0.5, 0.7]], requires_grad=True)
    calls = {
        "max": lambda: x.max(),
        "expand": lambda: x.expand(3, 2),
        "cat": lambda: te.cat([x, x]),
        "x[i]": lambda: x[0],
    }
    for family in FAMILIES.values():
        name = family.name if language == "en" else family.ru
        (row,) = re.findall(rf"^\| {name} \|.*\| (.*) \|$", readme(language), re.MULTILINE)
        for example in re.findall(r"`([^`]+)`", row):
            if example in calls:
                declared = calls[example]().grad_fn.op
            else:
                declared = te.op.registry[spelled.get(example, example)]
            assert declared.family is family, example
