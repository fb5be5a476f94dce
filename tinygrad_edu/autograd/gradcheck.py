"""Analytic gradients against central differences, with a report that says where they part.

    numeric slope = (f(x + h) − f(x − h)) / 2h,   error O(h²) + O(ε/h)

At a kink (relu at 0) the slope from the left differs from that from the right, and a central
difference gives their mean, which is nobody's gradient. There every value between the two is a
valid subgradient, and that is what is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArgumentError, GradcheckError
from ..tensor import Tensor
from .grad_mode import enable_grad
from .gradients import as_tuple, grad

if TYPE_CHECKING:
    from .slopes import Slopes

__all__ = ["gradcheck", "gradgradcheck"]


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    **ignored: Any,
) -> bool:
    """Whether the gradients of `func(*inputs)` agree with central differences.

    Every element of every floating point input that requires a gradient is moved by ±`eps`; the
    slope of every output element must lie within `atol + rtol·|numeric|` of the gradient. At a kink
    the gradient must lie between the slopes from both sides. Steps are 1e-6 in float64, and 1e-3
    (with atol 1e-2) in float32, whose rounding leaves no better.

    Raises `GradcheckError` with a report, unless `raise_exception=False`: then it returns False.
    """
    xs = as_tuple(inputs)
    if not any(isinstance(x, Tensor) and x.requires_grad for x in xs):
        raise ArgumentError(
            "gradcheck: none of the inputs requires a gradient, so there is nothing to check. Make "
            "them with requires_grad=True, and in float64."
        )
    failures: list[str] = []
    for k, y in enumerate(_outputs(func, xs)):
        if y.array.dtype.kind != "f":
            continue
        analytic = _analytic(func, xs, k)
        for i, x in enumerate(xs):
            if isinstance(x, Tensor) and x.requires_grad:
                failures += _compare(func, xs, i, k, analytic[i], eps, atol, rtol)
    if failures and raise_exception:
        shown = "\n".join(failures[:10])
        more = f"\n… and {len(failures) - 10} more" if len(failures) > 10 else ""
        raise GradcheckError(
            f"gradcheck: {len(failures)} slope(s) disagree.\n{shown}{more}\n"
            "Check the backward rule of the last op that you added; where only second derivatives "
            "disagree, look for a value that the rule takes as constant."
        )
    return not failures


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    **ignored: Any,
) -> bool:
    """Whether second derivatives agree: `gradcheck` of the function that returns the gradients.

    `grad_outputs` are the upstream gradients, random where they are left out; they are inputs of
    the check too, so the rules must also be right in g.
    """
    xs = as_tuple(inputs)
    rng = np.random.default_rng(0)
    if grad_outputs is None:
        outputs = [y for y in _outputs(func, xs) if y.requires_grad]
        gs = tuple(
            Tensor(np.asarray(rng.standard_normal(y.array.shape)).astype(y.array.dtype), True)
            for y in outputs
        )
    else:
        gs = as_tuple(grad_outputs)

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        inner, upstream = args[: len(xs)], args[len(xs) :]
        wanted = [x for x in inner if isinstance(x, Tensor) and x.requires_grad]
        ys = [y for y in as_tuple(func(*inner)) if isinstance(y, Tensor) and y.requires_grad]
        found = grad(ys, wanted, list(upstream), create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients, (*xs, *gs), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception
    )


def _outputs(func: Callable[..., Any], xs: Sequence[Any]) -> list[Tensor]:
    with enable_grad():
        return [y for y in as_tuple(func(*xs)) if isinstance(y, Tensor)]


def _analytic(func: Callable[..., Any], xs: Sequence[Any], k: int) -> dict[int, np.ndarray]:
    """dy_k/dx_i as a matrix (elements of y, elements of x) for every input i that wants a
    gradient.
    """
    y = _outputs(func, xs)[k]
    wanted = {i: x for i, x in enumerate(xs) if isinstance(x, Tensor) and x.requires_grad}
    rows = {i: np.zeros((y.array.size, x.array.size)) for i, x in wanted.items()}
    if not y.requires_grad:
        return rows
    for row in range(y.array.size):
        unit = np.zeros(y.array.size, y.array.dtype)
        unit[row] = 1
        g = Tensor(unit.reshape(y.array.shape))
        found = grad(y, list(wanted.values()), g, retain_graph=True, allow_unused=True)
        for i, gx in zip(wanted, found, strict=True):
            if gx is not None:
                rows[i][row] = gx.array.ravel()
    return rows


def _slopes(
    func: Callable[..., Any], xs: Sequence[Any], i: int, k: int, element: int, eps: float
) -> Slopes:
    from .slopes import Slopes  # not before: it is a thirtieth of the library's import

    def at(step: float) -> np.ndarray:
        moved = np.array(xs[i].array, order="C")
        moved.reshape(-1)[element] += step
        args = [*xs[:i], Tensor(moved, xs[i].requires_grad), *xs[i + 1 :]]
        return _outputs(func, args)[k].array.astype(np.float64).ravel()

    return Slopes.of(at, float(xs[i].array.dtype.type(eps)))


def _compare(
    func: Callable[..., Any],
    xs: Sequence[Any],
    i: int,
    k: int,
    analytic: np.ndarray,
    eps: float | None,
    atol: float | None,
    rtol: float,
) -> list[str]:
    """One line for each pair of elements whose slopes disagree."""
    x = xs[i]
    wide = x.array.dtype == np.float64
    eps = (1e-6 if wide else 1e-3) if eps is None else eps
    atol = (1e-5 if wide else 1e-2) if atol is None else atol
    found = []
    for element in range(x.array.size):
        slopes = _slopes(func, xs, i, k, element, eps)
        for row in range(analytic.shape[0]):
            got, want = analytic[row, element], slopes.central[row]
            low, high = sorted((slopes.left[row], slopes.right[row]))
            allowed = atol + rtol * abs(want)
            kink = high - low > 10 * allowed
            inside = low - allowed <= got <= high + allowed if kink else abs(got - want) <= allowed
            if not inside and not (np.isnan(got) and np.isnan(want)):
                place = tuple(int(n) for n in np.unravel_index(element, x.array.shape))
                numeric = f"between {low:.6g} and {high:.6g} (a kink)" if kink else f"{want:.6g}"
                found.append(
                    f"  output {k}[{row}], input {i}{list(place)} at {x.array[place]:.6g}: "
                    f"analytic {got:.6g}, numeric {numeric}, difference {abs(got - want):.2g}, "
                    f"allowed {allowed:.2g}"
                )
    return found
