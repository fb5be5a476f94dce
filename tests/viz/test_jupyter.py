"""What Jupyter shows: every object through IPython's own formatter, and a notebook that is run."""

from __future__ import annotations

import html.parser

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ShapeError

pytestmark = pytest.mark.long


class Balanced(html.parser.HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page):
    """The text of a piece of HTML, which must be whole and bring no script."""
    seen = Balanced()
    seen.feed(page)
    seen.close()
    assert seen.open == []
    assert "<script" not in page
    return seen.text


def test_a_tensor_is_a_table_with_its_gradient():
    """Numbers, shape, type, who made it; large ones stay text."""
    x = torch.tensor([[1.0, -2.0], [0.0, float("nan")]], requires_grad=True)
    assert "(2, 2) float32 · leaf" in read(x._repr_html_())
    (x * 2).sum().backward()
    assert "grad" in read(x._repr_html_())
    assert "mul · switch" in read((x * 2)._repr_html_())
    assert "constant" in read(torch.arange(5)._repr_html_())
    for shape in ((), (0,), (40, 40), (2, 2, 2)):
        read(torch.zeros(shape)._repr_html_())
    read(torch.tensor([True, False])._repr_html_())


def test_a_module_is_a_tree_with_its_parameters():
    """Levels that open and close; names may be hostile."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 2), nn.ReLU()))
    shown = read(model._repr_html_())
    assert "Sequential 26" in shown
    assert "(0) Linear(in_features=3" in shown
    model.add_module("<b>&", nn.ReLU())
    assert "(<b>&) ReLU" in read(model._repr_html_())


def test_a_summary_is_a_table_and_its_error_is_told():
    """Also where the network stops in the middle."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2))
    shown = read(nn.summary(model, (1, 3))._repr_html_())
    assert "✗ stopped" in shown
    assert ShapeError.__name__ in shown


def test_ipythons_formatter_finds_every_rich_form():
    """HTML of tensors, modules, ledgers, quizzes; SVG of graphs."""
    formatters = pytest.importorskip("IPython.core.formatters", reason="IPython is not installed")
    pytest.importorskip("fast_sugiyama", reason="a picture needs a layout")
    shown = formatters.DisplayFormatter()
    model = nn.Linear(2, 1)
    loss = model(torch.ones(1, 2)).sum()
    things = [loss, model, nn.summary(model, (1, 2)), viz.explain(loss, loss), viz.quiz(loss)]
    for thing in things:
        data, _ = shown.format(thing)
        assert {"text/plain", "text/html"} <= data.keys()
    data, _ = shown.format(viz.graph(loss))
    assert data["image/svg+xml"].startswith("<svg")


@pytest.mark.slow
def test_a_notebook_runs_and_holds_the_pictures(tmp_path):
    """Through nbconvert: a graph, a ledger and a table stand in the notebook's outputs."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    pytest.importorskip("ipykernel", reason="a notebook needs a kernel")
    run = pytest.importorskip("nbconvert.preprocessors", reason="nbconvert is not installed")
    cells = [
        "import tinygrad_edu as te\nfrom tinygrad_edu import viz\n"
        "w = te.tensor([1.0, 2.0], requires_grad=True)\nloss = (w * w).sum()\nw",
        "viz.graph(loss, names='caller', lang='en')",
        "viz.explain(w, lang='en')",
        "try:\n    w @ te.ones(3)\nexcept Exception as e:\n    failed = e\nviz.graph(failed)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    run.ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    outputs = ["".join(str(o.get("data", o)) for o in cell.outputs) for cell in notebook.cells]
    assert "text/html" in outputs[0]
    assert "w = " in outputs[2] or "dL/dw" in outputs[2]
    assert "image/svg+xml" in outputs[1]
    assert "«switch»" in outputs[1]
    assert "✗ matmul" in outputs[3]
