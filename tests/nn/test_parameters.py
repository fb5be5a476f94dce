"""Lists and dicts of parameters behave as lists and dicts, and what they hold is learned."""

from __future__ import annotations

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn


def test_a_list_registers_what_it_holds() -> None:
    """Tensors become parameters under their place; other things are only kept."""
    a = nn.Parameter(torch.ones(2))
    held = nn.ParameterList([a, torch.zeros(3), "text"])
    assert held[0] is a
    assert isinstance(held[1], nn.Parameter)
    assert held[-1] == "text"
    assert list(held.state_dict()) == ["0", "1"]
    assert len(list(held.parameters())) == 2
    assert [x is y for x, y in zip(held[:2], held, strict=False)] == [True, True]
    held += [torch.ones(1)]
    held.append(torch.ones(4))[0] = torch.ones(5)
    assert len(held) == 5
    assert [tuple(p.shape) for p in held.parameters()] == [(5,), (3,), (1,), (4,)]


def test_a_dict_registers_what_it_holds() -> None:
    """Under its names, in their order; even under the name of a method."""
    held = nn.ParameterDict({"w": torch.ones(2), "items": torch.zeros(3)})
    held["n"] = 3
    assert list(held) == ["w", "items", "n"]
    assert list(held.state_dict()) == ["w", "items"]
    assert held["items"].requires_grad
    assert dict(held.items()).keys() == set(held.keys())
    assert held.get("no", 1) == 1
    assert held.setdefault("n", 5) == 3
    assert held.popitem() == ("n", 3)
    assert "items" in held
    assert tuple(held.pop("items").shape) == (3,)
    assert len(held) == 1
    assert held.copy()["w"] is held["w"]
    held.clear()
    assert not list(held.parameters())
    assert list(held.fromkeys(["a", "b"])) == ["a", "b"]


def test_they_are_modules_and_follow_their_owner() -> None:
    """`double()` and `load_state_dict` reach what they hold."""

    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.by = nn.ParameterList(torch.ones(2) for _ in range(2))
            self.of = nn.ParameterDict([("x", torch.ones(1))])

    net = Scale().double()
    assert net.by[1].dtype == torch.float64
    state = {k: v * 3 for k, v in net.state_dict().items()}
    assert list(state) == ["by.0", "by.1", "of.x"]
    net.load_state_dict(state)
    assert net.of["x"].item() == 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.ParameterList([1])[1], IndexError, "there are 1"),
        (lambda: nn.ParameterList(torch.ones(2)), TypeError, r"append\(\)"),
        (lambda: nn.ParameterList([1])(), RuntimeError, "cannot be called"),
        (lambda: nn.ParameterDict({"a": 1})["b"], AttributeError, "It has: a"),
        (lambda: nn.ParameterDict({3: 1}), TypeError, "string"),
        (lambda: nn.ParameterDict({"training": torch.ones(1)}), KeyError, "not possible"),
        (lambda: nn.ParameterDict(5), TypeError, "a dict of tensors"),
    ],
)
def test_bad_input_is_refused(call: object, error: type[Exception], message: str) -> None:
    """What was asked, what was received, what to do."""
    with pytest.raises(error, match=message):
        call()  # type: ignore[operator]
