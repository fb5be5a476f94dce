"""The picture of a graph as a file: by Graphviz, without it, and with hostile names."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ArgumentError, NotInstalled

graph_module = sys.modules["tinygrad_edu.viz.graph"]  # the package's `graph` is the function

pytest.importorskip("graphviz", reason="the graphviz package draws pictures")
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program is absent")
needs_layout = pytest.mark.skipif(
    importlib.util.find_spec("fast_sugiyama") is None, reason="fast-sugiyama is not installed"
)
HOSTILE = [
    "<b>",
    'a"b',
    "a'b",
    "back\\slash",
    "\\N",
    "new\nline",
    "<",
    "&amp;",
    "a:b",
    "вес",
    "\x00\x1b",
    "",
]


def worked_example():
    """The course's example: e = c·d, c = a + b, at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    return a, b, c, c * d


@pytest.fixture
def without_dot(monkeypatch):
    """As on a machine that has not Graphviz's program."""
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *a: None if name == "dot" else real(name, *a))
    monkeypatch.setattr(graph_module, "_said", True)


def network():
    """Two layers, watched."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with viz.watch(model, "net") as calls:
        loss = model(torch.ones(4, 2)).sum()
    return model, calls, loss


def hostile(name):
    """A leaf, a constant and an op of this name."""
    x, constant = torch.tensor(2.0, requires_grad=True), torch.tensor([3.0, 4.0])
    y = x * constant
    return viz.graph(y, names={name: x, f"{name} c": constant, f"{name} y": y})


@needs_dot
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_break_no_picture(name):
    """Graphviz reads the text, and the SVG is XML in which the name stands as it is."""
    svg = hostile(name).to_svg()
    texts = "".join(ElementTree.fromstring(svg).itertext())
    assert "".join(c if c.isprintable() else " " for c in name).strip() in texts


@needs_layout
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_break_no_picture_without_graphviz(name, without_dot):
    """The same by the layout of our own."""
    svg = hostile(name).to_svg()
    texts = "".join(ElementTree.fromstring(svg).itertext())
    assert "".join(c if c.isprintable() else " " for c in name).strip() in texts


@needs_dot
@pytest.mark.parametrize(
    ("kind", "magic"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_pictures_are_written_in_every_format(tmp_path, kind, magic):
    """By the ending of the name; another ending is refused."""
    picture = viz.graph(worked_example()[-1])
    assert picture.save(tmp_path / f"a.{kind}").read_bytes().startswith(magic)
    assert picture.render(tmp_path / "b", format=kind) == str(tmp_path / f"b.{kind}")
    with pytest.raises(ArgumentError, match="gif"):
        picture.save(tmp_path / "a.gif")


def test_dot_needs_no_program(tmp_path, without_dot):
    """The text of the picture can be written anywhere; png and pdf say what to install."""
    picture = viz.graph(worked_example()[-1])
    assert picture.save(tmp_path / "a.dot").read_text("utf-8") == picture.source
    with pytest.raises(NotInstalled, match="graphviz"):
        picture.save(tmp_path / "a.png")


@needs_layout
def test_without_graphviz_there_is_a_picture_and_one_hint(without_dot, monkeypatch):
    """The first picture says how to install Graphviz, the second no more."""
    monkeypatch.setattr(graph_module, "_said", False)
    picture = viz.graph(worked_example()[-1], lang="en")
    with pytest.warns(UserWarning, match="install"):
        svg = picture.to_svg()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture.to_svg() == svg
    assert "«switch»" in svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")


@pytest.mark.parametrize(
    ("system", "command"), [("linux", "apt"), ("darwin", "brew"), ("win32", "winget")]
)
def test_the_hint_knows_the_users_system(monkeypatch, system, command):
    """Linux, macOS, Windows."""
    monkeypatch.setattr(graph_module.sys, "platform", system)
    assert command in graph_module._how_to_install()


@needs_dot
def test_jupyter_shows_the_svg():
    """The rich form is the picture itself; without any layout it is the text."""
    picture = viz.graph(worked_example()[-1])
    assert picture._repr_svg_().startswith("<svg")
    assert "boxes" in repr(picture)


@needs_dot
def test_graphviz_reads_every_label():
    """`dot` itself accepts the source of a network."""
    _, calls, loss = network()
    source = viz.graph(loss, names=calls).source
    done = subprocess.run(["dot", "-Tplain"], input=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
