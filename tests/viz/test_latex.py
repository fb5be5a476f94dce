"""The ledger as LaTeX: what a report takes in must compile, whatever a tensor is called."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.viz.latex import latex_document, latex_escaped, latex_name
from tinygrad_edu.viz.notation import LATEX

needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None,
    reason="apt-get install texlive-latex-recommended texlive-lang-cyrillic",
)
HOSTILE = [
    "a_b%$#&~^\\{}",
    '"`|<>',
    "new\nline",
    "вес_1",
    "λ",
    "日本",
    "éßÐþ§",
    "😀",
    "−1·2",
    "w'--",
    "theta",
    "x12",
]


def told(lang):
    """Explanations of numbers, matrices, a network, of what is not finite, of hostile names."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))
    loss = nn.functional.cross_entropy(model(torch.randn(2, 3)), torch.tensor([0, 1]))
    yield viz.explain(loss, loss, names=model, lang=lang)
    large = torch.ones(50, 40, requires_grad=True)
    yield viz.explain(large, (large.exp() * 2).mean(), lang=lang)
    odd = torch.tensor([1e-9, 2.0, float("nan"), float("inf")], requires_grad=True)
    yield viz.explain(odd, odd.where(odd > 1.5, odd * 3).abs().sqrt().sum(), lang=lang)
    for name in HOSTILE:
        x, y = (torch.tensor(v, requires_grad=True) for v in (1.5, [0.5, -2.0]))
        z = x * y
        yield viz.explain(z, (z.tanh() - 1e-7).sum(), names={name: z, f"{name} x": x}, lang=lang)


@needs_tex
@pytest.mark.slow
def test_a_report_of_explanations_compiles(tmp_path):
    """By pdflatex, in both languages: no error, nothing missing, no line wider than the page."""
    body = "".join(ledger.to_latex() for lang in ("en", "ru") for ledger in told(lang))
    (tmp_path / "report.tex").write_text(latex_document(body), "utf-8")
    command = ["pdflatex", "-draftmode", "-interaction=nonstopmode", "report.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120
    )
    said = done.stdout
    assert not re.findall(r"^!.*|^Missing character.*|^Overfull.*", said, re.M), said[-2000:]
    assert done.returncode == 0
    assert "[1" in said  # pages were made


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_letter_is_one_that_latex_has(lang):
    """Outside of ASCII only what every T2A font prints, and groups and dollar signs in pairs."""
    for ledger in told(lang):
        latex = ledger.to_latex()
        assert not set(re.sub(r"[ -~\n«»А-яЁё§éß]", "", latex))
        plain = re.sub(r"\\[\\{}$%#&_]", "", latex)
        assert plain.count("{") == plain.count("}")
        assert plain.count("$") % 2 == 0
        assert not set("#&%~^") & set(re.sub(r"\$[^$]*\$", "", plain))


def test_a_name_is_printed_as_it_is():
    """Letters that TeX takes for commands; those that no font has are told by their numbers."""
    assert latex_escaped("a_b%") == r"a\_b\%"
    assert latex_escaped("∞ ≤ ‖x‖") == r"$\infty$ $\le$ $\|$x$\|$"
    assert latex_escaped("λ − 日") == r"$\lambda$ $-$ [U+65E5]"
    assert [latex_name(n) for n in ("x", "x12", "theta", "λ", "вес")] == [
        "x",
        "x_{12}",
        r"\theta",
        r"\lambda",
        r"\text{вес}",
    ]


def test_a_document_stands_alone():
    """`to_latex(document=True)` needs nothing around it."""
    x = torch.tensor(2.0, requires_grad=True)
    ledger = viz.explain(x, x * x)
    text = ledger.to_latex(document=True)
    assert text.startswith(r"\documentclass")
    assert text.rstrip().endswith(r"\end{document}")
    assert r"\usepackage{amsmath}" in text
    assert ledger.to_latex() in text


def test_the_slope_of_cross_entropy_is_prediction_minus_truth():
    """A student reads softmax(x) − onehot(target), not the name of the op that computes it."""
    x = torch.tensor([[1.0, 2.0, 0.5]], requires_grad=True)
    target = torch.tensor([1])
    ledger = viz.explain(x, nn.functional.cross_entropy(x, target), lang="en")
    assert "dL/dx ← (softmax(x) − onehot(target)) · g" in ledger.to_text(False, 200)
    assert r"\operatorname{softmax}(x) - \operatorname{onehot}(\text{target})" in ledger.to_latex()


def test_latex_of_a_network_is_balanced():
    """A report can take it as it is."""
    model = nn.Sequential(nn.Linear(3, 2), nn.Sigmoid())
    loss = nn.functional.cross_entropy(model(torch.ones(2, 3)), torch.tensor([0, 1]))
    latex = viz.explain(loss, loss, names=model).to_latex()
    assert r"\frac{\partial" in latex
    assert latex.count("$") % 2 == 0
    assert LATEX.signs["odot"] in latex
