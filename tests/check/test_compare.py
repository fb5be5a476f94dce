"""`tinygrad-edu compare` runs a script twice and names the first tensor that differs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tinygrad_edu.check import compare
from tinygrad_edu.errors import DataError, DataMissing

has_torch = importlib.util.find_spec("torch") is not None
parity = pytest.mark.parity
needs_torch = pytest.mark.skipif(not has_torch, reason="PyTorch is absent")

TRAINING = """
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x, target = torch.randn(48, 10), torch.randint(0, 3, (48,))
model = nn.Sequential(
    nn.Linear(10, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Dropout(0.2), nn.Linear(16, 3)
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(2):
    for xb, tb in DataLoader(TensorDataset(x, target), batch_size=16, shuffle=True):
        loss = F.cross_entropy(model(xb), tb)
        optimizer.zero_grad()
        loss.backward()
        if epoch == 1 and DIFFERENT:
            model[4].bias.grad.mul_(3)
        optimizer.step()
"""
OURS = """
import tinygrad_edu as te
from tinygrad_edu import nn, optim

te.manual_seed(3)
model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(2 * 4 * 4, 5))
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
x, y = te.rand(4, 1, 6, 6), te.randn(4, 5)
for step in range(3):
    loss = nn.MSELoss()(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def script(folder: Path, text: str) -> Path:
    file = folder / "script.py"
    file.write_text(text, "utf-8")
    return file


@parity
@needs_torch
def test_a_training_is_the_same_number_by_number(tmp_path: Path) -> None:
    """Shuffled batches, dropout and initial weights come from one stream and one tape."""
    result = compare(script(tmp_path, TRAINING.replace("DIFFERENT", "False")))
    assert result, result
    assert result.compared == 6 * (6 + 1 + 6 + 6)  # outputs, loss, gradients, parameters
    assert not result.only_here
    assert not result.only_there
    assert result.largest < 0.5


@parity
@needs_torch
def test_the_first_tensor_that_differs_is_named(tmp_path: Path) -> None:
    """One gradient is changed in the second epoch: the parameter after that step is where it
    shows.
    """
    text = TRAINING.replace("DIFFERENT", "hasattr(torch, '_C')")
    result = compare(script(tmp_path, text), lang="ru")
    assert result.status == "parted"
    assert result.first is not None
    assert result.first.label == "step 4: parameter 4.bias"
    assert "числа расходятся: step 4: parameter 4.bias" in str(result)


@parity
@needs_torch
def test_the_command_answers_with_a_code_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 the same, 1 parted; a kept trace serves in place of the first run. `import tinygrad_edu`
    means torch there, and the script's text is not changed.
    """
    pytest.importorskip("click", reason="the command line's extra is not installed")
    from tinygrad_edu.cli import main

    trace = str(tmp_path / "trace.npz")
    ours = str(script(tmp_path, OURS))
    assert main(["compare", ours, "--trace", trace, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "same"
    Path(ours).write_text(OURS.replace("lr=0.1", "lr=0.11"), "utf-8")
    assert main(["compare", ours, "--against", trace]) == 1
    assert "step 1: parameter 0.weight" in capsys.readouterr().out


def test_a_script_that_fails_or_never_ends_is_a_verdict(tmp_path: Path) -> None:
    """The exception's last line, or the time that it was given."""
    result = compare(script(tmp_path, "import tinygrad_edu\nraise ValueError('broken')"))
    assert result.status == "failed"
    assert result.failures["edu"] == "ValueError: broken"
    result = compare(script(tmp_path, "while True: pass"), timeout=1)
    assert (result.status, result.failures["edu"]) == ("failed", "stopped after 1 s")


def test_without_pytorch_that_is_said_and_a_trace_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing to compare with is no failure of the script."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "torch" else real(name, *a)
    )
    result = compare(script(tmp_path, OURS), trace=tmp_path / "trace.npz")
    assert result.status == "no PyTorch"
    assert "not installed" in str(result)
    assert (tmp_path / "trace.npz").stat().st_size > 1000


def test_what_is_no_script_or_no_trace_is_refused(tmp_path: Path) -> None:
    """A missing file, and a file that is something else."""
    with pytest.raises(DataMissing, match="no file"):
        compare(tmp_path / "absent.py")
    if has_torch:
        (tmp_path / "trace.npz").write_text("nothing")
        with pytest.raises(DataError, match="no trace"):
            compare(script(tmp_path, OURS), against=tmp_path / "trace.npz")
