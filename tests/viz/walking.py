"""Graphs to step through, and a person who types."""

from __future__ import annotations

import io

import tinygrad_edu as torch
from tinygrad_edu import nn, viz


def worked_example():
    """x = 0.5, y = 1, w = 0.4, v = 0.5; h = σ(w·x), o = h·v, L = ½(y − o)²."""
    w = torch.tensor(0.4, dtype=torch.float64, requires_grad=True)
    v = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    h = torch.sigmoid(w * 0.5)
    o = h * v
    loss = (1.0 - o) ** 2 / 2
    return loss, {"w": w, "v": v, "h": h, "o": o, "L": loss}


def example(**options):
    loss, names = worked_example()
    return viz.stepper(loss, names=names, lang="en", **options)


def network():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    return nn.CrossEntropyLoss()(model(torch.randn(5, 4)), torch.tensor([0, 1, 0, 1, 1])), model


def walked(made, *lines, **options):
    """What a person sees who types these lines."""
    typed = iter(lines)

    def ask(_):
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    out = io.StringIO()
    made.run(ask=ask, out=out, **{"width": 80, **options})
    return out.getvalue()
