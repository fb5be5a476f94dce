"""Scripts as a PyTorch user writes them print the same losses here, from the same weights.

A script is a function of the library that it is given under the name `torch`: what it does with it
is what a file does after `import torch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_edu
from tinygrad_edu.data import digits_raw

pytorch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

Say = Callable[[float], None]
WORDS = "backward forward gradient tensor chain rule matrix vector layer norm batch loss weight"


def starting(torch: Any, model: Any) -> Any:
    """The model with weights that depend on nothing but their shapes."""
    state = {}
    for i, (name, x) in enumerate(model.state_dict().items()):
        rng, shape = np.random.default_rng(i), tuple(x.shape)
        usual = name.endswith(("running_mean", "running_var", "num_batches_tracked"))
        scale = 1 / np.sqrt(shape[-1]) if shape else 1
        state[name] = x if usual else torch.tensor(rng.normal(0, scale, shape).astype(np.float32))
    model.load_state_dict(state)
    return model


def batches(n: int, size: int, steps: int) -> Iterator[np.ndarray]:
    """Which examples each step takes."""
    rng = np.random.default_rng(0)
    for _ in range(steps):
        yield rng.permutation(n)[:size]


def windows(length: int) -> tuple[np.ndarray, np.ndarray]:
    """Letters as numbers: every `length` of them in a row, and the one that follows."""
    letters = np.array([ord(c) - ord("a") + 1 if c != " " else 0 for c in WORDS + " "])
    rows = np.lib.stride_tricks.sliding_window_view(letters, length + 1)
    return rows[:, :-1].copy(), rows[:, -1].copy()


def lenet(torch: Any, say: Say) -> None:
    """A LeNet on the digits, with both pools, batch norm, momentum and clipping."""
    nn = torch.nn

    class LeNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(1, 6, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 12, 3, padding="same", bias=False),
                nn.BatchNorm2d(12),
                nn.ReLU(),
                nn.AvgPool2d(2),
                nn.Flatten(),
            )
            self.head = nn.Sequential(nn.Linear(48, 32), nn.Tanh(), nn.Linear(32, 10))

        def forward(self, x: Any) -> Any:
            return self.head(self.features(x))

    images, labels = digits_raw()
    pictures = (images / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    answers = labels.astype(np.int64)
    model = starting(torch, LeNet())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for picked in batches(1400, 50, 60):
        x, y = torch.tensor(pictures[picked]), torch.tensor(answers[picked])
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        say(nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        say(loss.item())
    assert loss.item() < 1
    model.eval()
    with torch.no_grad():
        guess = model(torch.tensor(pictures[1400:])).argmax(1)
    say((guess == torch.tensor(answers[1400:])).float().mean().item())


def embedding_language_model(torch: Any, say: Say) -> None:
    """The next letter from the last three: a table of vectors, batch norm, Adam."""
    nn, F = torch.nn, torch.nn.functional
    model = nn.Sequential(
        nn.Embedding(27, 6, padding_idx=0),
        nn.Flatten(),
        nn.Linear(18, 24, bias=False),
        nn.BatchNorm1d(24),
        nn.Tanh(),
        nn.Linear(24, 27),
    )
    x, y = map(torch.tensor, windows(3))
    starting(torch, model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
        say(loss.item())
    assert loss.item() < 3
    model.eval()
    say(F.cross_entropy(model(x), y).item())
    say(nn.utils.parameters_to_vector(model.parameters()).norm().item())


def attention_block(torch: Any, say: Say) -> None:
    """Letters from all letters before them: layer norm, two heads of attention, AdamW."""
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv = nn.Linear(width, 3 * width, bias=False)
            self.out = nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
            )

        def forward(self, x: Any) -> Any:
            b, t, c = x.shape
            split = [
                part.reshape(b, t, self.heads, c // self.heads).transpose(1, 2)
                for part in self.qkv(self.before(x)).split(c, dim=-1)
            ]
            z = F.scaled_dot_product_attention(*split, is_causal=True)  # (b, heads, t, c/heads)
            x = x + self.out(z.transpose(1, 2).reshape(b, t, c))
            return x + self.mlp(self.between(x))

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.letters = nn.Embedding(27, 8)
            self.places = nn.Parameter(torch.zeros(7, 8))
            self.blocks = nn.ModuleList([Block(8, 2) for _ in range(2)])
            self.norm = nn.LayerNorm(8)

        def forward(self, x: Any) -> Any:
            x = self.letters(x) + self.places
            for block in self.blocks:
                x = block(x)
            return self.norm(x) @ self.letters.weight.T  # the table reads out, too

    rows = torch.tensor(windows(7)[0])
    x, y = rows[:-1], rows[1:]
    model = starting(torch, Model())
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.03, weight_decay=0.1)
    for _ in range(50):
        loss = F.cross_entropy(model(x).reshape(-1, 27), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        say(loss.item())
    assert loss.item() < 2.5


def gradient_penalty(torch: Any, say: Say) -> None:
    """A critic whose slope is held near 1 (WGAN-GP): its loss holds a gradient."""
    nn = torch.nn
    critic = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.GroupNorm(2, 8), nn.Linear(8, 1))
    starting(torch, critic)
    optimizer = torch.optim.Adam(critic.parameters(), lr=0.01, betas=(0.5, 0.9))
    rng = np.random.default_rng(0)
    for _ in range(20):
        real, fake = (torch.tensor(rng.normal(m, 1, (16, 2)).astype(np.float32)) for m in (2, 0))
        part = torch.tensor(rng.random((16, 1)).astype(np.float32)).expand_as(real)
        between = (part * real + (1 - part) * fake).requires_grad_(True)
        out = critic(between)
        slopes = torch.autograd.grad(
            outputs=out,
            inputs=between,
            grad_outputs=torch.ones_like(out),
            create_graph=True,
            retain_graph=True,
            only_inputs=True,
        )[0]
        penalty = ((slopes.norm(2, dim=1) - 1) ** 2).mean()
        loss = critic(fake).mean() - critic(real).mean() + 10 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        say(loss.item())


def oscillator(torch: Any, say: Say) -> None:
    """A network that solves u″ = −4u, u(0) = 1, u′(0) = 0 (a PINN): the loss holds u″."""
    nn, grad = torch.nn, torch.autograd.grad
    model = nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 1))
    starting(torch, model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2)
    t = torch.linspace(0, 1, 20).view(-1, 1).requires_grad_(True)
    for _ in range(40):
        u = model(t)
        du = grad(u, t, torch.ones_like(u), create_graph=True)[0]
        d2u = grad(du, t, torch.ones_like(du), create_graph=True)[0]
        loss = ((d2u + 4 * u) ** 2).mean() + (u[0, 0] - 1) ** 2 + du[0, 0] ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        say(loss.item())


def letters_one_by_one(torch: Any, say: Say) -> None:
    """The next letter of words of every length: a GRU cell, and padding that does not count."""
    nn, F = torch.nn, torch.nn.functional

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.letters = nn.Embedding(27, 6)
            self.cell = nn.GRUCell(6, 16)
            self.head = nn.Linear(16, 27)

        def forward(self, x: Any) -> Any:
            h, scores = torch.zeros(x.size(0), 16), []
            for step in self.letters(x).unbind(1):
                h = self.cell(step, h)
                scores.append(self.head(h))
            return torch.stack(scores, dim=1)

    words = [torch.tensor([ord(c) - ord("a") + 1 for c in word]) for word in WORDS.split()]
    rows = nn.utils.rnn.pad_sequence(words, batch_first=True)
    model = starting(torch, Reader())
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    for _ in range(25):
        scores = model(rows[:, :-1])
        loss = F.cross_entropy(scores.transpose(1, 2), rows[:, 1:], ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        say(loss.item())
    assert loss.item() < 2.5


SCRIPTS = [
    lenet,
    embedding_language_model,
    attention_block,
    gradient_penalty,
    oscillator,
    letters_one_by_one,
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_print_the_same(script: Callable[[Any, Say], None]) -> None:
    """Every number that the script prints agrees to rounding in float32."""
    ours: list[float] = []
    theirs: list[float] = []
    script(tinygrad_edu, ours.append)
    script(pytorch, theirs.append)
    np.testing.assert_allclose(ours, theirs, rtol=5e-4)
