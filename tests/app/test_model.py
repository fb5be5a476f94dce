"""The network in the package is what its note says: small, fully connected, and good."""

from __future__ import annotations

import os
import re

import pytest

pytest.importorskip("safetensors", reason="needs the extra [app]")

from tinygrad_edu import data, nn
from tinygrad_edu.app.reading import SHIPPED, Reader
from tinygrad_edu.autograd import no_grad

NOTE = (SHIPPED.parent / "README.md").read_text("utf-8")


def test_it_is_small_and_fully_connected() -> None:
    """At most 3 MB, and nothing but affine layers with ReLU between them."""
    assert SHIPPED.stat().st_size <= 3_000_000
    layers = list(Reader().model)
    assert all(isinstance(layer, nn.Linear | nn.ReLU) for layer in layers)
    sizes = [layer.in_features for layer in layers if isinstance(layer, nn.Linear)]
    assert f"{'-'.join(map(str, sizes))}-10" in NOTE


@pytest.mark.mnist
@pytest.mark.skipif(
    not os.environ.get("TINYGRAD_EDU_DATA"), reason="TINYGRAD_EDU_DATA does not name MNIST's place"
)
def test_its_accuracy_is_the_stated_one() -> None:
    """Of MNIST's 10,000 test pictures, to the hundredth of a per cent, and at least 99.0."""
    mnist = data.mnist()
    with no_grad():
        right = Reader().model(mnist.x_test).argmax(dim=1) == mnist.y_test
    share = 100 * right.float().mean().item()
    stated = re.search(r"\*\*([\d.]+) %\*\*", NOTE)
    assert stated and share == pytest.approx(float(stated[1]), abs=0.005)
    assert share >= 99.0
