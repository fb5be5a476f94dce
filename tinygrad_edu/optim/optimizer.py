"""Optimizer: the base of all, which knows the parameters but not the rule they are changed by.

A subclass is a table of defaults and one method, `update`, which changes one parameter's array in
place by the rule of the paper. Everything else is here: groups of parameters with settings of their
own, the state that rules keep for each parameter, and saving and loading it.

A rule works on NumPy arrays directly, with `out=` and scratch buffers that stay from step to step:
for 100,000 parameters that is several times faster than fresh arrays would be, and nothing is
recorded.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np

from .. import memory
from ..autograd import enable_grad
from ..errors import ArgumentError, InputTypeError
from ..tensor import Tensor
from .looped import Looped, looped
from .placing import apart
from .restoring import restored

Group = dict[str, Any]
State = dict[str, Any]
Loop = tuple[str, tuple[str, ...], list[Any]]

BLOCK = 102_400
"""How many elements a rule works on at a time, so that all its arrays stay in the cache: of 4,096
to 262,144 the fastest on layers of 10⁵ and of 10⁶ weights, by a twelfth against 32,768 (measured).
"""


class Optimizer:
    """Changes parameters so that a loss goes down; the subclass says how.

    `params` are tensors, pairs (name, tensor), or dicts {"params": …, "lr": …} for groups with
    settings that differ from `defaults`. `param_groups` holds the groups, `state[p]` what the rule
    remembers of p.

    Raises `ArgumentError` for an empty list, a parameter given twice, a tensor that is not a leaf;
    `InputTypeError` for what is no tensor.
    """

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: dict[Tensor, State] = {}
        self.param_groups: list[Group] = []
        self._scratch: dict[Any, np.ndarray] = {}
        self._loops: dict[int, Looped | None] = {}  # each group's, see `looped`
        self._opt_called = False  # whether a step was taken: a scheduler's comes after it
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise InputTypeError(
                f"{self._name}: received one {type(params).__name__}, but an iterable of tensors "
                "was expected. Pass model.parameters(), or put a tensor into a list: [tensor]."
            )
        groups = list(params)
        if not groups:
            raise ArgumentError(
                f"{self._name}: the list of parameters is empty. Was model.parameters() used up by "
                "an earlier loop, or does the module register no parameters?"
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    @property
    def _name(self) -> str:
        return type(self).__name__

    # -- the step

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient; returns what `closure` returned.

        `closure` computes the loss anew, with its gradients, for whoever wants that in one call.
        """
        loss = None
        self._opt_called = True
        if closure is not None:
            if not callable(closure):
                raise InputTypeError(
                    f"{self._name}.step: received {type(closure).__name__}, but a function that "
                    "computes the loss, or nothing, was expected. Call loss.backward() first."
                )
            with enable_grad():
                loss = closure()
        for k, group in enumerate(self.param_groups):
            loop = self._loops[k] = looped(self, group, self._loops.get(k))
            for p in group["params"]:
                g = p._grad
                if g is not None:
                    state = self.state.get(p)
                    if state is None:
                        state = self.state[p] = {}
                    if loop is None or not loop(self, p.array, g.array, state):
                        self.update(p.array, g.array, state, group)
                    memory.stamp(p.array)
        return loss

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """Change the parameter p in place by its gradient g. Each rule writes its own."""
        raise NotImplementedError(
            f"{self._name} has no `update` method. Write one: def update(self, p, g, state, group)."
        )

    def as_loop(self, group: Group) -> Loop | None:
        """`update` as a loop of `fast.loops`: its name, the arrays it keeps, its settings."""
        return None

    def before_loop(self, state: State, group: Group, settings: np.ndarray) -> None:
        """What is done before a parameter's loop, such as counting the step."""

    def __init_subclass__(cls) -> None:
        """A rule of its own has no loop, unless it brings one."""
        if "update" in vars(cls) and "as_loop" not in vars(cls):
            cls.as_loop = Optimizer.as_loop  # type: ignore[method-assign]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients; with `set_to_none=False`, make them zero."""
        for p in self._parameters():
            if p.grad is None or set_to_none:
                p.grad = None
            else:
                p.grad = Tensor(np.zeros_like(p.grad.array))

    def _parameters(self) -> Iterator[Any]:
        return chain.from_iterable(group["params"] for group in self.param_groups)

    # -- what rules are made of

    def scratch(self, like: np.ndarray, k: int = 0) -> np.ndarray:
        """A buffer of the shape of `like`, the k-th; its contents are left over from anything."""
        key = (like.shape, like.dtype.char, k)
        buffer = self._scratch.get(key)
        if buffer is None:
            buffer = self._scratch[key] = np.empty(like.shape, like.dtype)
        return buffer

    def direction(self, p: np.ndarray, g: np.ndarray, group: Group) -> np.ndarray:
        """What to go down: g, turned round to maximize, plus the slope of the L2 penalty."""
        decay = group["weight_decay"]
        if not decay and not group["maximize"]:
            return g
        d = self.scratch(p, 1)
        if not decay:
            np.negative(g, d)
        else:
            np.multiply(p, float(decay), d)
            (np.subtract if group["maximize"] else np.add)(d, g, d)
        return d

    # -- groups

    def add_param_group(self, param_group: Group) -> None:
        """Take on more parameters, with settings of their own: {"params": …, "lr": 1e-4}."""
        if not isinstance(param_group, dict):
            raise InputTypeError(
                f"add_param_group: received {type(param_group).__name__}, but a dict was expected: "
                '{"params": …, "lr": …}.'
            )
        group = dict(param_group)
        params = group["params"]
        if isinstance(params, Tensor):
            params = [params]
        if isinstance(params, set | frozenset):
            raise InputTypeError(
                f"{self._name}: the parameters are a set, whose order changes from run to run, and "
                "state is saved by order. Pass a list."
            )
        params = list(params)
        if params and isinstance(params[0], tuple):
            group["param_names"] = [name for name, _ in params]
            params = [p for _, p in params]
        group["params"] = params
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        self._check(params)
        self.check_options(group)
        self.param_groups.append(group)

    def check_options(self, group: Group) -> None:
        """Refuse options out of their range; a rule with options of its own checks these too."""
        for name in ("lr", "weight_decay", "eps", "momentum"):
            if name not in group:
                continue
            try:
                negative = not group[name] >= 0
            except TypeError:
                raise InputTypeError(
                    f"{self._name}: {name}={group[name]!r:.40} of type "
                    f"{type(group[name]).__name__}, but a number was expected, such as 0.01."
                ) from None
            if negative:
                raise self.refused(name, group[name], "it cannot be negative")

    def refused(self, name: str, value: Any, why: str) -> ArgumentError:
        """The error for an option out of its range."""
        return ArgumentError(f"{self._name}: {name}={value!r}, but {why}.")

    def _check(self, params: list[Any]) -> None:
        known = {id(p) for p in self._parameters()}
        for i, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise InputTypeError(
                    f"{self._name}: parameter {i} is {type(p).__name__}, but an optimizer changes "
                    "tensors only. Pass model.parameters()."
                )
            if not (p.is_leaf or p.retains_grad):
                raise ArgumentError(
                    f"{self._name}: parameter {i}, of shape {tuple(p.shape)}, was computed by "
                    f"{p.grad_fn!r}; only a leaf can be changed. Pass what it was computed from, "
                    "or p.detach().requires_grad_()."
                )
            if id(p) in known:
                raise ArgumentError(
                    f"{self._name}: parameter {i}, of shape {tuple(p.shape)}, is given twice, and "
                    "would be changed twice in every step. Pass each parameter once, in one group."
                )
            known.add(id(p))

    # -- saving

    def state_dict(self) -> dict[str, Any]:
        """The state by the parameters' numbers, and the groups' settings."""
        number = {id(p): i for i, p in enumerate(self._parameters())}
        return {
            "state": {number[id(p)]: dict(s) for p, s in self.state.items() if s},
            "param_groups": [
                {**group, "params": [number[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over the state and the settings that `state_dict` returned; numbers are copied.

        Raises `ArgumentError` where the groups differ in number or size, or a buffer has another
        shape than its parameter; then nothing is loaded.
        """
        groups = copy.deepcopy(list(state_dict["param_groups"]))
        sizes = [len(group["params"]) for group in self.param_groups]
        saved = [len(group["params"]) for group in groups]
        if sizes != saved:
            raise ArgumentError(
                f"load_state_dict: the state has {len(saved)} parameter group(s) of {saved} "
                f"parameters, this {self._name} has {len(sizes)} of {sizes}. Build it on the same "
                "parameters."
            )
        by_number = dict(
            zip(chain.from_iterable(g["params"] for g in groups), self._parameters(), strict=True)
        )
        self.state = {
            by_number[i]: restored(state, i, by_number[i])
            for i, state in state_dict["state"].items()
        }
        for group, new in zip(self.param_groups, groups, strict=True):
            group.update({k: v for k, v in new.items() if k != "params"})

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines += [f"Parameter Group {i}"]
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return f"{self._name} (\n" + "\n".join(lines) + "\n)"


def blocks(*arrays: np.ndarray) -> Iterable[tuple[np.ndarray, ...]]:
    """The arrays in matching pieces small enough for the cache; small ones as they are."""
    size = arrays[0].size
    if size <= BLOCK or not all(a.flags.c_contiguous for a in arrays):
        return (arrays,)
    flats = [a.reshape(-1) for a in arrays]
    return (tuple(a[start : start + BLOCK] for a in flats) for start in range(0, size, BLOCK))


def memory_of(state: State, name: str, like: np.ndarray, value: float = 0.0) -> np.ndarray:
    """The array that the rule keeps under `name`; at first it is full of `value`."""
    if name not in state:
        kept = apart(like.shape, like.dtype, len(state) + 1)
        kept.fill(value)
        state[name] = Tensor(kept)
    array: np.ndarray = state[name].array
    return array


def count_step(state: State) -> float:
    """Count one more step of this parameter, and return which it is: 1, 2, …"""
    if "step" not in state:
        state["step"] = Tensor(np.zeros((), np.float32))
    step = state["step"].item() + 1.0
    state["step"].array.fill(step)  # a fifth of the time of `+= 1` on an array of no dimension
    return float(step)


def without_effect(name: str, options: dict[str, Any]) -> None:
    """Accept PyTorch's choices between its implementations: here there is one, and it is fused.

    Raises `InputTypeError` for any other keyword, `ArgumentError` for `differentiable=True`.
    """
    unknown = options.keys() - {"foreach", "fused", "capturable", "differentiable"}
    if unknown:
        raise InputTypeError(
            f"{name}: unknown option(s) {', '.join(sorted(unknown))}. Check the spelling."
        )
    if options.get("differentiable"):
        raise ArgumentError(
            f"{name}: differentiable=True is not supported: steps are not recorded. Write the "
            "update out of place instead: w = w - lr * grad(loss, w, create_graph=True)."
        )
