"""The stepper's film and its page, as text; a browser looks at it in another file."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ArgumentError, InputTypeError
from tinygrad_edu.families import FAMILIES
from tinygrad_edu.viz.record import record
from tinygrad_edu.viz.stepping.fold import MOST
from tinygrad_edu.viz.stepping.words import WORDS

from .graphs import graphs
from .walking import walked, worked_example

pytest.importorskip("fast_sugiyama", reason="fast-sugiyama draws where Graphviz is absent")


def numbers(film, place):
    """An array of a film, where all of it was kept."""
    kept = film["arrays"][place]
    assert "all" not in kept
    return np.array([float(x) for x in kept["data"]]).reshape(kept["shape"])


@given(drawn=graphs())
def test_every_number_is_the_engines_own(drawn):
    """Values, gradients and shares of any graph are those of the recorded pass, to nine digits."""
    output, _ = drawn
    film = viz.stepper(output).film
    passed = record(output)
    assert len(film["steps"]) == len(passed.steps)
    for shown, step in zip(film["steps"], passed.steps, strict=True):
        np.testing.assert_allclose(numbers(film, shown["g"]), step.g, rtol=1e-8)
        box = film["boxes"][shown["box"]]
        assert box["op"] == step.node.op.name
        np.testing.assert_allclose(numbers(film, box["value"]), step.node.z, rtol=1e-8)
        sent = [share for share in step.contributions if share is not None]
        for send, share in zip(shown["sends"], sent, strict=True):
            np.testing.assert_allclose(numbers(film, send["share"]), share, rtol=1e-8)
            assert film["edges"][send["edge"]]["to"] == shown["box"]


@given(drawn=graphs())
def test_what_arrives_at_a_box_adds_up_to_its_gradient(drawn):
    """The ledger that the page shows for a tensor closes, for every tensor of any graph."""
    film = viz.stepper(drawn[0]).film
    arrived = {}
    for step in film["steps"]:
        for send in step["sends"]:
            box = film["edges"][send["edge"]]["from"]
            arrived[box] = arrived.get(box, 0.0) + numbers(film, send["share"])
    assert arrived
    for box, total in arrived.items():
        grad = numbers(film, film["boxes"][box]["grad"])
        np.testing.assert_allclose(total, grad, rtol=1e-6, atol=1e-9)


@given(drawn=graphs())
def test_an_opened_product_is_the_sum_of_its_terms(drawn):
    """Z = X·W, ∂L/∂X = G·Wᵀ and ∂L/∂W = Xᵀ·G hold between the matrices that the page is given."""
    film = viz.stepper(drawn[0]).film
    for step in film["steps"]:
        zoom, back = film["boxes"][step["box"]]["zoom"], step["zoom"]
        if zoom:
            x, w, z = (numbers(film, zoom[k]) for k in "xwz")
            np.testing.assert_allclose(x @ w, z, rtol=1e-6, atol=1e-9)
            for result, (a, b) in {"dx": ("g", "wt"), "dw": ("xt", "g")}.items():
                if result in back:
                    product = numbers(film, back[a]) @ numbers(film, back[b])
                    np.testing.assert_allclose(product, numbers(film, back[result]), atol=1e-7)


def test_a_layer_opens_with_its_bias_and_all_its_rows():
    """linear over a stack (2, 3, 4): X has 6 rows, and the bias is added to every sum."""
    layer = nn.Linear(4, 2)
    film = viz.stepper(layer(torch.randn(2, 3, 4)).sum()).film
    (zoom,) = [box["zoom"] for box in film["boxes"] if box.get("zoom")]
    x, w, z, b = (numbers(film, zoom[k]) for k in "xwzb")
    assert x.shape == (6, 4)
    np.testing.assert_allclose(x @ w + b, z, atol=1e-6)


def test_looking_changes_nothing():
    """A stepper leaves .grad empty, and backward works after it as before."""
    loss, names = worked_example()
    viz.stepper(loss, names=names).to_html()
    assert names["w"].grad is None
    loss.backward()
    h, v = names["h"].item(), 0.5
    assert names["w"].grad.item() == pytest.approx((h * v - 1) * v * h * (1 - h) * 0.5)


# -- the page


class Elements(HTMLParser):
    """The tags of a page, and what its data element holds."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.film, self._inside = [], [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._inside = ("id", "film") in attrs

    def handle_data(self, data):
        self.film += data if self._inside else ""

    def handle_endtag(self, tag):
        self._inside = False


HOSTILE = "</script><script>alert(1)</script><!-- \"'\\ \n &amp; %SCRIPT% %FILM% мир \u2028"


def test_hostile_names_are_data_and_nothing_else():
    """A name, a title or a mark with markup in it adds no element, and arrives letter by letter."""
    loss, names = worked_example()
    plain = Elements(viz.stepper(loss, names=names).to_html())
    marked = viz.stepper(
        loss, names={HOSTILE: names["w"]}, marks={names["w"]: HOSTILE}, title=HOSTILE
    )
    page = Elements(marked.to_html())
    assert page.tags == plain.tags
    film = json.loads(page.film)
    assert film["title"] == HOSTILE
    assert [box["mark"] for box in film["boxes"] if "mark" in box] == [HOSTILE]


def test_the_page_names_nothing_outside_itself():
    """No link, no source, no import: what is fetched is in the file; a policy forbids the rest."""
    page = viz.stepper(worked_example()[0]).to_html()
    attributes = Elements(page).attributes
    addresses = [v for k, v in attributes if k in ("src", "href", "srcset", "action")]
    assert addresses == ["data:,"]
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!#)|@import|fetch\(|XMLHttpRequest|import\(", page)


def test_it_is_saved_whole_and_only_as_html(tmp_path):
    """stepper(loss, path) writes the page; another ending is refused before anything is written."""
    loss, _ = worked_example()
    made = viz.stepper(loss, tmp_path / "steps.html")
    assert (tmp_path / "steps.html").read_text(encoding="utf-8") == made.to_html()
    with pytest.raises(ArgumentError, match=r"steps\.html"):
        made.save(tmp_path / "steps.png")
    assert [file.name for file in tmp_path.iterdir()] == ["steps.html"]


def test_in_jupyter_the_page_stands_in_a_frame_that_cannot_reach_the_notebook():
    """The page is escaped into a sandboxed frame's srcdoc."""
    shown = Elements(viz.stepper(worked_example()[0])._repr_html_())
    assert shown.tags == ["iframe"]
    attributes = dict(shown.attributes)
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["srcdoc"].startswith("<!doctype html>")


def test_open_shows_the_saved_page(monkeypatch):
    """The browser is given the address of a file that holds the page."""
    asked = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    file = viz.stepper(worked_example()[0]).open()
    assert asked == [file.as_uri()]
    assert "Stepper" not in file.read_text(encoding="utf-8")[:15]


def test_both_languages_have_every_word_with_the_same_places():
    """The page can change its language because no word is missing in either."""
    assert WORDS["en"].keys() == WORDS["ru"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", WORDS["ru"][key]))


def test_families_bring_their_words_and_colours():
    """What the page says of a rule is what families.py says."""
    shown = viz.stepper(worked_example()[0]).film["families"]
    assert {(n, f["ru"], f["colour"]) for n, f in shown.items()} == {
        (f.name, f.ru, f.colour) for f in FAMILIES.values()
    }


# -- large, freed, strange


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_is_folded_and_says_so():
    """Neither recursion nor a hang: the ends are shown, and the numbers are the whole graph's."""
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    made = viz.stepper(y * 3)
    film = made.film
    assert film["folded"] == 100_001 - MOST
    assert sum(box["kind"] == "op" for box in film["boxes"]) == MOST
    (leaf,) = [box for box in film["boxes"] if box["kind"] == "leaf"]
    assert numbers(film, leaf["grad"]) == 3
    assert len(made.to_html()) < 2_000_000
    assert str(film["folded"]) in walked(made, "q")


def test_the_ledger_of_a_folded_graph_closes():
    """A weight used all along a long chain: what is shown and what the fold sent make its sum."""
    w = torch.tensor(1.001, dtype=torch.float64, requires_grad=True)
    y = w * 1.0
    for _ in range(MOST + 300):
        y = y * w
    film = viz.stepper(y).film
    (k,) = [k for k, box in enumerate(film["boxes"]) if box["kind"] == "leaf"]
    sends = [send for step in film["steps"] for send in step["sends"]]
    shown = [send["share"] for send in sends if film["edges"][send["edge"]]["from"] == k]
    total = sum(numbers(film, place) for place in [*shown, film["boxes"][k]["rest"]])
    np.testing.assert_allclose(total, numbers(film, film["boxes"][k]["grad"]), rtol=1e-7)


def test_what_was_freed_is_shown_as_freed():
    """After backward() the page tells what is left and why the pass stopped; nothing is 0."""
    loss, _ = worked_example()
    loss.backward()
    film = viz.stepper(loss).film
    assert film["stopped"]
    assert not film["complete"]
    assert all(box["value"] is None for box in film["boxes"] if box["kind"] == "op")
    assert all(box["grad"] is None for box in film["boxes"] if box["kind"] == "leaf")


def test_numbers_that_are_no_numbers_travel():
    """NaN and the infinities reach the page as words; JSON has no signs for them."""
    y = torch.tensor([float("nan"), float("inf"), -float("inf")], requires_grad=True)
    page = viz.stepper((y * 2).sum()).to_html()
    film = json.loads(Elements(page).film)
    assert ["nan", "inf", "-inf"] in [kept["data"] for kept in film["arrays"]]


def test_a_large_matrix_shows_its_corner_and_the_truth_about_the_rest():
    """Of 100×200 numbers the first 32×32 are kept, with the norm and the range of them all."""
    x = torch.randn(100, 200, requires_grad=True)
    film = viz.stepper((x * 2).sum()).film
    (kept,) = [film["arrays"][box["value"]] for box in film["boxes"] if box["kind"] == "leaf"]
    assert (kept["rows"], kept["cols"], kept["all"]) == (32, 32, [100, 200])
    assert float(kept["norm"]) == pytest.approx(float(np.linalg.norm(x.detach().numpy())))
    assert float(kept["high"]) == pytest.approx(x.max().item())


@pytest.mark.parametrize("thing", [torch.ones(2), 3, None])
def test_what_has_no_recipe_is_refused(thing):
    """A constant, a number: an error that says what to pass."""
    with pytest.raises(InputTypeError, match="recipe"):
        viz.stepper(thing)


def test_a_mark_on_something_else_and_a_strange_language_are_refused():
    """marks takes tensors and nodes; lang is en or ru."""
    loss, _ = worked_example()
    with pytest.raises(InputTypeError, match="marks"):
        viz.stepper(loss, marks={"w": "wrong"})
    with pytest.raises(ArgumentError, match="lang"):
        viz.stepper(loss, lang="fr")


def test_a_number_of_the_script_stands_in_the_formula_as_it_is():
    """h = w · 0.5, not w · y with a letter that nobody has written; a named one keeps its name."""
    w, x = torch.tensor(0.4, requires_grad=True), torch.tensor(0.5)
    told = viz.stepper(w * 0.5, names={"w": w}).film["boxes"][0]["formula"]
    assert told == {"symbols": "w · 0.5", "numbers": "0.4 · 0.5"}
    told = viz.stepper(w * x, names={"w": w, "x": x}).film["boxes"][0]["formula"]
    assert told["symbols"] == "w · x"
