r"""What an operation is: a forward function, and one backward rule per argument.

An op is declared once, in NumPy's words, and knows nothing of tensors:

    @op(family=SWITCH, formula=r"z = x \odot y")
    def mul(x, y):
        '''Each input receives the gradient times the other input.'''
        return x * y

    mul.defvjp(
        x=lambda g, y: g * y,
        y=lambda g, x: g * x,
    )

A rule names what it reads, and receives just that:

    g        the upstream gradient dL/dz, always first
    z        the output of the forward function
    x, y …   the inputs, by the names in the forward function's signature
    x_shape  the shape of an input, when its values do not matter
    dim …    the parameters, by name
    i        for an op with `*inputs`: which of them the gradient is asked for

The names are the whole contract. They tell the engine what to keep until the backward pass, what
must not be edited in the meantime, and they are the *residual law* made visible: a rule depends on
nothing that is not written in its signature, so differentiating the rule again gives the true
second derivative.

The same rule runs on raw arrays (the ordinary backward pass) and on tensors (`create_graph=True`).
This module needs the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MethodType
from typing import Any, Protocol

from .errors import InputTypeError, RuleError
from .families import (
    BLOCKER,
    COLLECTOR,
    DISTRIBUTOR,
    FAMILIES,
    MOVER,
    ROUTER,
    SCALER,
    SPREADER,
    SWITCH,
    Family,
)

__all__ = [
    "BLOCKER",
    "COLLECTOR",
    "DISTRIBUTOR",
    "FAMILIES",
    "MOVER",
    "ROUTER",
    "SCALER",
    "SPREADER",
    "SWITCH",
    "Array",
    "Family",
    "Op",
    "Recipe",
    "Rule",
    "op",
    "registry",
]

# An ndarray in the ordinary pass, a Tensor in a differentiated one: a rule never asks which.
Array = Any

registry: dict[str, Op] = {}
"""Every op that was declared, by name: the laws in the tests run over it."""


class Recipe(Protocol):
    """What a rule may look at: one application of an op, on arrays or on tensors."""

    z: Array
    values: Sequence[Array]
    params: Mapping[str, Any]

    def shape_of(self, i: int) -> tuple[int, ...]:
        """The shape of input `i`."""
        ...

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all inputs."""
        ...


class Rule:
    """A backward rule for one input, with the names it reads resolved once, when it is declared.

    `pull(g, node)` is `fn(g, *[what each name means at this node])`.
    """

    __slots__ = ("fn", "pull", "reads", "reads_output")

    def __init__(self, fn: Callable[..., Array], names: Sequence[str], owner: Op, i: int) -> None:
        self.fn = fn
        # The inputs whose values must survive until the backward pass; (-1,) for all of them.
        self.reads: tuple[int, ...] = ()
        self.reads_output = False
        getters = [self._getter(name, owner, i) for name in names]
        self.pull: Callable[[Array, Recipe], Array] = self._shortcut() or _call(fn, getters)

    def _getter(self, name: str, owner: Op, i: int) -> Callable[[Recipe], Any]:
        inputs, variadic = owner.inputs, owner.variadic
        if name == "z" and name not in inputs:
            self.reads_output = True
            return lambda node: node.z
        if variadic and name == "i":
            return lambda node: i
        if variadic and name == inputs[0]:
            self.reads = (-1,)
            return lambda node: node.values
        if not variadic and name in inputs:
            k = inputs.index(name)
            self.reads += (k,)
            return lambda node: node.values[k]
        if name.endswith("_shape") and name[:-6] in inputs:
            if variadic:
                return lambda node: node.shapes()
            j = inputs.index(name[:-6])
            return lambda node: node.shape_of(j)
        if name in owner.params:
            return lambda node: node.params[name]
        offered = ["g", "z", *(["i"] if variadic else []), *inputs, *owner.params]
        raise RuleError(
            f"{owner.name}: a backward rule reads {name!r}, which the op does not offer. "
            f"A rule may read {', '.join(offered)}, and an input's name with _shape."
        )

    def _shortcut(self) -> Callable[[Array, Recipe], Array] | None:
        """The commonest rules without a getter in between: 0.3 of the 3 µs that a node costs."""
        fn = self.fn
        if fn.__code__.co_argcount == 2 and self.reads_output:
            return lambda g, node: fn(g, node.z)
        if fn.__code__.co_argcount == 2 and self.reads and self.reads[0] >= 0:
            k = self.reads[0]
            return lambda g, node: fn(g, node.values[k])
        return None


def _call(fn: Callable[..., Array], getters: list[Callable[[Recipe], Any]]) -> Callable[..., Array]:
    """A rule as `(g, node) -> gradient`; the short cases are unrolled, for they run once a node."""
    if not getters:
        return lambda g, node: fn(g)
    if len(getters) == 2:
        first, second = getters
        return lambda g, node: fn(g, first(node), second(node))
    return lambda g, node: fn(g, *[get(node) for get in getters])


class Op:
    """One operation: call it on arrays for numbers, on tensors for numbers that remember.

    `inputs` are the arguments that a gradient may be asked for (those named in `defvjp`), `params`
    the others with their defaults. `casts` says what happens to mixed number types before the
    forward function runs: "promote" (inputs with a rule are brought to one type, as PyTorch does),
    "float" (and integers become floats), "same" (tensors of different types are refused) or "keep".
    """

    def __init__(
        self, forward: Callable[..., Array], family: Family, formula: str, casts: str = "promote"
    ) -> None:
        code = forward.__code__
        self.forward = forward
        self.name = forward.__name__
        self.family = family
        self.formula = formula
        self.casts = casts
        self.variadic = bool(code.co_flags & 0x04)  # the forward function takes *inputs
        n = code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames[:n]
        self._names = (code.co_varnames[n], *names) if self.variadic else names
        positional = names[: code.co_argcount]
        self._defaults = dict(
            zip(positional[::-1], (forward.__defaults__ or ())[::-1], strict=False)
        )
        self._defaults |= forward.__kwdefaults__ or {}
        self.inputs: tuple[str, ...] = ()
        self.params: tuple[str, ...] = self._names
        self.rules: tuple[Rule | None, ...] = ()
        self._usual: dict[str, Any] = {}
        self._absent: tuple[Any, ...] = ()  # what stands for inputs that a call leaves out
        self._least = 1 << 30  # positional arguments with which no other is missing
        self.saves = self.differentiable = False
        self._variadic_rules: dict[int, Rule | None] = {}
        self._variadic_fn: Callable[..., Array] | None = None
        self.__doc__ = forward.__doc__
        self.__name__ = self.name
        self.__qualname__ = self.name
        self.__module__ = forward.__module__
        self.__wrapped__ = forward  # inspect.signature and help() look here

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self._names)}) · {self.family.name}>"

    def __reduce__(self) -> str:
        return self.name  # an op is a singleton: copying a graph does not copy its ops

    # -- declaring the rules

    def defvjp(self, **rules: Callable[..., Array] | None) -> None:
        """Declare the backward rule of each input; `None` for an input that gets no gradient.

        The named arguments become the op's inputs and must come first in the forward function's
        signature; the rest are parameters. Raises `RuleError` where a name does not fit.
        """
        if tuple(rules) != self._names[: len(rules)]:
            raise RuleError(
                f"{self.name}: rules were given for ({', '.join(rules)}), but the forward function "
                f"takes ({', '.join(self._names)}). Name its leading arguments, in their order."
            )
        self.inputs = tuple(rules)
        self.params = self._names[len(rules) :]
        if not self.variadic:
            required = [name for name in self.params if name not in self._defaults]
            self._usual = {n: self._defaults[n] for n in self.params if n in self._defaults}
            self._absent = tuple(self._defaults[n] for n in self.inputs if n in self._defaults)
            self._least = len(rules) + (len(required) or -len(self._absent))
        if self.variadic:
            (self._variadic_fn,) = rules.values()
            self._variadic_rules.clear()
            rules_here = [self.rule(0)]
        else:
            self.rules = tuple(
                None if fn is None else self._rule(fn, i) for i, fn in enumerate(rules.values())
            )
            rules_here = list(self.rules)
        # Whether a backward pass needs any saved value: `x + y` can be walked twice, `x * y` only
        # when its graph is retained.
        present = [r for r in rules_here if r is not None]
        self.saves = any(r.reads or r.reads_output for r in present)
        self.differentiable = bool(present)  # whether any input can receive a gradient

    def _rule(self, fn: Callable[..., Array], i: int) -> Rule:
        code = getattr(fn, "__code__", None)
        if code is None:
            raise RuleError(
                f"{self.name}: the rule {fn!r} is no Python function, so it cannot say what it "
                "reads. Write a lambda: lambda g, x: …"
            )
        return Rule(fn, code.co_varnames[1 : code.co_argcount], self, i)

    def rule(self, i: int) -> Rule | None:
        """The backward rule of input `i`, or None where no gradient passes."""
        if not self.variadic:
            return self.rules[i]
        if i not in self._variadic_rules:
            fn = self._variadic_fn
            self._variadic_rules[i] = None if fn is None else self._rule(fn, i)
        return self._variadic_rules[i]

    def input_name(self, i: int) -> str:
        """The name of input `i` in the formula and in messages."""
        return f"{self.inputs[0]}[{i}]" if self.variadic else self.inputs[i]

    # -- using it

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Split a call's arguments into (inputs, params), with the defaults filled in."""
        if not self.inputs:
            raise RuleError(
                f"{self.name} was declared, but not its backward rules. Add {self.name}.defvjp(…), "
                "with None for an input that gets no gradient."
            )
        k = len(args) if self.variadic else len(self.inputs)
        inputs, rest = list(args[:k]), args[k:]
        given = dict(zip(self.params, rest, strict=False))
        if not kwargs.keys() <= set(self._names):
            kwargs = self._renamed(kwargs)
        unknown = [n for n in kwargs if n not in self._names or n in given]
        missing = []
        for name in self.inputs[len(inputs) :] if not self.variadic else ():
            if name in kwargs or name in self._defaults:
                inputs.append(kwargs.get(name, self._defaults.get(name)))
            else:
                missing.append(name)
        params = {}
        for name in self.params:
            if name in given:
                params[name] = given[name]
            elif name in kwargs or name in self._defaults:
                params[name] = kwargs.get(name, self._defaults.get(name))
            else:
                missing.append(name)
        if missing or unknown or len(rest) > len(self.params):
            raise InputTypeError(
                f"{self.name} takes ({', '.join(self._names)}); it received {len(args)} positional "
                f"argument(s) and ({', '.join(kwargs)})."
                + (f" Missing: {', '.join(missing)}." if missing else "")
                + (f" Not known, or given twice: {', '.join(unknown)}." if unknown else "")
            )
        return inputs, params

    def _renamed(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The keywords with NumPy's and PyTorch's other names for the same argument translated."""
        aliases = dict(zip(("input", "other"), self.inputs, strict=False))
        aliases |= {"axis": "dim", "keepdims": "keepdim", "exponent": "y", "a": "x"}
        return {aliases.get(n, n) if n not in self._names else n: v for n, v in kwargs.items()}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the op: recorded, where an input is a tensor; plain NumPy otherwise."""
        k, n = len(self.inputs), len(args)
        if n == k >= self._least and not kwargs:
            inputs, params = args, self._usual
        elif kwargs or not self._least <= n <= len(self._names):
            inputs, params = self.bind(args, kwargs)
        elif n <= k:  # the commonest calls, inputs alone or with parameters, bind at once
            inputs, params = (*args, *self._absent[n - k :]) if n < k else args, self._usual
        else:
            given = zip(self.params, args[k:], strict=False)
            inputs, params = args[:k], {**self._usual, **dict(given)}
        for x in inputs:
            run = getattr(x, "_run_op", None)  # a tensor among the inputs takes over and records
            if run is not None:
                return run(self, inputs, params)
        try:
            return self.forward(*inputs, **params)
        except (AttributeError, TypeError) as error:
            for i, x in enumerate(inputs):
                left_out = x is None and self.input_name(i) in self._defaults
                if not hasattr(x, "dtype") and not left_out:  # a number, a list: no array
                    raise self.wrong_kind(x) from error
            raise

    def wrong_kind(self, x: Any) -> InputTypeError:
        """The error for a number, a list or None where an array belongs."""
        return InputTypeError(
            f"{self.name}: received {x!r:.40} of type {type(x).__name__}, but a tensor was "
            "expected. Make it one: tinygrad_edu.tensor(...)."
        )

    def __get__(self, instance: Any, owner: type | None = None) -> Op:
        """An op in a class body is a method: `x.exp()` is `exp(x)`."""
        if instance is None:
            return self
        bound: Any = MethodType(self, instance)  # for a type checker an op: it is called like one
        return bound  # type: ignore[no-any-return]

    def as_method(self, name: str) -> Callable[..., Any]:
        """The op as a plain function: Python binds and calls one as a method a microsecond faster
        than a descriptor of our own (measured).
        """
        unary = self._least == 1 == len(self.inputs)

        def method(*args: Any, **kwargs: Any) -> Any:
            if unary and len(args) == 1 and not kwargs:
                run = getattr(args[0], "_run_op", None)
                if run is not None:
                    return run(self, args, self._usual)
            return self(*args, **kwargs)

        # Not functools.wraps: it asks for the op's `__dict__`, and Python reads the attributes of
        # an object whose dict was asked for more slowly ever after, 3 % of a chain (measured).
        method.__name__, method.__doc__ = name, self.__doc__
        method.__wrapped__ = self  # type: ignore[attr-defined]  # for inspect.signature and help()
        return method

    def __iter__(self) -> Iterator[Any]:
        raise InputTypeError(f"{self.name} is an operation, not a sequence: call it on a tensor.")


def op(
    *, family: Family, formula: str, casts: str = "promote"
) -> Callable[[Callable[..., Array]], Op]:
    """Declare an operation: the decorated function is its forward pass, in NumPy.

    `formula` is LaTeX in the function's own argument names, with `z` the output. Declare the
    backward rules with `defvjp` right below. The op enters `registry` under the function's name.
    """

    def declare(forward: Callable[..., Array]) -> Op:
        declared = Op(forward, family, formula, casts)
        registry[declared.name] = declared
        return declared

    return declare
