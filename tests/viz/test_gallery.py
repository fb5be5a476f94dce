"""The gallery: what is committed is what its command makes."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def gallery():
    """The command's module; `examples` is no package."""
    spec = importlib.util.spec_from_file_location("gallery_example", FOLDER / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize(("lang", "name"), [("en", "README.md"), ("ru", "README.ru.md")])
def test_the_pages_are_what_the_command_makes(gallery, lang, name):
    """Word for word, with all their numbers; run examples/gallery.py after a change."""
    assert (FOLDER / "gallery" / name).read_text("utf-8") == gallery.page(lang)


def test_the_pictures_are_what_the_command_makes(gallery):
    """The same source; and by the same version of Graphviz, with the same font, the same bytes."""
    drawer = gallery.drawer() if shutil.which("dot") else None
    for name in gallery.SCENES:
        for lang in ("en", "ru"):
            drawn = gallery.picture(name, lang)
            file = FOLDER / "gallery" / f"{name}.{lang}.svg"
            head, _, svg = file.read_text("utf-8").partition("\n")
            made = re.match(r"<!-- sha256 of the DOT source (\w+); (.*) -->", head)
            assert made[1] == gallery.digest(drawn.source), (
                f"{name}.{lang}: run examples/gallery.py"
            )
            if made[2] == drawer:
                assert svg == drawn.to_svg()


def test_every_committed_picture_is_small_and_on_the_page(gallery):
    """No picture is left over, none is missing, none needs the network."""
    texts = [(FOLDER / "gallery" / n).read_text("utf-8") for n in ("README.md", "README.ru.md")]
    pages = "".join(texts)
    files = sorted(p.name for p in (FOLDER / "gallery").glob("*.svg"))
    assert files == sorted(set(re.findall(r"\((\w+\.\w+\.svg)\)", pages)))
    for file in files:
        text = (FOLDER / "gallery" / file).read_text("utf-8")
        assert len(text) < 40_000
        assert not re.search(r'(href|src)="http', text)
