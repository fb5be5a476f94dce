"""A module knows its parameters, prints itself, saves itself, and refuses what it cannot hold."""

from __future__ import annotations

import copy
from collections import OrderedDict

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.errors import TinygradEduError


class Block(nn.Module):
    """One layer, a parameter of its own, two buffers."""

    def __init__(self, n: int = 3) -> None:
        super().__init__()
        self.fc = nn.Linear(n, n)
        self.gain = nn.Parameter(torch.ones(n))
        self.register_buffer("scale", torch.ones(n))
        self.register_buffer("cache", torch.zeros(1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x) * self.gain * self.scale


def network() -> nn.Module:
    return nn.Sequential(OrderedDict(first=Block(), act=nn.ReLU(), last=nn.Linear(3, 2)))


NAMES = ["first.gain", "first.fc.weight", "first.fc.bias", "last.weight", "last.bias"]


def test_attributes_register_themselves() -> None:
    """Assigning a parameter, a buffer or a module is all that registering takes."""
    net = network()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_buffers()] == ["first.scale", "first.cache"]
    assert [name for name, _ in net.named_modules()] == ["", "first", "first.fc", "act", "last"]
    assert list(net.children()) == [net.first, net.act, net.last]
    assert net.get_parameter("first.fc.bias") is net.first.fc.bias
    assert net.get_buffer("first.scale") is net.first.scale


def test_shared_parameters_come_once() -> None:
    """A parameter or module that is used twice is counted once, and saved under both names."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert "1.weight" in net.state_dict()
    twice = nn.Sequential(net[0], net[0])
    assert len(list(twice.modules())) == 2
    assert len(list(twice.parameters())) == 2


def test_reassigning_moves_between_the_tables() -> None:
    """A name means what was assigned to it last; None keeps the place empty; del clears it."""
    m = Block()
    m.scale = nn.Parameter(torch.zeros(3))
    assert "scale" in dict(m.named_parameters())
    assert "scale" not in dict(m.named_buffers())
    m.gain = None
    assert "gain" not in dict(m.named_parameters())
    assert m.gain is None
    del m.fc
    assert not hasattr(m, "fc")
    assert "gain" in dir(m)


def test_results_of_parameters_are_plain_tensors() -> None:
    """What is computed from a parameter is no parameter, in NumPy's words either."""
    p = nn.Parameter(torch.ones(2))
    assert isinstance(p, torch.Tensor)
    for made in (p * 2, p.detach(), p[0], np.zeros_like(p)):
        assert type(made) is torch.Tensor
    with torch.no_grad():
        assert p.fill_(3.0) is p
        assert p.copy_(torch.zeros(2)) is p
    assert repr(p) == "Parameter containing:\ntensor([0., 0.], requires_grad=True)"


def test_print_is_laid_out_as_a_tree() -> None:
    """`repr` nests submodules by indentation; a list writes equal neighbours once."""
    assert repr(nn.Sequential(nn.Linear(2, 3), nn.ModuleList([nn.Tanh(), nn.Tanh()]))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): ModuleList(\n"
        "    (0-1): 2 x Tanh()\n"
        "  )\n"
        ")"
    )


def test_state_dict_round_trip() -> None:
    """Loading a state makes two modules compute the same; only persistent buffers are in it."""
    a, b = network(), network()
    state = a.state_dict()
    assert list(state) == [*NAMES[:1], "first.scale", *NAMES[1:]]
    assert repr(b.load_state_dict(state)) == "<All keys matched successfully>"
    x = torch.randn(4, 3)
    assert np.array_equal(a(x).detach().numpy(), b(x).detach().numpy())
    assert b.last.weight.array is not a.last.weight.array
    assert not state["last.weight"].requires_grad
    assert a.state_dict(keep_vars=True)["last.weight"] is a.last.weight


def test_strict_loading_reports_everything_and_changes_nothing() -> None:
    """One error lists missing and unexpected names and wrong shapes, and no number was loaded."""
    net = network()
    before = {k: v.numpy().copy() for k, v in net.state_dict().items()}
    bad = {k: torch.zeros(*v.shape) for k, v in net.state_dict().items()}
    bad["last.weight"] = torch.zeros(7)
    bad["extra"] = bad.pop("last.bias")
    with pytest.raises(RuntimeError, match="Nothing was loaded") as caught:
        net.load_state_dict(bad)
    for text in ('Missing key(s) in state_dict: "last.bias"', '"extra"', "(7,)", "(2, 3)"):
        assert text in str(caught.value)
    assert all(np.array_equal(v.numpy(), before[k]) for k, v in net.state_dict().items())
    del bad["last.weight"]
    report = net.load_state_dict(bad, strict=False)
    assert report.missing_keys == ["last.weight", "last.bias"]
    assert report.unexpected_keys == ["extra"]


def test_loading_is_seen_by_the_in_place_guard() -> None:
    """A state loaded between forward and backward is refused like any other edit."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    loss = net(torch.ones(1, 2)).sum()
    net.load_state_dict(net.state_dict())
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_modes_and_types_reach_every_module() -> None:
    """train/eval, requires_grad_, apply, zero_grad and to work on the whole tree, in place."""
    net = network()
    weight = net.last.weight
    net(torch.ones(1, 3)).sum().backward()
    net.eval()
    assert not any(m.training for m in net.modules())
    net.double()
    assert weight is net.last.weight
    assert {p.dtype for p in net.parameters()} == {torch.float64} == {weight.grad.dtype}
    assert net.first.scale.dtype == torch.float64
    assert net.to("cpu").to(torch.float32).train() is net
    net.zero_grad(set_to_none=False)
    assert not weight.grad.numpy().any()
    net.zero_grad()
    assert weight.grad is None
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())
    seen: list[str] = []
    net.apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Linear", "Block", "ReLU", "Linear", "Sequential"]


def test_a_copy_has_memory_of_its_own() -> None:
    """A deep copy keeps the structure, with its shared parts, and shares no number."""
    net = network()
    net.again = net.first
    twin = copy.deepcopy(net)
    assert twin.again is twin.first is not net.first
    assert type(twin.last.weight) is nn.Parameter
    assert not np.shares_memory(twin.last.weight.array, net.last.weight.array)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (TypeError, lambda m: setattr(m, "fc", 3)),
        (TypeError, lambda m: m.register_parameter("q", 3)),
        (TypeError, lambda m: m.register_buffer("q", [1.0])),
        (TypeError, lambda m: m.add_module("q", 3)),
        (KeyError, lambda m: m.register_buffer("fc", None)),
        (KeyError, lambda m: m.add_module("a.b", nn.ReLU())),
        (KeyError, lambda m: m.register_parameter("", None)),
        (AttributeError, lambda m: m.nothing),
        (AttributeError, lambda m: m.get_submodule("fc.inner")),
        (AttributeError, lambda m: m.get_parameter("fc.gain")),
        (TypeError, lambda m: m.load_state_dict([1])),
        (TypeError, lambda m: m.to(torch.int64)),
        (ValueError, lambda m: m.train("yes")),
        (TypeError, lambda m: nn.Parameter([1.0])),
        (RuntimeError, lambda m: nn.Parameter(torch.tensor([1]))),
        (IndexError, lambda m: nn.Sequential(m)[1]),
        (RuntimeError, lambda m: m(torch.ones(2, 4))),
        (ValueError, lambda m: nn.Linear(-1, 2)),
        (ValueError, lambda m: nn.Dropout(1.5)),
    ],
)
def test_refusals(kind: type[Exception], refused: object) -> None:
    """What a module cannot hold or find is refused by an error of PyTorch's type."""
    with pytest.raises(kind) as caught:
        refused(Block())  # type: ignore[operator]
    assert isinstance(caught.value, TinygradEduError)


def test_forgotten_super_and_forward_are_named() -> None:
    """The two classic omissions get a message that says what to write."""

    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.fc = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Hasty()
    with pytest.raises(NotImplementedError, match="def forward"):
        nn.Module()(1)


def test_containers_behave_like_their_python_namesakes() -> None:
    """Sequential and ModuleList slice, grow and shrink like lists, ModuleDict like a dict."""
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Sigmoid()
    chain = nn.Sequential(a, b).append(c)
    assert isinstance(chain[:2], nn.Sequential)
    assert list(chain[1:]) == [b, c]
    assert chain[-1] is c
    chain.insert(0, c)
    assert list(chain) == [c, a, b, c]
    assert chain.pop(1) is a
    del chain[0]
    assert [name for name, _ in chain.named_children()] == ["0", "1"]
    chain[0] = a
    assert len(chain + chain) == 4
    many = nn.ModuleList([a])
    many += [b]
    many.extend(m for m in (c,))
    assert list(many) == [a, b, c]
    named = nn.ModuleDict({"x": a})
    named["y"] = b
    assert "y" in named
    assert list(named) == ["x", "y"]
    assert named.pop("x") is a
    assert len(named) == 1


def test_what_is_replaced_keeps_its_place() -> None:
    """A new layer under an old name stands where the old one stood, as in PyTorch."""
    net = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1))
    net[0] = nn.Linear(2, 1)
    layer = nn.Linear(1, 1)
    layer.weight = nn.Parameter(layer.weight.detach())
    assert list(dict(net.named_children())) == ["0", "1", "2"]
    assert list(layer.state_dict()) == ["weight", "bias"]
