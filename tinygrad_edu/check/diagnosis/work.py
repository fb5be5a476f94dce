"""A student's two functions as the diagnosis sees them: `loss(inputs)` and `gradients(inputs)`.

The contract is what students write anyway. `forward` returns the loss, or the loss and whatever
`backward` wants to read; `backward` returns the gradients, by name or in the parameters' order:

    def forward(X, Y, W1, b1, W2, b2):                     # any names, any order
        ...
        return loss                                        # or loss, {"Z1": Z1, "A1": A1}
                                                           # or loss, (Z1, A1, …)

    def backward(X, Y, W1, b1, W2, b2): ...                # the inputs, by name
    def backward(X, Y, Z1, A1, A2, W2): ...                # and what forward put into its dict
    def backward(cache): ...                               # or all of it at once, also `inputs`
        return {"W1": dW1, "b1": db1, …}                   # dW1, grad_W1 … are W1, too
        return dW1, db1, dW2, db2                          # or in the order of the parameters

An argument is looked up by its name among the inputs, in forward's dict, then as `cache`, `loss` or
`inputs`; an argument with a default that is found nowhere keeps it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ...errors import ArgumentError, InputTypeError

__all__ = ["Answer", "Inputs", "LocalWork", "Work", "parameter_names"]

Inputs = dict[str, Any]
"""A network's inputs by name: data, targets and parameters."""

DATA = {
    *("x", "y", "t", "input", "inputs", "x_train", "y_train", "x_batch", "y_batch", "data"),
    *("target", "targets", "label", "labels", "y_true", "ref", "n", "m", "lr", "eta", "eps"),
}


@dataclass
class Answer:
    """What came of one call of backward: the gradients, or why there are none."""

    gradients: dict[str, np.ndarray | None] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)  # what it made of inputs it wrote into
    error: str = ""  # "ValueError: shapes … not aligned"
    problem: str = ""  # what is wrong with the answer's form, when it is no gradient at all


class Work(Protocol):
    """The two functions, wherever they run: here, or in a process of their own."""

    def loss(self, inputs: Inputs) -> Any:
        """The loss; raises what forward raises."""
        ...

    def gradients(self, inputs: Inputs, params: tuple[str, ...]) -> Answer:
        """Backward's answer on copies of the inputs; raises nothing of backward's."""
        ...


class LocalWork:
    """Two callables of this process."""

    def __init__(self, backward: Callable[..., Any], forward: Callable[..., Any]) -> None:
        self.backward, self.forward = backward, forward
        self._asks = {f: signature_of(f) for f in (backward, forward)}

    def loss(self, inputs: Inputs) -> Any:
        """Forward's loss, a NumPy number (complex, when the inputs are)."""
        return split(self._call(self.forward, copies(inputs)))[0]

    def gradients(self, inputs: Inputs, params: tuple[str, ...]) -> Answer:
        """Forward for its cache, then backward, and what both left of the inputs."""
        mine = copies(inputs)
        loss, cache = split(self._call(self.forward, mine))
        offered = dict(cache) if isinstance(cache, Mapping) else {}
        offered = {"cache": cache, "loss": loss, "inputs": mine, **offered, **mine}
        try:
            result = self._call(self.backward, offered, list(mine))
        except Exception as error:  # a student's code may raise anything
            return Answer(error=f"{type(error).__name__}: {error}"[:500])
        try:
            answer = read(result, params)
        except InputTypeError as error:
            answer = Answer(problem=str(error))
        answer.changed = {k: mine[k] for k, v in inputs.items() if not same(v, mine[k])}
        return answer

    def _call(
        self, function: Callable[..., Any], offered: Inputs, names: list[str] | None = None
    ) -> Any:
        return call(function, self._asks[function], offered, names or list(offered))


def copies(inputs: Inputs) -> Inputs:
    """The inputs, so that nobody can write into ours."""
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in inputs.items()}


def same(a: Any, b: Any) -> bool:
    """Whether an input is what it was."""
    if not isinstance(a, np.ndarray):
        return True
    return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b, equal_nan=True))


def signature_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The arguments of a function; where Python cannot tell, as if it were written `*args`."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)]


def call(
    function: Callable[..., Any],
    asked: list[inspect.Parameter],
    offered: Mapping[str, Any],
    names: list[str],
) -> Any:
    """Call a function with what it asks for by name; else with all inputs in their order."""
    plain = [p for p in asked if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    missing = [p.name for p in plain if p.default is p.empty and p.name not in offered]
    if (missing and len(plain) == len(names)) or any(p.kind == p.VAR_POSITIONAL for p in asked):
        return function(*[offered[k] for k in names])
    if missing:
        raise ArgumentError(
            f"{getattr(function, '__name__', 'the function')} asks for {', '.join(missing)}, which "
            f"is not among {', '.join(offered)}. Name its arguments after the inputs, or let "
            "forward return (loss, {name: value, …}) with them."
        )
    if any(p.kind == p.VAR_KEYWORD for p in asked):
        return function(**{k: offered[k] for k in names})
    keywords = {p.name: offered[p.name] for p in asked if p.name in offered}
    leading = [keywords.pop(p.name) for p in asked if p.kind == p.POSITIONAL_ONLY]
    return function(*leading, **keywords)


def split(result: Any) -> tuple[Any, Any]:
    """Forward's result as (loss, cache)."""
    cache: Any = {}
    if isinstance(result, Mapping):
        result, cache = result.get("loss", result.get("L")), result
    elif isinstance(result, tuple | list) and len(result) > 1:
        result, cache = (
            result[0],
            result[1] if len(result) == 2 else tuple(result[1:]),
        )
    loss = np.asarray(result)
    if loss.size != 1 or loss.dtype.kind not in "fciu":
        raise InputTypeError(
            f"forward returned {describe(result)}, but the loss is one number. Return loss, or "
            "loss and a dict of what backward needs."
        )
    return loss.reshape(())[()], cache


def read(result: Any, params: tuple[str, ...]) -> Answer:
    """Backward's result as an array for each parameter; raises `InputTypeError` for other forms."""
    if isinstance(result, Mapping):
        named = {plain_name(str(k), params): v for k, v in result.items()}
    else:
        several = isinstance(result, tuple | list)
        items = list(result) if several and len(params) != 1 else [result]
        if several and len(params) == 1 and len(result) == 1:
            items = list(result)
        if len(items) != len(params):
            raise InputTypeError(
                f"backward returned {describe(result)}, but there are {len(params)} parameters: "
                f"{', '.join(params)}. Return a dict by name, or a tuple in this order."
            )
        named = dict(zip(params, items, strict=True))
    return Answer({k: as_array(k, named.get(k)) for k in params})


def as_array(name: str, value: Any) -> np.ndarray | None:
    """One gradient as floats; None where there is none."""
    if value is None:
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise ValueError
        return np.array(array, np.float32 if array.dtype == np.float32 else np.float64)
    except (ValueError, TypeError):
        raise InputTypeError(
            f"the gradient of {name} is {describe(value)}, which is no array of numbers. Return "
            "NumPy arrays of the parameters' shapes."
        ) from None


def plain_name(name: str, params: Iterable[str]) -> str:
    """`W1` for dW1, grad_W1, dL_dW1, W1_grad …, whatever its case; the name itself if unknown."""
    bare = re.sub(r"^(dL_?d|dE_?d|grad_?|d_?|g_?|∂L?_?∂?)|_?grad$", "", name)
    for found in (name, bare, name.lower(), bare.lower()):
        for param in params:
            if found in (param, param.lower()):
                return param
    return name


def describe(value: Any) -> str:
    """What somebody returned, in a few words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"{value!r:.60} ({type(value).__name__})"


def parameter_names(inputs: Inputs, params: Iterable[str] | None) -> tuple[str, ...]:
    """The inputs that a gradient is wanted for: all arrays of floats that are not named like data
    (X, Y, t, target …).
    """
    if params is not None:
        names = (params,) if isinstance(params, str) else tuple(params)
        unknown = [name for name in names if name not in inputs]
        if unknown or not names:
            raise ArgumentError(
                f"diagnose: the parameters {', '.join(unknown) or '()'} are not among the inputs "
                f"{', '.join(inputs)}. Name some of these."
            )
        return names
    found = tuple(
        k for k, v in inputs.items() if isinstance(v, np.ndarray) and k.lower() not in DATA
    )
    if not found:
        raise ArgumentError(
            f"diagnose: none of the inputs {', '.join(inputs)} looks like a parameter. Say which "
            "ones are: params=('W', 'b')."
        )
    return found
